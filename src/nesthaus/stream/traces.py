"""What of an entry belongs to one session."""

from msgspec import structs

from nesthaus.domain.events import Delivery, Event, Metric
from nesthaus.stream.envelope import Unreadable, decode, encode

# Shorter ids stand in bytes that nobody can read by chance.
_LEAST_UNREADABLE = 8


def rest_of(payload: bytes, session_id: str) -> bytes | None:
    """The entry without it: the same where it tells nothing of the session, None where of nothing
    else. What cannot be read is the session's if its id is in it."""
    name = session_id.encode()
    if name not in payload:
        return payload
    try:
        delivery = decode(payload)
    except Unreadable:
        return None if len(name) >= _LEAST_UNREADABLE else payload
    events = tuple(each for each in delivery.events if not _belongs(each, delivery, session_id))
    if not events:
        return None
    if len(events) == len(delivery.events):
        return payload
    return encode(structs.replace(delivery, events=events))


def told_of(payload: bytes, session_id: str) -> Delivery | None:
    """What the entry tells of the session; None where that is nothing, or cannot be read."""
    if session_id.encode() not in payload:
        return None
    try:
        delivery = decode(payload)
    except Unreadable:
        return None
    events = tuple(each for each in delivery.events if _belongs(each, delivery, session_id))
    return structs.replace(delivery, events=events) if events else None


def _belongs(event: Event, delivery: Delivery, session_id: str) -> bool:
    """A metric says so itself."""
    if isinstance(event, Metric):
        return event.session_id == session_id
    return delivery.session_id == session_id
