"""Does `nesthaus bots judge` say what it changed, and what it left alone?"""

import subprocess
import sys

import psycopg

from tests.commands.running_up import clean_environment

ROW = (
    "insert into user_sessions"
    " (session_id, start_time, last_activity, latest_seen, user_agent, bot_reason)"
    " values (%s, %s, %s, %s, %s, %s)"
)
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def said(database_url: str, *arguments: str) -> tuple[int, list[str]]:
    """Exit code and lines on standard error of `nesthaus bots`."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "nesthaus", "bots", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env=clean_environment(DATABASE_URL=database_url),
        timeout=60,
    )
    assert done.stdout == ""
    return done.returncode, done.stderr.splitlines()


def have(database_url: str, session_id: str, at: str, agent: str, reason: str | None) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(ROW, (session_id, at, at, at, agent, reason))


def reasons(database_url: str) -> dict[str, str | None]:
    with psycopg.connect(database_url) as connection:
        found = connection.execute("select session_id, bot_reason from user_sessions").fetchall()
    return dict(found)


def test_it_judges_again_and_says_so_in_a_line(database_url: str) -> None:
    have(database_url, "google", "2026-06-15 12:00+00", GOOGLEBOT, None)
    have(database_url, "anna", "2026-06-15 12:00+00", FIREFOX, "crawler: Firefox")

    code, lines = said(database_url, "judge")

    assert (code, lines) == (
        0,
        ["2 sessions judged: 1 became bots, 1 persons, 0 bots for another reason"],
    )
    assert reasons(database_url) == {"google": "crawler: Googlebot", "anna": None}
    assert said(database_url, "judge")[1] == [
        "2 sessions judged: 0 became bots, 0 persons, 0 bots for another reason"
    ]


def test_days_are_cut_in_our_time_zone_and_closed_months_named(database_url: str) -> None:
    # The first is still the 14th in Vienna, the second the 15th.
    have(database_url, "early", "2026-06-14 21:59+00", GOOGLEBOT, None)
    have(database_url, "late", "2026-06-14 22:00+00", GOOGLEBOT, None)
    have(database_url, "old", "2025-01-31 12:00+00", GOOGLEBOT, None)
    with psycopg.connect(database_url) as connection:
        connection.execute("insert into closed_months values ('2025-01-01', '2026-06-01')")

    assert said(database_url, "judge", "--since", "2026-06-15", "--until", "2026-06-16")[0] == 0
    assert reasons(database_url) == {"early": None, "late": "crawler: Googlebot", "old": None}

    _, lines = said(database_url, "judge", "--until", "2026-06-15")
    assert lines == [
        "2 sessions judged: 1 became bots, 0 persons, 0 bots for another reason",
        "1 sessions left as they are, because their rows are archived: 2025-01",
    ]


def test_a_day_that_is_none_and_a_span_that_ends_before_it_begins_are_wrong_use(
    database_url: str,
) -> None:
    assert said(database_url, "judge", "--since", "yesterday")[0] == 2
    assert said(database_url, "judge", "--since", "2026-06-15", "--until", "2026-06-15")[0] == 2
