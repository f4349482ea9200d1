"""The plan's tables, and what the invariants need."""

from pathlib import Path

from nesthaus.db.migrations import run_file

revision = "0001"
down_revision = None


def upgrade() -> None:
    run_file(Path(__file__).with_name("0001_up.sql"))


def downgrade() -> None:
    run_file(Path(__file__).with_name("0001_down.sql"))
