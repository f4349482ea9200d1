"""Facts -> rows of the raw tables. The fields of a row are the table's columns, in this order."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import msgspec

from nesthaus.domain.configurations import Configuration, configuration_to_json
from nesthaus.domain.events import Interaction, Metric, RefusalCount
from nesthaus.domain.sessions import FIGURES_END_AFTER
from nesthaus.persist.batch import Arrivals, Received, Remark


class EntryRow(NamedTuple):
    session_id: str
    timestamp: datetime
    id: UUID
    received_at: datetime
    over: bool
    implied: bool
    user_agent: str | None = None
    header_user_agent: str | None = None
    device_type: str | None = None
    viewport_width: int | None = None
    viewport_height: int | None = None
    referrer: str | None = None
    utm_source: str | None = None
    utm_medium: str | None = None
    utm_campaign: str | None = None
    tracker_version: str | None = None
    configuration_data: str | None = None
    flags: str | None = None


class AcceptanceRow(NamedTuple):
    session_id: str
    timestamp: datetime
    id: UUID
    received_at: datetime
    copy: int


INTERACTION_TYPES = (
    *("uuid", "timestamptz", "timestamptz", "int4", "int4", "int4", "int4", "int4", "float8"),
    *("bool", "text", "text", "text", "text", "text", "text", "text", "text", "text"),
)
"""Of `interaction_row`: a binary copy has to send exactly these."""


class SnapshotRow(NamedTuple):
    id: UUID
    timestamp: datetime
    received_at: datetime
    over: bool
    session_id: str
    configuration_data: str
    configuration_hash: str
    total_price: int | None
    completion_percentage: float | None
    price_list_version: str
    price_error: str | None
    client_price: float | None
    trigger_event: str | None


class FinalisationRow(NamedTuple):
    session_id: str
    timestamp: datetime
    id: UUID
    received_at: datetime
    over: bool
    conversion_status: str
    exit_page: str | None
    order_id: str | None
    verified: bool


class MetricRow(NamedTuple):
    id: UUID
    timestamp: datetime
    received_at: datetime
    session_id: str | None
    metric_name: str
    value: float
    unit: str | None
    additional_data: str | None
    value_count: int
    greatest: float | None
    buckets: str | None
    """As PostgreSQL writes an array: one array of arrays of several lengths cannot be sent."""
    counts: str | None


REFUSAL_COLUMNS = ("id", "date", "reason", "count")

_INTEGER = range(-0x80000000, 0x80000000)

OF_NO_SESSION = ""
"""In place of a session in marks that speak of an hour of measured values."""


def columns(rows: Sequence[tuple[object, ...]], names: Sequence[str]) -> dict[str, list[object]]:
    """Rows turned on their side, for `unnest`."""
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))


def entry_rows(session_id: str, start: datetime, arrivals: Arrivals) -> Iterator[EntryRow]:
    horizon = start + FIGURES_END_AFTER
    for (at, identifier), received in arrivals.entries.items():
        entry = received.fact
        yield EntryRow(
            session_id=session_id,
            timestamp=at,
            id=identifier,
            received_at=received.received_at,
            over=at > horizon,
            implied=False,
            user_agent=entry.user_agent,
            header_user_agent=received.header_user_agent,
            device_type=entry.device_type,
            viewport_width=entry.viewport_width,
            viewport_height=entry.viewport_height,
            referrer=entry.referrer,
            utm_source=entry.utm_source,
            utm_medium=entry.utm_medium,
            utm_campaign=entry.utm_campaign,
            tracker_version=received.tracker_version,
            configuration_data=None if entry.configuration is None else _json(entry.configuration),
            flags=None if entry.flags is None else msgspec.json.encode(entry.flags).decode(),
        )


def header_row(session_id: str, start: datetime, agent: Remark) -> EntryRow:
    """One row per fact and header: a call that is repeated by another program makes a second."""
    row = _implied_row(session_id, start, agent, uuid5(agent.id, agent.text))
    return row._replace(header_user_agent=agent.text)


def version_row(session_id: str, start: datetime, version: Remark) -> EntryRow:
    """One row per fact and version; never the row of a header."""
    of_versions = uuid5(version.id, "tracker version")
    row = _implied_row(session_id, start, version, uuid5(of_versions, version.text))
    return row._replace(tracker_version=version.text)


def _implied_row(session_id: str, start: datetime, remark: Remark, identifier: UUID) -> EntryRow:
    return EntryRow(
        session_id=session_id,
        timestamp=remark.at,
        id=identifier,
        received_at=remark.received_at,
        over=remark.at > start + FIGURES_END_AFTER,
        implied=True,
    )


def interaction_row(
    session_id: str, received: Received[Interaction], *, over: bool
) -> tuple[object, ...]:
    """In the order of `copy_interactions`. ValueError for what a column cannot hold: a binary copy
    would cut it without a word.

    A plain tuple, and nothing is called: this runs for every click of every visitor, and took
    3.2 µs as a named tuple.
    """
    fact = received.fact
    time_spent, sequence, quantity = fact.time_spent_ms, fact.sequence, fact.quantity
    width, height = fact.viewport_width, fact.viewport_height
    if (
        (time_spent is not None and time_spent not in _INTEGER)
        or (sequence is not None and sequence not in _INTEGER)
        or (quantity is not None and quantity not in _INTEGER)
        or (width is not None and width not in _INTEGER)
        or (height is not None and height not in _INTEGER)
    ):
        raise ValueError(f"out of range for an integer column: {fact.id}")
    return (
        fact.id,
        fact.at,
        received.received_at,
        time_spent,
        sequence,
        width,
        height,
        quantity,
        fact.square_meters,
        over,
        session_id,
        fact.type,
        fact.category,
        fact.element_id,
        fact.value,
        fact.previous_value,
        None if fact.cause is None else fact.cause.value,
        fact.page,
        fact.device_type,
    )


def snapshot_rows(session_id: str, start: datetime, arrivals: Arrivals) -> Iterator[SnapshotRow]:
    horizon = start + FIGURES_END_AFTER
    for (at, identifier), received in arrivals.snapshots.items():
        snapshot = received.fact
        yield SnapshotRow(
            id=identifier,
            timestamp=at,
            received_at=received.received_at,
            over=at > horizon,
            session_id=session_id,
            configuration_data=_json(snapshot.configuration),
            configuration_hash=snapshot.configuration_hash,
            total_price=snapshot.total_price_eur,
            completion_percentage=snapshot.completion_percentage,
            price_list_version=snapshot.price_list_version,
            price_error=snapshot.price_error,
            client_price=snapshot.client_price_eur,
            trigger_event=None if snapshot.trigger is None else snapshot.trigger.value,
        )


def finalisation_rows(
    session_id: str, start: datetime, arrivals: Arrivals
) -> Iterator[FinalisationRow]:
    horizon = start + FIGURES_END_AFTER
    for (at, identifier), received in arrivals.finalisations.items():
        finalisation = received.fact
        yield FinalisationRow(
            session_id=session_id,
            timestamp=at,
            id=identifier,
            received_at=received.received_at,
            over=at > horizon,
            conversion_status=finalisation.outcome.value,
            exit_page=finalisation.exit_page,
            order_id=finalisation.order_id or None,
            verified=finalisation.verified,
        )


def metric_row(received: Received[Metric]) -> MetricRow:
    metric = received.fact
    data = metric.additional_data
    return MetricRow(
        id=metric.id,
        timestamp=metric.at,
        received_at=received.received_at,
        session_id=metric.session_id,
        metric_name=metric.name,
        value=metric.value,
        unit=metric.unit,
        additional_data=None if data is None else msgspec.json.encode(data).decode(),
        value_count=metric.count,
        greatest=metric.greatest,
        buckets=_array(metric.buckets),
        counts=_array(metric.counts),
    )


def _array(numbers: Sequence[int | None] | None) -> str | None:
    if numbers is None:
        return None
    return "{" + ",".join("null" if each is None else str(each) for each in numbers) + "}"


def refusal_row(refusals: RefusalCount, zone: ZoneInfo) -> tuple[UUID, date, str, int]:
    day = refusals.at.astimezone(zone).date()
    return refusals.id, day, refusals.reason, refusals.count


def _json(configuration: Configuration) -> str:
    return msgspec.json.encode(configuration_to_json(configuration)).decode()
