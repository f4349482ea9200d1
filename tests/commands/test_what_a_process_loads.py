"""What a process does not need it does not carry: each start and each process's memory pays it."""

import subprocess
import sys

import pytest


def loaded_with(module: str) -> set[str]:
    """Top-level packages."""
    told = subprocess.run(
        [sys.executable, "-c", f"import sys, {module}; print(*sys.modules)"],
        check=True,
        capture_output=True,
        text=True,
    )
    return {name.partition(".")[0] for name in told.stdout.split()}


@pytest.mark.parametrize("role", ["serve", "work", "schedule"])
def test_no_role_carries_what_reads_the_archive_sheets_or_drive(role: str) -> None:
    loaded = loaded_with(f"nesthaus.cli.{role}")
    assert loaded & {"pyarrow", "openpyxl", "google", "apprise", "alembic", "sqlalchemy"} == set()


@pytest.mark.parametrize("role", ["work", "schedule"])
def test_only_serve_carries_the_web_framework(role: str) -> None:
    assert loaded_with(f"nesthaus.cli.{role}") & {"fastapi", "pydantic", "uvicorn"} == set()


@pytest.mark.parametrize("command", ["up", "migrate", "token", "user", "settings"])
def test_a_command_without_a_stream_does_not_load_what_speaks_to_it(command: str) -> None:
    assert loaded_with(f"nesthaus.cli.{command}") & {"redis", "fastapi", "fsspec"} == set()
