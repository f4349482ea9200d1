"""`nesthaus doctor`"""

import asyncio
from pathlib import Path

import click

from nesthaus.cli import EXIT_FAILED
from nesthaus.cli.options import checked_settings, data_option, servers_of
from nesthaus.embedded.places import servers_home
from nesthaus.roles.clock import wall_clock
from nesthaus.stream.connection import connect
from nesthaus.upkeep.doctor import Finding, Verdict, check_database, check_disk, check_stream

_COLOURS = {Verdict.OK: "green", Verdict.WARNING: "yellow", Verdict.FAILED: "red"}


@click.command("doctor")
@data_option
def command(data: Path | None) -> None:
    """Check PostgreSQL, Redis or Valkey, schema, clock and disk; a line each.

    A warning names a promise the servers do not keep. Exit code 1 where something failed.
    """
    settings = checked_settings(data, "doctor")
    servers = servers_of(settings)
    is_embedded = settings.database_url is None or settings.redis_url is None
    home = servers_home(settings.data) if is_embedded else None
    findings = [
        *check_database(servers.database_url, wall_clock),
        *asyncio.run(_stream(servers.redis_url)),
        *check_disk(settings.data, home),
    ]
    for finding in findings:
        verdict = click.style(f"{finding.verdict.value:<8}", fg=_COLOURS[finding.verdict])
        click.echo(f"{verdict} {finding.part}: {finding.sentence}")
    if any(finding.verdict is Verdict.FAILED for finding in findings):
        raise SystemExit(EXIT_FAILED)


async def _stream(redis_url: str) -> list[Finding]:
    redis = connect(redis_url, 1)
    try:
        return await check_stream(redis)
    finally:
        await redis.aclose()
