"""Performance values of each day, added up."""

from pathlib import Path

from nesthaus.db.migrations import run_file

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    run_file(Path(__file__).with_name("0003_up.sql"))


def downgrade() -> None:
    run_file(Path(__file__).with_name("0003_down.sql"))
