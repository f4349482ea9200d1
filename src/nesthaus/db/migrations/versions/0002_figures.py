"""What stored figures, tracking health, jobs and logins need."""

from pathlib import Path

from nesthaus.db.migrations import run_file

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    run_file(Path(__file__).with_name("0002_up.sql"))


def downgrade() -> None:
    run_file(Path(__file__).with_name("0002_down.sql"))
