"""Indexes for what takes longer the more sessions there are; verified orders go first."""

from pathlib import Path

from nesthaus.db.migrations import run_file

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    run_file(Path(__file__).with_name("0010_up.sql"))


def downgrade() -> None:
    run_file(Path(__file__).with_name("0010_down.sql"))
