"""What definitions.md says of one session, worked out from everything received for it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from nesthaus.domain.pricing import Catalogue
from tests.oracle.agents import agent_of
from tests.oracle.facts import (
    Accepted,
    Configuration,
    Entry,
    Finalisation,
    Interaction,
    Kept,
    Snapshot,
)

IDLE_AFTER = timedelta(minutes=30)
WEEK = timedelta(days=7)
DEVICES = ("mobile", "tablet", "desktop")


@dataclass(frozen=True, slots=True)
class Session:
    """`interactions` and `snapshots` are those that count (not over), in order."""

    session_id: str
    start: datetime
    last_activity: datetime
    status: str
    converted_at: datetime | None
    abandoned_at: datetime | None
    verified_at: datetime | None
    order_id: str | None
    exit_page: str | None
    user_agent: str | None
    device: str
    browser: str
    viewport: str | None
    referrer: str | None
    referrer_host: str
    utm_source: str
    utm_medium: str | None
    utm_campaign: str | None
    created_with: tuple[datetime, Configuration] | None
    is_bot: bool
    interactions: tuple[Interaction, ...]
    snapshots: tuple[Snapshot, ...]
    over: int
    duplicates: int
    late: int
    skew_ms: int | None
    tracker_version: str | None

    @property
    def duration_s(self) -> int:
        return int((self.last_activity - self.start).total_seconds())

    @property
    def converted(self) -> bool:
        return self.status == "converted"

    @property
    def verified(self) -> bool:
        return self.verified_at is not None

    @property
    def selections(self) -> tuple[Interaction, ...]:
        return tuple(each for each in self.interactions if each.type == "selection")

    @property
    def final(self) -> Snapshot | None:
        return self.snapshots[-1] if self.snapshots else None

    @property
    def last_price(self) -> int | None:
        """A total of 0 is none."""
        prices = [each.total_price_eur for each in self.snapshots if each.total_price_eur]
        return prices[-1] if prices else None

    @property
    def bounced(self) -> bool:
        kinds = [each.type for each in self.interactions]
        return sum(kind not in ("hover", "scroll") for kind in kinds) < 2


def last_prices(sessions: Iterable[Session]) -> list[int]:
    """Of those that have one."""
    return [each.last_price for each in sessions if each.last_price is not None]


def count_sessions(accepted: Accepted, now: datetime) -> list[Session]:
    """`now`: when the statuses were judged."""
    owners = _owners_of_orders(accepted)
    return [
        _session(session_id, kept, owners, now)
        for session_id, kept in sorted(accepted.sessions.items())
    ]


def _owners_of_orders(accepted: Accepted) -> dict[str, str]:
    """An order belongs to the session that reported it with the earliest time, those of servers
    before those of pages."""
    claims = [
        (not fact.verified, fact.at, session_id, fact.order_id)
        for session_id, kept in accepted.sessions.items()
        for fact in kept.finalisations.values()
        if fact.outcome == "converted" and fact.order_id
    ]
    return {order: session_id for _, _, session_id, order in sorted(claims, reverse=True)}


def _session(session_id: str, kept: Kept, owners: dict[str, str], now: datetime) -> Session:
    times = [entry.at for entry in kept.entries]
    facts = [*kept.interactions.values(), *kept.snapshots.values(), *kept.finalisations.values()]
    times += [fact.at for fact in facts]
    start = min(times)
    end = start + WEEK
    last = max(at for at in times if at <= end)
    sold = [
        fact
        for fact in kept.finalisations.values()
        if fact.outcome == "converted"
        and (fact.order_id is None or owners[fact.order_id] == session_id)
    ]
    ends = [fact for fact in kept.finalisations.values() if fact.at <= end]
    interactions = sorted(
        (fact for fact in kept.interactions.values() if fact.at <= end),
        key=lambda fact: (fact.at, fact.sequence or 0, fact.id),
    )
    snapshots = sorted(
        (fact for fact in kept.snapshots.values() if fact.at <= end),
        key=lambda fact: (fact.at, fact.id),
    )
    entries = [entry for entry in kept.entries if entry.at <= end]
    user_agent = _earliest((entry.at, entry.user_agent) for entry in entries) or _earliest(
        (at, agent) for at, agent in kept.agents if at <= end
    )
    agent = agent_of(user_agent)
    counted = {fact.id: fact for fact in [*interactions, *snapshots, *ends]}
    referrer = _earliest((entry.at, entry.referrer) for entry in entries)
    return Session(
        session_id=session_id,
        start=start,
        last_activity=last,
        status=_status(bool(sold), ends, last, now),
        converted_at=min((fact.at for fact in sold), default=None),
        abandoned_at=max((fact.at for fact in ends if fact.outcome == "abandoned"), default=None),
        verified_at=min((fact.at for fact in sold if fact.verified), default=None),
        order_id=_earliest((fact.at, fact.order_id) for fact in sold),
        exit_page=_latest((fact.at, fact.exit_page) for fact in ends),
        user_agent=user_agent,
        device=_device(entries, agent.device),
        browser=agent.browser,
        viewport=_earliest((entry.at, entry.viewport) for entry in entries),
        referrer=referrer,
        referrer_host=(urlsplit(referrer).hostname if referrer else None) or "direct",
        utm_source=_earliest((entry.at, entry.utm_source) for entry in entries) or "direct",
        utm_medium=_earliest((entry.at, entry.utm_medium) for entry in entries),
        utm_campaign=_earliest((entry.at, entry.utm_campaign) for entry in entries),
        created_with=_created_with(entries),
        is_bot=agent.is_bot or _has_burst(interactions),
        interactions=tuple(interactions),
        snapshots=tuple(snapshots),
        over=sum(fact.at > end for fact in facts) + len(kept.entries) - len(entries),
        duplicates=sum(kept.copies[identifier] for identifier in counted),
        late=sum(fact.received_at - fact.at > timedelta(seconds=60) for fact in counted.values()),
        skew_ms=min(kept.skews_ms, default=None),
        tracker_version=_earliest(kept.versions),
    )


def _status(sold: bool, ends: list[Finalisation], last: datetime, now: datetime) -> str:
    if sold:
        return "converted"
    left = [fact.at for fact in ends if fact.outcome == "abandoned"]
    if (left and max(left) >= last) or now - last > IDLE_AFTER:
        return "abandoned"
    return "ongoing"


def _device(entries: list[Entry], by_agent: str) -> str:
    told = _earliest((entry.at, entry.device) for entry in entries if entry.device in DEVICES)
    return told or by_agent


def _created_with(entries: list[Entry]) -> tuple[datetime, Configuration] | None:
    told = [(entry.at, entry.configuration) for entry in entries]
    known = [(at, configuration) for at, configuration in told if configuration is not None]
    return min(known, key=lambda each: each[0]) if known else None


def _has_burst(interactions: list[Interaction]) -> bool:
    seconds = Counter(int(fact.at.timestamp()) for fact in interactions)
    return max(seconds.values(), default=0) > 20


def _earliest(told: Iterable[tuple[datetime, str | None]]) -> str | None:
    """Ties by the smaller text."""
    known = sorted((at, text) for at, text in told if text is not None)
    return known[0][1] if known else None


def _latest(told: Iterable[tuple[datetime, str | None]]) -> str | None:
    known = [(at, text) for at, text in told if text is not None]
    last = max((at for at, _ in known), default=None)
    return min((text for at, text in known if at == last), default=None)


def required_categories(catalogue: Catalogue, at: datetime) -> tuple[str, ...]:
    """In catalogue order."""
    prices = catalogue.in_force_at(at)
    return tuple(each.id for each in prices.categories if each.id in prices.required_categories)
