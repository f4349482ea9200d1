"""What the stored figures must say of a traffic: counted plainly from everything that was sent.

Written from the definitions alone, over the sessions of `tests/persist/plain_count`.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from nesthaus.domain.events import Delivery, Interaction
from tests.persist import plain_count

WEEK = timedelta(days=7)
COUNTED = frozenset(
    {
        "sessions",
        "status",
        "conversions",
        "bounces",
        "interactions",
        "selections",
        "page_views",
        "price",
        "prices",
    }
)
"""The metric types that are counted here."""

Session = dict[str, Any]
Key = tuple[Any, ...]


def sessions_of(
    deliveries: Sequence[Delivery], now: datetime, idle_after: timedelta
) -> dict[str, Session]:
    """With their `interactions`, those that are over left out."""
    sessions: dict[str, Session] = dict(plain_count.sessions_of(deliveries, now, idle_after))
    for session_id, facts in plain_count.facts_of(deliveries).items():
        session = sessions[session_id]
        session["interactions"] = [
            fact
            for fact in facts
            if isinstance(fact, Interaction) and fact.at - session["start_time"] <= WEEK
        ]
    return sessions


def figures_of(
    sessions: Sequence[Session], key_of: Callable[[Session], Iterator[Key]]
) -> dict[Key, tuple[int, ...]]:
    """count, unique_sessions, time_sum_ms, timed_count, amount_sum by key and metric."""
    totals: dict[Key, list[int]] = defaultdict(lambda: [0, 0, 0, 0, 0])
    for session in sessions:
        for key in key_of(session):
            for metric, numbers in _metrics(session):
                total = totals[*key, *metric]
                for place, number in enumerate(numbers):
                    total[place] += number
    return {key: tuple(numbers) for key, numbers in totals.items()}


def parts_of(session: Session, kept: frozenset[str] | None = None) -> Iterator[tuple[str, str]]:
    """The totals and breakdowns a session counts in; ("", "") are the totals."""
    if session["bot_reason"]:
        yield "bot", "true"
        return
    source = session["utm_source"]
    yield "", ""
    yield "device_type", session["device_type"]
    yield "utm_source", source if kept is None or source in kept else "other"


def hour_of(session: Session, zone: ZoneInfo) -> datetime:
    """By walking back minute by minute to where the clocks show a full hour."""
    moment = session["start_time"].replace(second=0, microsecond=0)
    while moment.astimezone(zone).minute:
        moment -= timedelta(minutes=1)
    return moment


def _metrics(session: Session) -> Iterator[tuple[tuple[str, str, str], tuple[int, ...]]]:
    is_converted = session["converted_at"] is not None
    yield ("sessions", "", ""), (1, 1, 0, 1, session["session_duration"])
    yield ("status", "", session["conversion_status"]), (1, 1, 0, 0, 0)
    if is_converted:
        yield ("conversions", "", ""), (1, 1, 0, 0, 0)
    if session["verified_at"] is not None:
        yield ("conversions", "", "verified"), (1, 1, 0, 0, 0)
    interactions: list[Interaction] = session["interactions"]
    if sum(each.type not in {"hover", "scroll"} for each in interactions) < 2:
        yield ("bounces", "", ""), (1, 1, 0, 0, 0)
    if interactions:
        yield ("interactions", "", ""), (len(interactions), 1, 0, 0, 0)
    price = session["last_price"]
    if price is not None:
        yield ("price", "", str(price)), (1, int(is_converted), 0, 0, price)
        yield ("prices", "", ""), (1, int(is_converted), 0, 0, price)
    views = Counter(each.value or "" for each in interactions if each.type == "page_view")
    for path, count in views.items():
        yield ("page_views", "", path), (count, 1, 0, 0, 0)
    yield from _selections(interactions)


def _selections(
    interactions: Sequence[Interaction],
) -> Iterator[tuple[tuple[str, str, str], tuple[int, ...]]]:
    """By option and, with "", by category: a session counts once in each."""
    groups: dict[tuple[str, str], list[Interaction]] = defaultdict(list)
    for each in interactions:
        if each.type == "selection" and each.category and each.value:
            groups[each.category, each.value].append(each)
            groups[each.category, ""].append(each)
    for (category, value), members in groups.items():
        times = [each.time_spent_ms for each in members if each.time_spent_ms is not None]
        numbers = (len(members), 1, sum(times), len(times), 0)
        yield ("selections", category, value), numbers
