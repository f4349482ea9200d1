"""Does `nesthaus openapi` print what the API serves, where nothing runs?"""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import httpx


async def openapi(folder: Path, **settings: str) -> "subprocess.CompletedProcess[str]":
    """Its servers are addresses at which nothing answers."""
    nowhere = {"DATABASE_URL": "postgresql://127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NESTHAUS_")}
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "nesthaus", "openapi"],
        env=kept | nowhere | settings,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


async def test_it_is_the_document_the_running_api_answers(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    printed = await openapi(tmp_path)
    assert (printed.returncode, printed.stderr) == (0, "")
    assert json.loads(printed.stdout) == (await client.get("/api/openapi.json")).json()


async def test_a_bad_setting_is_one_line(tmp_path: Path) -> None:
    refused = await openapi(tmp_path, NESTHAUS_TIMEZONE="Wien")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("nesthaus: NESTHAUS_TIMEZONE=Wien (from environment)")
    assert refused.stderr.count("\n") == 1
