"""What visitors send, told briefly: facts `seconds` after noon UTC of 15 June 2026."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from nesthaus.domain.configurations import Choice
from nesthaus.domain.events import (
    Delivery,
    Entry,
    Event,
    Finalisation,
    Interaction,
    Outcome,
    Snapshot,
    Trigger,
)
from nesthaus.domain.identifiers import milliseconds_of

NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/138.0.0.0 Safari/537.36"
)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def identifier(moment: datetime, number: int = 1) -> UUID:
    """The same UUIDv7 for the same time and number."""
    return UUID(int=milliseconds_of(moment) << 80 | 7 << 76 | 2 << 62 | number)


def clicked(seconds: float, number: int = 1, *, type: str = "click") -> Interaction:  # noqa: A002
    moment = at(seconds)
    return Interaction(
        id=identifier(moment, number), at=moment, type=type, category="nest", element_id="nest-80"
    )


def opened(
    seconds: float,
    number: int = 1,
    *,
    user_agent: str | None = None,
    device_type: str | None = None,
    referrer: str | None = None,
    utm_source: str | None = None,
    viewport: tuple[int, int] | None = None,
) -> Entry:
    moment = at(seconds)
    return Entry(
        id=identifier(moment, number),
        at=moment,
        user_agent=user_agent,
        device_type=device_type,
        referrer=referrer,
        utm_source=utm_source,
        viewport_width=None if viewport is None else viewport[0],
        viewport_height=None if viewport is None else viewport[1],
    )


def saved(
    seconds: float,
    number: int = 1,
    *,
    option: str = "nest-80",
    floor: str | None = None,
    price: int | None = 213_032,
    price_list: str = "2026-01",
) -> Snapshot:
    moment = at(seconds)
    return Snapshot(
        id=identifier(moment, number),
        at=moment,
        configuration={"nest": Choice(value=option)}
        | ({} if floor is None else {"fussboden": Choice(value=floor)}),
        configuration_hash=f"hash of {option}" + (f" on {floor}" if floor else ""),
        trigger=Trigger.AUTO_SAVE,
        total_price_eur=price,
        completion_percentage=12.5,
        price_list_version=price_list,
        price_error=None if price is not None else f"nest: {option}",
    )


def abandoned(seconds: float, number: int = 1, *, exit_page: str | None = None) -> Finalisation:
    return _finalisation(seconds, number, Outcome.ABANDONED, exit_page=exit_page)


def converted(
    seconds: float,
    number: int = 1,
    *,
    order_id: str | None = None,
    exit_page: str | None = None,
    verified: bool = False,
) -> Finalisation:
    return _finalisation(
        seconds,
        number,
        Outcome.CONVERTED,
        exit_page=exit_page,
        order_id=order_id,
        verified=verified,
    )


def _finalisation(
    seconds: float,
    number: int,
    outcome: Outcome,
    *,
    exit_page: str | None = None,
    order_id: str | None = None,
    verified: bool = False,
) -> Finalisation:
    moment = at(seconds)
    return Finalisation(
        id=identifier(moment, number),
        at=moment,
        outcome=outcome,
        exit_page=exit_page,
        order_id=order_id,
        verified=verified,
    )


def call(
    session_id: str | None,
    *facts: Event,
    user_agent: str | None = None,
    address: str | None = None,
    received_at: datetime | None = None,
    sent_at: datetime | None = None,
    tracker_version: str | None = None,
) -> Delivery:
    """What one tracking call brought; received when the last of its facts happened."""
    return Delivery(
        session_id=session_id,
        received_at=received_at or max(fact.at for fact in facts),
        events=facts,
        user_agent=user_agent,
        address=address,
        sent_at=sent_at,
        tracker_version=tracker_version,
    )
