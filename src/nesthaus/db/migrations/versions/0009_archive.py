"""Sessions whose rows are in the archive."""

from pathlib import Path

from nesthaus.db.migrations import run_file

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    run_file(Path(__file__).with_name("0009_up.sql"))


def downgrade() -> None:
    run_file(Path(__file__).with_name("0009_down.sql"))
