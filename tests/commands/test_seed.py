"""Does `nesthaus seed` say what it does, and does `up --demo` fill an empty database once?"""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from tests.commands.running_up import RunningUp, clean_environment
from tests.living import living
from tests.waiting import wait_for


def said(database_url: str, *arguments: str) -> tuple[int, list[str]]:
    """Exit code and lines on standard error of `nesthaus seed`."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "nesthaus", "seed", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env=clean_environment(DATABASE_URL=database_url),
        timeout=60,
    )
    assert done.stdout == ""
    return done.returncode, done.stderr.splitlines()


def sessions(database_url: str) -> list[str]:
    with psycopg.connect(database_url) as connection:
        found = connection.execute("select session_id from user_sessions order by 1").fetchall()
    return [session_id for (session_id,) in found]


def test_it_seeds_says_so_in_one_line_and_takes_it_out_again(database_url: str) -> None:
    plan = ("--sessions", "40", "--days", "10", "--seed", "3")

    code, (line,) = said(database_url, *plan, "--until", "2026-06-15T14:00")

    assert code == 0
    assert line.startswith("seeded 40 sessions with ")
    assert line.endswith(" events/s)")
    seeded = sessions(database_url)
    assert len(seeded) == 40
    # the same moment, told in another zone
    assert said(database_url, *plan, "--until", "2026-06-15T12:00:00+00:00")[0] == 0
    assert sessions(database_url) == seeded
    assert said(database_url, "--remove") == (0, ["removed 40 seeded sessions"])
    assert sessions(database_url) == []
    assert said(database_url, "--remove") == (0, ["removed 0 seeded sessions"])


def test_without_an_end_the_days_end_with_the_last_full_hour(database_url: str) -> None:
    before = datetime.now(UTC)
    assert said(database_url, "--sessions", "30", "--days", "2")[0] == 0
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    with psycopg.connect(database_url) as connection:
        row = connection.execute("select max(latest_seen) from user_sessions").fetchone()
    assert row is not None
    assert before - timedelta(days=2) < row[0] <= hour


def test_only_an_empty_database_is_filled(database_url: str) -> None:
    assert said(database_url, "--sessions", "5", "--if-empty")[0] == 0

    code, lines = said(database_url, "--sessions", "5", "--if-empty", "--seed", "2")

    assert (code, lines) == (0, ["there are sessions already: nothing was seeded"])
    assert len(sessions(database_url)) == 5


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--sessions", "0"), "0 is not in the range 1<=x<=10000000"),
        (("--sessions", "10000001"), "10000001 is not in the range"),
        (("--days", "1001"), "1001 is not in the range 1<=x<=1000"),
        (("--seed", "x"), "'x' is not a valid integer"),
        (("--until", "yesterday"), "'yesterday' is no ISO 8601 time"),
        (("--until", "2999-01-01"), "must lie between 2010-01-01 and now"),
        (("--remove", "--days", "3"), "--remove takes all of it out: --days says nothing"),
        (("--remove", "--if-empty"), "--remove takes all of it out: --if-empty says nothing"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: tuple[str, ...], words: str) -> None:
    code, lines = said("postgresql://nobody@127.0.0.1:9/none", *arguments)
    assert code == 2
    assert words in lines[-1]


def test_a_database_that_is_away_is_one_line() -> None:
    code, lines = said("postgresql://nobody@127.0.0.1:9/none?connect_timeout=1", "--remove")
    assert code == 1
    assert lines[-1].startswith("nesthaus: the database did not do it: ")


def test_a_database_without_tables_is_one_line(postgres_url: str) -> None:
    code, lines = said(postgres_url, "--sessions", "5")
    assert code == 1
    assert lines == ["nesthaus: the schema is older than this program: run `nesthaus migrate up`"]


def test_up_fills_an_empty_database_once_after_it_was_ready(folder: Path) -> None:
    first = RunningUp(folder / "data", folder / "first", "--demo")
    try:
        wait_for(lambda: "events/s)" in first.said(), 60, first.said)
        lines = first.said().splitlines()
        assert any(line.startswith("nesthaus is ready") for line in lines)
        assert lines[-1].startswith("seeded 2,000 sessions with ")
        with first.database() as connection:
            seeded = connection.execute("select session_id from user_sessions").fetchall()
            # 22 come on a day, but hardly anybody at night.
            active = connection.execute(
                "select max(latest_seen) > now() - interval '12 hours' from user_sessions"
            ).fetchone()
        assert len(seeded) == 2_000
        assert active == (True,)
        wait_for(lambda: "nesthaus seed" not in " ".join(first.below().values()), 60, first.said)
        with first.database() as connection:
            counted = connection.execute(
                "select sum(count) from daily_analytics where metric_type = 'sessions'"
            ).fetchone()
        assert counted is not None
        assert counted[0] > 1_500  # without bots, and without waiting for the schedule
        assert first.end() == 0

        second = RunningUp(folder / "data", folder / "second", "--demo")
        try:
            wait_for(lambda: "nothing was seeded" in second.said(), 60, second.said)
            with second.database() as connection:
                again = connection.execute("select session_id from user_sessions").fetchall()
            assert sorted(again) == sorted(seeded)
            assert second.end() == 0
        finally:
            second.kill_all()
    finally:
        first.kill_all()


def test_seeding_ends_with_up(folder: Path) -> None:
    running = RunningUp(folder / "data", folder / "output", "--demo")
    try:
        wait_for(lambda: "nesthaus seed" in " ".join(running.below().values()), 60, running.said)
        below = running.below()

        assert running.end() == 0

        assert [each.command for each in living() if each.pid in below] == []
        assert "ENDED UNEXPECTEDLY" not in running.said()
    finally:
        running.kill_all()


def test_without_demo_nothing_is_seeded(folder: Path) -> None:
    running = RunningUp(folder / "data", folder / "output")
    try:
        running.wait_for()
        with running.database() as connection:
            found = connection.execute("select count(*) from user_sessions").fetchone()
        assert found == (0,)
        assert "seed" not in running.said()
    finally:
        running.kill_all()
