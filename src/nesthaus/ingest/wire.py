"""The wire format: what pages send, as JSON, decoded strictly into typed structs.

Fields nobody asked for are ignored; a null in an optional field is the same as leaving it out. The
two spellings of an event (the contract's and the plan's) are one struct.
"""

import re
from typing import Annotated, Generic, Literal, TypeVar
from uuid import UUID

import msgspec
from msgspec import Meta, Raw, Struct

from nesthaus.domain.events import Cause, Outcome, Trigger
from nesthaus.domain.refusals import Refusal
from nesthaus.ingest.documents import refuse_nul
from nesthaus.ingest.refused import Refused, invalid, malformed

MAX_EVENTS = 500
INT32 = 2**31 - 1

# Not "." and "..": in the path of an address they are taken for something else.
_SESSION_ID = r"^(?!\.{1,2}$)[A-Za-z0-9_.:-]{1,255}$(?!\n)"
_EVENT_TYPE = r"^[a-z][a-z0-9_]{0,49}$(?!\n)"  # $ alone would let a line end pass
_PATTERNS = {
    _SESSION_ID: "1 to 255 of A-Z a-z 0-9 _ . : -, but not . or ..",
    _EVENT_TYPE: "a-z, then up to 49 of a-z 0-9 _",
}
SessionId = Annotated[
    str,
    Meta(
        pattern=_SESSION_ID,
        description=_PATTERNS[_SESSION_ID],
        examples=["p3f9Kq0Zr1mX8sVt2LbYwA"],
    ),
]
EventType = Annotated[
    str, Meta(pattern=_EVENT_TYPE, description="click, hover, scroll, selection or another name")
]
Text100 = Annotated[str, Meta(max_length=100)]
Category = Annotated[str, Meta(min_length=1, max_length=100)]
Pixels = Annotated[int, Meta(ge=0, le=1_000_000)]
Time = Annotated[
    str | int | float, Meta(description="ISO 8601 with offset, or milliseconds since the epoch")
]
EventId = Annotated[UUID, Meta(description="a UUIDv7 (RFC 9562); its time is the event's")]


def _not_sent() -> Raw:
    # `Raw | None` would decode nothing but null: msgspec keeps Raw only where it stands alone.
    return Raw(b"null")


class Viewport(Struct, frozen=True):
    width: Pixels | None = None
    height: Pixels | None = None


class DeviceInfo(Struct, frozen=True, rename="camel"):
    """`type` is mobile, tablet, desktop or unknown; any other leaves it to the user agent."""

    type: str | None = None
    user_agent: str | None = None
    viewport: Viewport | None = None
    width: Pixels | None = None
    height: Pixels | None = None


class Utm(Struct, frozen=True):
    source: str | None = None
    medium: str | None = None
    campaign: str | None = None


class Call(Struct, frozen=True, kw_only=True, rename="camel"):
    """What every body may carry."""

    consent: Literal["all", "none"] | None = None
    sent_at: Time | None = None
    tracker_version: Text100 | None = None


class CreateCall(Call, frozen=True, kw_only=True, rename="camel"):
    session_id: SessionId | None = None
    device_info: DeviceInfo | None = None
    referrer: str | None = None
    utm: Utm | None = None
    configuration: Raw = msgspec.field(default_factory=_not_sent)
    occurred_at: Time | None = None


class EventBody(Struct, frozen=True, kw_only=True, rename="camel"):
    """One interaction in either spelling: `type` or `eventType`, `value` or `selectionValue`."""

    category: Category
    type: EventType | None = None
    event_type: EventType | None = None
    element_id: str | None = None
    value: Text100 | None = None
    selection_value: Text100 | None = None
    previous_value: Text100 | None = None
    quantity: Annotated[int, Meta(ge=0, le=INT32)] | None = None
    square_meters: Annotated[float, Meta(ge=0, le=1e9)] | None = None
    time_spent: Annotated[float, Meta(ge=0)] | None = None
    cause: Cause | None = None
    event_id: EventId | None = None
    occurred_at: Time | None = None
    page: Text100 | None = None
    sequence: Annotated[int, Meta(ge=1, le=INT32)] | None = None
    viewport: Viewport | None = None
    device_info: DeviceInfo | None = None


class TrackCall(Call, frozen=True, kw_only=True, rename="camel"):
    session_id: SessionId
    event: EventBody


class TrackInteractionCall(Call, frozen=True, kw_only=True, rename="camel"):
    session_id: SessionId
    interaction: EventBody


class TrackBatchCall(Call, frozen=True, kw_only=True, rename="camel"):
    session_id: SessionId
    events: Annotated[list[Raw], Meta(max_length=MAX_EVENTS)]


