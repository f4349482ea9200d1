"""What a session is, from what was received for it in whatever order: every function commutes."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from operator import itemgetter
from typing import TypeVar

from nesthaus.domain.events import Outcome
from nesthaus.domain.visitors import DEVICE_TYPES

FIGURES_END_AFTER = timedelta(days=7)
"""What lies later than this after a session's start is `over`: stored, and left out of figures."""

_T = TypeVar("_T")


class Status(StrEnum):
    """Where a session stands at a moment."""

    ONGOING = "ongoing"
    ABANDONED = "abandoned"
    CONVERTED = "converted"


def status_at(
    now: datetime,
    idle_after: timedelta,
    last_activity: datetime,
    abandoned_at: datetime | None,
    converted_at: datetime | None,
) -> Status:
    """A function of three stored values and the clock: the order of arrival cannot matter."""
    if converted_at is not None:
        return Status.CONVERTED
    if abandoned_at is not None and abandoned_at >= last_activity:
        return Status.ABANDONED
    return Status.ABANDONED if now - last_activity > idle_after else Status.ONGOING


def duration_s(start: datetime, last_activity: datetime) -> int:
    """Whole seconds."""
    return (last_activity - start) // timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """One create call; or, `implied`, what another call told of itself. Times are the facts'."""

    at: datetime
    over: bool
    implied: bool
    user_agent: str | None
    header_user_agent: str | None
    device_type: str | None
    viewport_width: int | None
    viewport_height: int | None
    referrer: str | None
    utm_source: str | None
    utm_medium: str | None
    utm_campaign: str | None
    tracker_version: str | None


@dataclass(frozen=True, slots=True)
class Attributes:
    """The entry facts that stand for a session; None where nobody said."""

    user_agent: str | None
    device_type: str | None
    viewport_width: int | None
    viewport_height: int | None
    referrer: str | None
    utm_source: str | None
    utm_medium: str | None
    utm_campaign: str | None
    tracker_version: str | None


def attributes_of(entries: Iterable[EntryFacts]) -> Attributes:
    """Of each attribute the earliest value, ties by the smaller text, whatever is `over` ignored.

    What a page says of its user agent goes before what any request's header said.
    """
    within = [entry for entry in entries if not entry.over]
    said = [entry for entry in within if not entry.implied]
    viewport = _earliest(
        (entry.at, f"{entry.viewport_width}x{entry.viewport_height}", _viewport(entry))
        for entry in said
        if entry.viewport_width is not None or entry.viewport_height is not None
    ) or (None, None)
    return Attributes(
        user_agent=_earliest_text((e.at, e.user_agent) for e in said)
        or _earliest_text((e.at, e.header_user_agent) for e in within),
        device_type=_earliest_text((e.at, e.device_type) for e in said if _is_device_type(e)),
        viewport_width=viewport[0],
        viewport_height=viewport[1],
        referrer=_earliest_text((e.at, e.referrer) for e in said),
        utm_source=_earliest_text((e.at, e.utm_source) for e in said),
        utm_medium=_earliest_text((e.at, e.utm_medium) for e in said),
        utm_campaign=_earliest_text((e.at, e.utm_campaign) for e in said),
        tracker_version=_earliest_text((e.at, e.tracker_version) for e in within),
    )


def _viewport(entry: EntryFacts) -> tuple[int | None, int | None]:
    return entry.viewport_width, entry.viewport_height


def _is_device_type(entry: EntryFacts) -> bool:
    return entry.device_type in DEVICE_TYPES


def _earliest(values: Iterable[tuple[datetime, str, _T]]) -> _T | None:
    first = min(values, key=itemgetter(0, 1), default=None)
    return None if first is None else first[2]


def _earliest_text(values: Iterable[tuple[datetime, str | None]]) -> str | None:
    """An empty text says no more than none at all."""
    said = ((at, text) for at, text in values if text)
    return min(said, default=(None, None))[1]


@dataclass(frozen=True, slots=True)
class FinalisationFacts:
    at: datetime
    over: bool
    outcome: Outcome
    exit_page: str | None
    order_id: str | None
    verified: bool


@dataclass(frozen=True, slots=True)
class Ending:
    """What all finalisations of a session come to."""

    converted_at: datetime | None
    verified_at: datetime | None
    order_id: str | None
    abandoned_at: datetime | None
    exit_page: str | None


def ending_of(
    finalisations: Collection[FinalisationFacts], orders_of_others: Collection[str]
) -> Ending:
    """A conversion counts whenever it comes, unless its order is counted in another session.

    `order_id` is that of the earliest conversion that has one; the exit page is the latest.
    """
    within = [each for each in finalisations if not each.over]
    conversions = [
        each
        for each in finalisations
        if each.outcome == Outcome.CONVERTED and each.order_id not in orders_of_others
    ]
    abandoned = [each.at for each in within if each.outcome == Outcome.ABANDONED]
    pages = [(each.at, each.exit_page) for each in within if each.exit_page]
    latest = max((at for at, _ in pages), default=None)
    return Ending(
        converted_at=min((each.at for each in conversions), default=None),
        verified_at=min((each.at for each in conversions if each.verified), default=None),
        order_id=_earliest_text((each.at, each.order_id) for each in conversions),
        abandoned_at=max(abandoned, default=None),
        exit_page=min((page for at, page in pages if at == latest), default=None),
    )
