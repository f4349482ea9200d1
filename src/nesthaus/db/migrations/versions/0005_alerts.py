"""What alerts need to be told once: their states, and the way of each notice."""

from pathlib import Path

from nesthaus.db.migrations import run_file

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    run_file(Path(__file__).with_name("0005_up.sql"))


def downgrade() -> None:
    run_file(Path(__file__).with_name("0005_down.sql"))
