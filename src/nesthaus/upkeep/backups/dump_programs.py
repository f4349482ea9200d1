"""Runs pg_dump and pg_restore beside everything else."""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

_LAST_LINES = 5


class DumpFailed(Exception):
    """One line: what the program said."""


class Running:
    """A program that runs; its words on standard error go to `heard`, a line each."""

    def __init__(
        self, process: asyncio.subprocess.Process, name: str, heard: Callable[[str], None]
    ) -> None:
        self._process = process
        self._name = name
        self._heard = heard
        self._last: list[str] = []

    async def end(self) -> None:
        """Waits for its end. Raises DumpFailed."""
        assert self._process.stderr is not None
        while line := await self._process.stderr.readline():
            text = line.decode(errors="replace").strip()
            self._heard(text)
            self._last = [*self._last, text][-_LAST_LINES:]
        if await self._process.wait():
            telling = [line for line in self._last if "error:" in line] or self._last
            said = telling[0] if telling else "it said nothing"
            raise DumpFailed(f"{self._name} failed: {said.partition('error: ')[2] or said}")


@asynccontextmanager
async def running(
    program: Path, database_url: str, *arguments: str, heard: Callable[[str], None]
) -> AsyncGenerator[Running]:
    """Killed at the end of the block where it still runs. A password is not seen by others."""
    address, secrets = without_password(database_url)
    process = await asyncio.create_subprocess_exec(
        program,
        f"--dbname={address}",
        "--no-password",
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "LC_ALL": "C", **secrets},
    )
    try:
        yield Running(process, program.name, heard)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def without_password(database_url: str) -> tuple[str, dict[str, str]]:
    """The address as everybody on the machine may see it, and variables for the rest."""
    given = {name: str(value) for name, value in conninfo_to_dict(database_url).items()}
    password = given.pop("password", None)
    secrets = {} if password is None else {"PGPASSWORD": password}
    return make_conninfo("", **given), secrets
