"""Does `nesthaus prices` bring a sheet into force, and refuse one that is wrong?"""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nesthaus.aggregate.marked import count_marked
from nesthaus.catalogue.loader import load_lists
from nesthaus.catalogue.sheet_writing import write_sheet
from nesthaus.db.pool import Pool
from tests.prices import CATALOGUE

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path, database_url: str) -> Run:
    def prices(*arguments: str) -> "subprocess.CompletedProcess[str]":
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith("NESTHAUS_")
        }
        return subprocess.run(
            [sys.executable, "-m", "nesthaus", *arguments],
            env=kept | {"NESTHAUS_DATA": str(tmp_path / "data"), "DATABASE_URL": database_url},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return prices


async def nobody() -> None:
    """Is told that figures have changed."""


async def test_a_sheet_goes_its_way_from_file_to_force(run: Run, db: Pool, tmp_path: Path) -> None:
    assert run("seed", "--sessions", "60", "--days", "3", "--seed", "1").returncode == 0
    await count_marked(db, CATALOGUE, lambda: datetime.now(UTC), nobody)
    assert run("prices", "sheet", "now.csv").returncode == 0
    sheet = (tmp_path / "now.csv").read_text(encoding="utf-8-sig")
    rows = [line.split(";") for line in sheet.splitlines()]
    assert rows[0] == [
        "Kategorie",
        "Option",
        "Option 2",
        "Menge",
        *(f"Hoam {n}" for n in (80, 100, 120, 140, 160)),
    ]
    changed = sheet.replace("213032", "188.619").replace(";887;", ";887,00;")
    (tmp_path / "next.csv").write_text(changed.replace("254731", "-1"), encoding="cp1252")

    imported = run("prices", "import", "next.csv", "--version", "2030-01")
    diff = run("prices", "diff", "2030-01")
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    published = run("prices", "publish", "2030-01", "--from", tomorrow)
    listed = run("prices", "list")

    assert imported.stdout.splitlines()[:2] == [
        "2030-01 is kept as a draft; beside 2025-12:",
        "2 prices are different, 1 of them by more than half: look at these again",
    ]
    lines = diff.stdout.splitlines()
    assert lines[:5] == [
        "2030-01 beside 2025-12:",
        "  Hoam, Hoam 80: 213,032 → 188,619 (-24,413)",
        "  Hoam, Hoam 100: 254,731 → on request  !",
        "2 prices are different, 1 of them by more than half: look at these again",
        "the most popular configurations of the last 90 days (sessions, before, after):",
    ]
    assert len(lines) == 15
    small = [line for line in lines[5:] if "Hoam 80," in line]
    assert small
    assert all("(-24,413)" in line for line in small)
    assert published.stdout == f"2030-01 is in force from {tomorrow}\n"
    assert [line.split() for line in listed.stdout.splitlines()][2:] == [
        ["2025-12", "2025-12-01", "in", "force", "TOML"],
        ["2030-01", tomorrow, "to", "come", "from", "next.csv"],
    ]


def test_a_sheet_that_is_wrong_leaves_nothing(run: Run, tmp_path: Path) -> None:
    write_sheet(load_lists()[2], tmp_path / "now.csv")
    sheet = (tmp_path / "now.csv").read_text(encoding="utf-8-sig")
    (tmp_path / "bad.csv").write_text(sheet.replace("213032", "21.30").replace("24413", "-7"))
    refused = run("prices", "import", "bad.csv", "--version", "2030-01")
    unknown = run("prices", "diff", "2030-01")
    nameless = run("prices", "import", "now.csv", "--version", "two words")
    no_day = run("prices", "publish", "2030-01", "--from", "soon")

    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.splitlines() == [
        "bad.csv: row 2, column E (Hoam 80): must be whole euros, not '21.30'",
        (
            "bad.csv: row 4, column E (Hoam 80):"
            " must be from 0 to 2147483647, or -1 for on request, not -7"
        ),
        "nesthaus: nothing is imported: 2 flaws",
    ]
    assert unknown.stderr.startswith("nesthaus: there is no price list 2030-01")
    assert "version" in nameless.stderr
    assert [each.returncode for each in (unknown, nameless, no_day)] == [1, 1, 2]
