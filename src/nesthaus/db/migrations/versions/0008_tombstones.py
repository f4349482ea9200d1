"""What is left of erased sessions, and where their dead rows may still lie."""

from pathlib import Path

from nesthaus.db.migrations import run_file

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    run_file(Path(__file__).with_name("0008_up.sql"))


def downgrade() -> None:
    run_file(Path(__file__).with_name("0008_down.sql"))
