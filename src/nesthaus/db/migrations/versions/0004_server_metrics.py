"""Many measured values in one row, as the processes of the program tell of themselves."""

from pathlib import Path

from nesthaus.db.migrations import run_file

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    run_file(Path(__file__).with_name("0004_up.sql"))


def downgrade() -> None:
    run_file(Path(__file__).with_name("0004_down.sql"))
