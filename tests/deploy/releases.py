"""Releases as a deployment finds them: folders with a program in them."""

import shutil
import sys
from pathlib import Path

import nesthaus
from nesthaus.db.schema import known_revisions

PACKAGE = Path(nesthaus.__file__).parent
NEXT_SCHEMA = "0099"
MIGRATION = '''"""What the next release needs."""

from pathlib import Path

from nesthaus.db.migrations import run_file

revision = "{next}"
down_revision = "{newest}"


def upgrade() -> None:
    run_file(Path(__file__).with_name("{next}_up.sql"))


def downgrade() -> None:
    run_file(Path(__file__).with_name("{next}_down.sql"))
'''


def release_of_now(root: Path, name: str, *, first: str = "") -> Path:
    """`first`: lines of the shell before the program."""
    return _release(root, name, first, PACKAGE.parent)


def next_release(root: Path, name: str, *, first: str = "") -> Path:
    """The same program with one more migration."""
    source = root / f"{name}-source"
    package = source / "nesthaus"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("web", "__pycache__"))
    (package / "web").symlink_to(PACKAGE / "web")
    versions = package / "db" / "migrations" / "versions"
    text = MIGRATION.format(next=NEXT_SCHEMA, newest=known_revisions()[-1])
    (versions / f"{NEXT_SCHEMA}_next.py").write_text(text)
    (versions / f"{NEXT_SCHEMA}_up.sql").write_text(
        "alter table user_sessions add column of_the_next_release text;\n"
        "create table of_the_next_release (id uuid not null, primary key (id));\n"
    )
    (versions / f"{NEXT_SCHEMA}_down.sql").write_text(
        "drop table of_the_next_release;\n"
        "alter table user_sessions drop column of_the_next_release;\n"
    )
    return _release(root, name, first, source)


def _release(root: Path, name: str, first: str, source: Path) -> Path:
    release = root / "releases" / name
    program = release / "bin" / "nesthaus"
    program.parent.mkdir(parents=True)
    program.write_text(
        f"#!/bin/sh\n{first}\nPYTHONPATH='{source}' exec '{sys.executable}' -P -m nesthaus \"$@\"\n"
    )
    program.chmod(0o755)
    return release
