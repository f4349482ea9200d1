"""Deliveries -> what they bring for each session, every fact once. Pure: no database, no clock."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from nesthaus.domain.events import (
    Delivery,
    Entry,
    Event,
    Finalisation,
    Interaction,
    Metric,
    RefusalCount,
    Snapshot,
)

Key = tuple[datetime, UUID]
"""What makes a fact of a session unique: the time first, so that it can key a table cut by time."""

F = TypeVar("F", Entry, Interaction, Snapshot, Finalisation, Metric)


@dataclass(frozen=True, slots=True)
class Received(Generic[F]):
    """`header_user_agent` is that of the request that brought the fact."""

    fact: F
    received_at: datetime
    header_user_agent: str | None


@dataclass(frozen=True, slots=True, order=True)
class HeaderAgent:
    """What the header of a call other than create told; ordered by which one stands."""

    at: datetime
    user_agent: str
    id: UUID
    received_at: datetime


@dataclass(slots=True)
class Arrivals:
    """What one batch brings for one session.

    `address` came with the earliest fact, where several came at that time the smallest.
    """

    earliest: datetime
    latest: datetime
    address: str | None
    header_agent: HeaderAgent | None = None
    entries: dict[Key, Received[Entry]] = field(default_factory=dict[Key, Received[Entry]])
    interactions: dict[Key, Received[Interaction]] = field(
        default_factory=dict[Key, Received[Interaction]]
    )
    snapshots: dict[Key, Received[Snapshot]] = field(default_factory=dict[Key, Received[Snapshot]])
    finalisations: dict[Key, Received[Finalisation]] = field(
        default_factory=dict[Key, Received[Finalisation]]
    )

    def times(self) -> Iterator[datetime]:
        for facts in (self.entries, self.interactions, self.snapshots, self.finalisations):
            for at, _ in facts:
                yield at

    def note_span(self, earliest: datetime, latest: datetime, address: str | None) -> None:
        if earliest < self.earliest:
            self.earliest, self.address = earliest, address
        elif earliest == self.earliest:
            self.address = smaller(self.address, address)
        self.latest = max(self.latest, latest)

    def note_header_agent(self, agent: HeaderAgent) -> None:
        if self.header_agent is None or agent < self.header_agent:
            self.header_agent = agent


@dataclass(frozen=True, slots=True)
class Batch:
    """Sessions by their id, metrics and counts of refusals by theirs."""

    sessions: dict[str, Arrivals]
    metrics: dict[UUID, Received[Metric]]
    refusals: dict[UUID, RefusalCount]


def batch_of(deliveries: Iterable[Delivery]) -> Batch:
    """Raises ValueError for a delivery with facts of a session and no session id.

    Of a fact that came twice the first one stands.
    """
    batch = Batch({}, {}, {})
    for delivery in deliveries:
        facts = [event for event in delivery.events if not _stands_alone(batch, delivery, event)]
        if facts:
            _add_to_session(batch, delivery, facts)
    return batch


def smaller(one: str | None, other: str | None) -> str | None:
    """The smaller text; None only where both are."""
    return min(filter(None, (one, other)), default=None)


def _stands_alone(batch: Batch, delivery: Delivery, event: Event) -> bool:
    """Takes what belongs to no session."""
    if isinstance(event, Metric):
        batch.metrics.setdefault(event.id, Received(event, delivery.received_at, None))
        return True
    if isinstance(event, RefusalCount):
        batch.refusals.setdefault(event.id, event)
        return True
    return False


def _add_to_session(batch: Batch, delivery: Delivery, facts: list[Event]) -> None:
    if delivery.session_id is None:
        raise ValueError("facts of a session without a session id")
    first = min(facts, key=lambda fact: (fact.at, fact.id))
    latest = max(fact.at for fact in facts)
    arrivals = batch.sessions.get(delivery.session_id)
    if arrivals is None:
        arrivals = Arrivals(first.at, latest, delivery.address)
        batch.sessions[delivery.session_id] = arrivals
    else:
        arrivals.note_span(first.at, latest, delivery.address)
    for fact in facts:
        _add(arrivals, delivery, fact)
    if delivery.user_agent and not any(isinstance(fact, Entry) for fact in facts):
        arrivals.note_header_agent(
            HeaderAgent(first.at, delivery.user_agent, first.id, delivery.received_at)
        )


def _add(arrivals: Arrivals, delivery: Delivery, fact: Event) -> None:
    key, received_at, agent = (fact.at, fact.id), delivery.received_at, delivery.user_agent
    if isinstance(fact, Interaction):
        arrivals.interactions.setdefault(key, Received(fact, received_at, agent))
    elif isinstance(fact, Snapshot):
        arrivals.snapshots.setdefault(key, Received(fact, received_at, agent))
    elif isinstance(fact, Finalisation):
        arrivals.finalisations.setdefault(key, Received(fact, received_at, agent))
    elif isinstance(fact, Entry):
        arrivals.entries.setdefault(key, Received(fact, received_at, agent))
