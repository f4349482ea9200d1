"""Sums and spreads of weeks beside those of days."""

from pathlib import Path

from nesthaus.db.migrations import run_file

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    run_file(Path(__file__).with_name("0011_up.sql"))


def downgrade() -> None:
    run_file(Path(__file__).with_name("0011_down.sql"))
