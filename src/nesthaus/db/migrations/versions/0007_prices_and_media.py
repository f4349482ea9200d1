"""Price lists that were imported, and what is mirrored from Google Drive."""

from pathlib import Path

from nesthaus.db.migrations import run_file

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    run_file(Path(__file__).with_name("0007_up.sql"))


def downgrade() -> None:
    run_file(Path(__file__).with_name("0007_down.sql"))