class SaveConfigurationCall(Call, frozen=True, kw_only=True, rename="camel"):
    session_id: SessionId
    configuration: Raw
    trigger: Trigger | None = None
    event_id: EventId | None = None
    occurred_at: Time | None = None
    client_price: Annotated[float, Meta(ge=-1e12, le=1e12)] | None = None


class FinalizeCall(Call, frozen=True, kw_only=True, rename="camel"):
    """`config` is accepted for `finalConfiguration`."""

    session_id: SessionId
    conversion_status: Outcome
    exit_page: str | None = None
    final_configuration: Raw = msgspec.field(default_factory=_not_sent)
    config: Raw = msgspec.field(default_factory=_not_sent)
    order_id: Annotated[str, Meta(min_length=1, max_length=255)] | None = None
    event_id: EventId | None = None
    occurred_at: Time | None = None


class MetricBody(Struct, frozen=True, kw_only=True, rename="camel"):
    metric_name: Annotated[str, Meta(min_length=1, max_length=100)]
    value: float
    unit: Text100 | None = None
    event_id: EventId | None = None
    occurred_at: Time | None = None
    session_id: SessionId | None = None
    additional_data: Raw = msgspec.field(default_factory=_not_sent)


class MetricsCall(Call, frozen=True, kw_only=True, rename="camel"):
    metrics: Annotated[list[MetricBody], Meta(max_length=MAX_EVENTS)]


class _Shape(Struct, frozen=True):
    """Only to see which of the two forms of a performance call was sent."""

    metrics: Raw = msgspec.field(default_factory=_not_sent)


class PriceCall(Struct, frozen=True, kw_only=True, rename="camel"):
    configuration: Raw
    price_list: Text100 | None = None


Body = TypeVar("Body")
_PLACE = re.compile(r"^(?P<what>.*?)(?: - at `(?:key in )?\$(?P<path>[^`]*)`)?$", re.DOTALL)
_MISSING = re.compile(r"^Object missing required field `(?P<name>[^`]+)`$")


class Reader(Generic[Body]):
    """A decoder whose errors are Refused and name the field.

    U+0000 is refused anywhere, but where the parts of a body are read one by one (`in_parts`).
    """

    def __init__(self, body: type[Body], *, in_parts: bool = False) -> None:
        self._decode = msgspec.json.Decoder(body).decode
        self._in_parts = in_parts

    def read(self, body: bytes | Raw, within: str = "") -> Body:
        """`within` is the path at which `body` stands in the whole call."""
        if not self._in_parts:
            refuse_nul(bytes(body), within)
        try:
            return self._decode(body)
        except msgspec.ValidationError as error:
            raise _named(str(error), within) from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError) as error:
            raise malformed(error) from None


create_reader = Reader(CreateCall)
track_reader = Reader(TrackCall)
track_interaction_reader = Reader(TrackInteractionCall)
track_batch_reader = Reader(TrackBatchCall, in_parts=True)
event_reader = Reader(EventBody)
save_configuration_reader = Reader(SaveConfigurationCall)
finalize_reader = Reader(FinalizeCall)
price_reader = Reader(PriceCall)
_shape_reader = Reader(_Shape)
_call_reader = Reader(Call)
_metric_reader = Reader(MetricBody)
_metrics_reader = Reader(MetricsCall)


def read_metrics(body: bytes) -> tuple[Call, list[tuple[str, MetricBody]]]:
    """A performance call in either form: one metric, or `metrics` with a list of them.

    Each metric comes with its place in the body: empty, or such as `metrics[3].`
    """
    if present(_shape_reader.read(body).metrics) is None:
        return _call_reader.read(body), [("", _metric_reader.read(body))]
    call = _metrics_reader.read(body)
    return call, [(f"metrics[{index}].", metric) for index, metric in enumerate(call.metrics)]


def present(raw: Raw) -> Raw | None:
    """None for a JSON null as for a field left out."""
    return None if bytes(raw) == b"null" else raw


def _named(message: str, within: str) -> Refused:
    place = _PLACE.match(message)
    what, path = (place["what"], place["path"] or "") if place else (message, "")
    field = (within + path).lstrip(".") if within else path.lstrip(".")
    missing = _MISSING.match(what)
    if missing:
        name = f"{field}.{missing['name']}".lstrip(".")
        return invalid(name, "is missing")
    if not field or field == "[...]":
        return Refused(Refusal.MALFORMED, f"body: {_plain(what)}", None)
    return invalid(field.replace("[...]", ""), _plain(what))


def _plain(what: str) -> str:
    for pattern, allowed in _PATTERNS.items():
        if what.endswith(f"{pattern!r}"):
            return f"expected {allowed}"
    return (what[:1].lower() + what[1:]).replace("`", "")
