"""What reports need to answer as quickly at a million sessions."""

from pathlib import Path

from nesthaus.db.migrations import run_file

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    run_file(Path(__file__).with_name("0003_up.sql"))


def downgrade() -> None:
    run_file(Path(__file__).with_name("0003_down.sql"))
