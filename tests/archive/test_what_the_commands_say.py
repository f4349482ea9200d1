"""Can an operator archive, see what is there, and learn when something is wrong?"""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from nesthaus.db.pool import Pool
from tests.archive.conftest import Kept, visits

LONG_AGO = range(-4_000, -3_990)  # 3 to 12 July 2015


async def told(database_url: str, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environ = {
        **{name: text for name, text in os.environ.items() if not name.startswith("NESTHAUS_")},
        "DATABASE_URL": database_url,
        "NESTHAUS_DATA": str(folder / "data"),
        "NESTHAUS_ARCHIVE": (folder / "archive").as_uri(),
    }
    command = [sys.executable, "-m", "nesthaus", "archive", *words]
    return await asyncio.to_thread(
        subprocess.run,
        command,
        env=environ,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


async def test_months_are_archived_listed_and_checked(
    kept: Kept, db: Pool, database_url: str, tmp_path: Path
) -> None:
    await kept.track(*visits(LONG_AGO))
    await kept.count()

    done = await told(database_url, tmp_path, "run", "--older-than", "2500")
    assert (done.returncode, done.stdout) == (0, "2015-07\n")
    assert "2015-07 archived; 10 sessions out of the tables" in done.stderr
    listed = await told(database_url, tmp_path, "list")
    assert listed.stdout.split()[:5] == ["2015-07", "10", "sessions", "80", "rows"]
    assert (await told(database_url, tmp_path, "verify", "2015-07")).returncode == 0

    [broken] = (tmp_path / "archive" / "2015-07").glob("*-user_sessions-*")
    broken.write_bytes(broken.read_bytes()[:-1])
    flawed = await told(database_url, tmp_path, "verify")
    assert flawed.returncode == 1
    assert flawed.stdout == (
        f"2015-07: 2015-07/{broken.name} is not what was written: its checksum differs\n"
    )
