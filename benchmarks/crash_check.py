"""What the tables must say of what was accepted, counted plainly."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg

from nesthaus.domain.identifiers import instant_of_uuid7

ZONE = ZoneInfo("Europe/Vienna")  # the default of NESTHAUS_TIMEZONE
Accepted = Mapping[str, Mapping[str, str]]
Figures = Counter[tuple[str, ...]]

# Each row is the words of a figure and, last, its count.
_STORED = "select session_id, id::text, count(*) from interaction_events group by session_id, id"
_COUNTERS = "select session_id, total_interactions from user_sessions"
_LEFT_OVER = """
    select 'dead letter', count(*) from dead_letters having count(*) > 0
    union all
    select 'mark', count(*) from recount_marks having count(*) > 0
"""
_HOURLY = """
    select to_char(hour at time zone 'UTC', 'YYYY-MM-DD HH24'),
        metric_type, category, value_text, count
    from hourly_analytics where metric_type in ('sessions', 'interactions', 'selections')
"""
_DAILY = """
    select to_char(date, 'YYYY-MM-DD'), metric_type, category, value_text, count
    from daily_analytics where metric_type in ('sessions', 'interactions', 'selections')
"""


def differences(database_url: str, accepted: Accepted) -> list[str]:
    """Empty where each event is stored once, counters and figures say so, and nothing is left."""
    each = Figures((session, one) for session, events in accepted.items() for one in events)
    counters = Figures({(session,): len(events) for session, events in accepted.items()})
    with psycopg.connect(database_url) as connection:
        found = [
            _difference("stored events", each, _told(connection, _STORED)),
            _difference("session counters", counters, _told(connection, _COUNTERS)),
            _difference("left over", Figures(), _told(connection, _LEFT_OVER)),
            _difference("hourly", _plain(accepted, by_hour=True), _told(connection, _HOURLY)),
            _difference("daily", _plain(accepted, by_hour=False), _told(connection, _DAILY)),
        ]
    return [difference for difference in found if difference]


def _told(connection: psycopg.Connection, question: LiteralString) -> Figures:
    return Figures({tuple(row[:-1]): row[-1] for row in connection.execute(question)})


def _difference(what: str, wanted: Figures, told: Figures) -> str:
    if wanted == told:
        return ""
    return f"{what}: {_some(wanted - told)} missing, {_some(told - wanted)} too many"


def _some(figures: Figures) -> str:
    return f"{figures.total()} {list(figures.items())[:3]}"


def _plain(accepted: Accepted, *, by_hour: bool) -> Figures:
    """A session belongs to the hour and the day of its first event."""
    figures = Figures()
    for events in accepted.values():
        start = min(instant_of_uuid7(UUID(each)) for each in events).astimezone(ZONE)
        at = _hour(start) if by_hour else f"{start:%Y-%m-%d}"
        figures[at, "sessions", "", ""] += 1
        figures[at, "interactions", "", ""] += len(events)
        for option in filter(None, events.values()):
            figures[at, "selections", "nest", option] += 1
            figures[at, "selections", "nest", ""] += 1
    return figures


def _hour(at: datetime) -> str:
    start = at - timedelta(minutes=at.minute, seconds=at.second, microseconds=at.microsecond)
    return f"{start.astimezone(ZoneInfo('UTC')):%Y-%m-%d %H}"
