"""Which feature flags a session was told to have; since when measured values are kept."""

from pathlib import Path

from nesthaus.db.migrations import run_file

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    run_file(Path(__file__).with_name("0006_up.sql"))


def downgrade() -> None:
    run_file(Path(__file__).with_name("0006_down.sql"))
