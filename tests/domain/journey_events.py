"""Events of one session, told briefly: seconds after nine in the morning UTC of 1 July 2025."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from nesthaus.domain.configurations import parse_configuration
from nesthaus.domain.events import Entry, Finalisation, Interaction, Outcome, Snapshot, Trigger

START = datetime(2025, 7, 1, 9, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def opened(
    seconds: float, configuration: dict[str, object] | None = None, number: int = 1
) -> Entry:
    shown = None if configuration is None else parse_configuration(configuration)
    return Entry(id=UUID(int=number), at=at(seconds), configuration=shown)


def selected(
    seconds: float,
    category: str,
    value: str | None,
    *,
    was: str | None = None,
    quantity: int | None = None,
    square_meters: float | None = None,
    sequence: int | None = None,
    number: int = 1,
) -> Interaction:
    return Interaction(
        id=UUID(int=number),
        at=at(seconds),
        type="selection",
        category=category,
        value=value,
        previous_value=was,
        quantity=quantity,
        square_meters=square_meters,
        sequence=sequence,
    )


def happened(
    seconds: float,
    kind: str,
    category: str | None = None,
    *,
    value: str | None = None,
    element_id: str | None = None,
) -> Interaction:
    return Interaction(
        id=UUID(int=1),
        at=at(seconds),
        type=kind,
        category=category,
        value=value,
        element_id=element_id,
    )


def saved(
    seconds: float,
    configuration: dict[str, object],
    trigger: Trigger | None = Trigger.AUTO_SAVE,
    *,
    completion: float = 25.0,
    number: int = 1,
) -> Snapshot:
    return Snapshot(
        id=UUID(int=number),
        at=at(seconds),
        configuration=parse_configuration(configuration),
        configuration_hash="",
        trigger=trigger,
        total_price_eur=None,
        completion_percentage=completion,
        price_list_version="2025-06",
    )


def ended(seconds: float, outcome: Outcome, number: int = 1) -> Finalisation:
    return Finalisation(id=UUID(int=number), at=at(seconds), outcome=outcome)
