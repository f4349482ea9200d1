"""Does `nesthaus rebuild` count what it is asked for, and does another time zone wait for it?"""

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.commands.running_up import RunningUp, clean_environment, refusal_of
from tests.embedded.surroundings import remove
from tests.room import new_folder
from tests.waiting import wait_for

NOWHERE = "unix:///tmp/nh-no-such-socket"
AWAY = "postgresql://nobody@127.0.0.1:9/none?connect_timeout=1"


def said(*arguments: str, **environment: str) -> tuple[int, list[str]]:
    """Exit code and lines on standard error of `nesthaus`."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "nesthaus", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env=clean_environment(**environment),
        timeout=90,
    )
    assert done.stdout == ""
    return done.returncode, done.stderr.splitlines()


def sessions(database_url: str) -> int:
    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            "select sum(count) from daily_analytics where metric_type = 'sessions'"
        ).fetchone()
    assert row is not None
    return int(row[0] or 0)


def test_it_counts_the_days_asked_for_although_valkey_is_away(database_url: str) -> None:
    servers = {"DATABASE_URL": database_url, "REDIS_URL": NOWHERE, "NESTHAUS_REDIS_RETRIES": "0"}
    plan = ("--sessions", "30", "--days", "3", "--until", "2026-06-15T12:00")
    assert said("seed", *plan, **servers)[0] == 0

    code, (line,) = said("rebuild", "--since", "2026-06-13", "--until", "2026-06-14", **servers)

    assert code == 0
    assert line.startswith("1 days in ")
    some = sessions(database_url)
    assert 0 < some < 30
    code, (line,) = said("rebuild", **servers)
    assert code == 0
    assert " hours counted, " in line
    assert some < sessions(database_url) <= 30


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--since", "yesterday"), "'yesterday' is no day like 2026-06-15"),
        (("--until", "2026-13-01"), "'2026-13-01' is no day like 2026-06-15"),
        (("--since", "2026-06-15", "--until", "2026-06-15"), "must be later than --since"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: tuple[str, ...], words: str) -> None:
    code, lines = said("rebuild", *arguments, DATABASE_URL=AWAY, REDIS_URL=NOWHERE)
    assert code == 2
    assert words in lines[-1]


def test_a_database_that_is_away_is_one_line() -> None:
    code, lines = said("rebuild", DATABASE_URL=AWAY, REDIS_URL=NOWHERE)
    assert code == 1
    assert lines[-1].startswith("nesthaus: the database did not do it: ")


def test_every_role_refuses_another_zone_in_one_line(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("insert into aggregation_state (time_zone) values ('Europe/Vienna')")
    elsewhere = {
        "DATABASE_URL": database_url,
        "REDIS_URL": NOWHERE,
        "NESTHAUS_TIMEZONE": "Asia/Kolkata",
    }
    line = (
        "nesthaus: NESTHAUS_TIMEZONE is Asia/Kolkata, but all figures are counted in Europe/Vienna:"
        " run `nesthaus rebuild` with Asia/Kolkata, or set NESTHAUS_TIMEZONE=Europe/Vienna again"
    )
    for role in (("work",), ("schedule",), ("serve", "--port", "0"), ("up", "--port", "0")):
        data = new_folder()
        code, lines = said(*role, "--data", str(data), **elsewhere)
        assert (code, lines[-1]) == (2, line), role
        remove(data)


def test_up_starts_in_another_zone_once_everything_is_rebuilt(folder: Path) -> None:
    soon = clean_environment(NESTHAUS_AGGREGATE_EVERY_S="1")
    first = RunningUp(folder / "data", folder / "first", environment=soon)
    try:
        first.wait_for()
        code, lines = said(
            "seed", "--sessions", "60", "--days", "10", "--data", str(folder / "data")
        )
        assert code == 0, lines
        wait_for(lambda: sessions(first.run.database_url) > 30, 90, first.said)
        assert first.end() == 0
    finally:
        first.kill_all()
    zone = {"NESTHAUS_TIMEZONE": "Asia/Kolkata"}
    code, lines = said("up", "--port", "0", "--data", str(folder / "data"), **zone)
    assert code == 2
    assert lines[-1].startswith("nesthaus: NESTHAUS_TIMEZONE is Asia/Kolkata, but all figures")

    code, lines = said("rebuild", "--data", str(folder / "data"), **zone)

    assert code == 0, lines
    assert lines[-1].split(" days in ")[0] in {"10", "11", "12"}
    second = RunningUp(folder / "data", folder / "second", environment=clean_environment(**zone))
    try:
        second.wait_for()
        assert second.end() == 0
    finally:
        second.kill_all()
    code, lines = refusal_of(folder / "data")
    assert (code, lines[-1][:49]) == (2, "nesthaus: NESTHAUS_TIMEZONE is Europe/Vienna, but")
