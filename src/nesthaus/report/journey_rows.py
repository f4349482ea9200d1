"""The rows a journey is told from, in the tables or in the archive."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

import msgspec
from msgspec import Struct

from nesthaus.archive.sessions import Values, merge_values
from nesthaus.report.sessions import SessionRow

# gc=False: rows hold no cycles, and a pass of the garbage collector over a thousand of them takes
# longer than telling the journey.


class InteractionRow(Struct, frozen=True, gc=False, rename="camel"):
    """A row of `interaction_events`; `over`: more than 7 days after the session's start."""

    id: UUID
    session_id: str
    timestamp: datetime
    received_at: datetime
    event_type: str
    category: str | None
    element_id: str | None
    selection_value: str | None
    previous_value: str | None
    quantity: int | None
    square_meters: float | None
    time_spent: int | None
    cause: str | None
    page: str | None
    sequence: int | None
    device_type: str | None
    viewport_width: int | None
    viewport_height: int | None
    over: bool


class SnapshotRow(Struct, frozen=True, gc=False, rename="camel"):
    """A row of `configuration_snapshots`, priced when it was received, never again."""

    id: UUID
    session_id: str
    timestamp: datetime
    received_at: datetime
    configuration_data: dict[str, object]
    configuration_hash: str
    total_price: int | None
    completion_percentage: float | None
    price_list_version: str
    price_error: str | None
    client_price: float | None
    trigger_event: str | None
    over: bool


class OpeningRow(Struct, frozen=True):
    id: UUID
    timestamp: datetime
    configuration_data: dict[str, object] | None


class FinalisationRow(Struct, frozen=True):
    id: UUID
    timestamp: datetime
    conversion_status: str
    exit_page: str | None
    order_id: str | None
    verified: bool
    over: bool


class JourneyRows(Struct, frozen=True):
    session: SessionRow
    openings: list[OpeningRow]
    interactions: list[InteractionRow]
    snapshots: list[SnapshotRow]
    finalisations: list[FinalisationRow]
    truncated: bool


Row = TypeVar("Row", OpeningRow, InteractionRow, SnapshotRow, FinalisationRow, SessionRow)
Event = TypeVar("Event", InteractionRow, SnapshotRow, FinalisationRow)


def together(stored: JourneyRows | None, archived: Mapping[str, list[Values]]) -> JourneyRows:
    """What the archive has of a session, with what the tables have of it, still or again."""
    [session] = archived["user_sessions"]
    openings = _openings(archived["session_entries"])
    interactions = [_row(InteractionRow, each) for each in archived["interaction_events"]]
    snapshots = [_row(SnapshotRow, each) for each in archived["configuration_snapshots"]]
    ends = [_row(FinalisationRow, each) for each in archived["session_finalisations"]]
    if stored is not None:
        late = _besides(interactions, stored.interactions)
        interactions += late
        snapshots += _besides(snapshots, stored.snapshots)
        ends += _besides(ends, stored.finalisations)
        known = dict.fromkeys(session) | msgspec.structs.asdict(stored.session)
        session = merge_values(session, known, sum(not each.over for each in late))
        openings = openings or stored.openings
    return JourneyRows(
        _row(SessionRow, session),
        openings,
        sorted(interactions, key=_place_of_interaction),
        sorted(snapshots, key=_place),
        sorted(filter(_counts, ends), key=_place),
        truncated=False,
    )


def _openings(entries: Sequence[Values]) -> list[OpeningRow]:
    """As `journeys.sql` tells it."""
    rows = [each for each in entries if not each["implied"] and not each["over"]]
    if not rows:
        return []
    first = min(rows, key=lambda each: (each["timestamp"], each["id"]))
    shown = [each for each in rows if each["configuration_data"] is not None]
    shown.sort(key=lambda each: (each["timestamp"], json.dumps(each["configuration_data"])))
    return [_row(OpeningRow, first | {"configuration_data": _configuration(shown)})]


def _configuration(shown: Sequence[Values]) -> object:
    return shown[0]["configuration_data"] if shown else None


def _row(kind: type[Row], values: Values) -> Row:
    told = zip(kind.__struct_encode_fields__, kind.__struct_fields__, strict=True)
    return msgspec.convert({name: _plain(values[column]) for name, column in told}, kind)


def _plain(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else value


def _besides(known: Sequence[Event], stored: Sequence[Event]) -> list[Event]:
    ids = {row.id for row in known}
    return [row for row in stored if row.id not in ids]


def _counts(end: FinalisationRow) -> bool:
    """A conversion does whenever it comes."""
    return not end.over or end.conversion_status == "converted"


def _place(row: SnapshotRow | FinalisationRow) -> tuple[datetime, UUID]:
    return row.timestamp, row.id


def _place_of_interaction(row: InteractionRow) -> tuple[datetime, bool, int, UUID]:
    return row.timestamp, row.sequence is None, row.sequence or 0, row.id
