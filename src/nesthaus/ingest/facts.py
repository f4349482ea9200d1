"""Wire format -> facts: every fact gets its id and time, configurations are priced, texts cut."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from msgspec import Raw

from nesthaus.domain.appraisals import appraise
from nesthaus.domain.configurations import (
    Configuration,
    InvalidConfiguration,
    parse_configuration,
)
from nesthaus.domain.events import Entry, Finalisation, Interaction, Metric, Snapshot, Trigger
from nesthaus.domain.identifiers import Uuid7Source, instant_of, instant_of_uuid7, is_uuid7
from nesthaus.domain.pricing import Catalogue
from nesthaus.domain.refusals import Refusal
from nesthaus.ingest import wire
from nesthaus.ingest.documents import (
    MAX_ADDITIONAL_DATA_BYTES,
    MAX_CONFIGURATION_BYTES,
    read_json,
    read_object,
)
from nesthaus.ingest.refused import Refused, invalid

OLDEST = timedelta(days=7)
NEWEST = timedelta(minutes=5)
_YOUNGEST = -NEWEST
LONGEST_TIME_SPENT_MS = 24 * 3_600_000
_NO_DEVICE, _NO_VIEWPORT = wire.DeviceInfo(), wire.Viewport()


@dataclass(frozen=True, slots=True)
class Facts:
    """Turns decoded bodies into facts; every method raises Refused for what may not be taken."""

    catalogue: Catalogue
    ids: Uuid7Source
    priced: Callable[[float], None] = lambda _took_ms: None
    """Hears how many milliseconds each price took."""

    def entry(
        self, call: wire.CreateCall, received_at: datetime, flags: Mapping[str, bool]
    ) -> Entry:
        at = _time(call.occurred_at, "occurredAt", received_at)
        device = call.device_info or wire.DeviceInfo()
        viewport = device.viewport or wire.Viewport()
        utm = call.utm or wire.Utm()
        raw = wire.present(call.configuration)
        return Entry(
            id=self.ids.make(at),
            at=at,
            user_agent=_cut(device.user_agent, 1000),
            device_type=_cut(device.type, 50),
            viewport_width=viewport.width,
            viewport_height=viewport.height,
            referrer=_cut(call.referrer, 255),
            utm_source=_cut(utm.source, 255),
            utm_medium=_cut(utm.medium, 255),
            utm_campaign=_cut(utm.campaign, 255),
            configuration=None if raw is None else read_configuration(raw, "configuration"),
            flags=dict(flags) or None,
        )

    def interaction(self, body: wire.EventBody, received_at: datetime, within: str) -> Interaction:
        """`within` is the body's path in the call: `event`, `interaction` or `events[3]`."""
        kind = body.type or body.event_type
        if kind is None:
            name = "eventType" if within == "interaction" else "type"
            raise invalid(f"{within}.{name}", "is missing")
        identifier, at = self._identity(body.event_id, body.occurred_at, received_at, within + ".")
        device = body.device_info
        if device is None:
            device, viewport = _NO_DEVICE, body.viewport or _NO_VIEWPORT
        else:
            sizes = wire.Viewport(device.width, device.height)
            viewport = body.viewport or device.viewport or sizes
        spent = body.time_spent
        return Interaction(
            id=identifier,
            at=at,
            type=kind,
            category=body.category,
            element_id=_cut(body.element_id, 100),
            value=body.value or body.selection_value or None,
            previous_value=body.previous_value or None,
            quantity=body.quantity,
            square_meters=body.square_meters,
            time_spent_ms=None if spent is None else round(min(spent, LONGEST_TIME_SPENT_MS)),
            cause=body.cause,
            page=body.page or None,
            sequence=body.sequence,
            device_type=_cut(device.type, 50),
            viewport_width=viewport.width,
            viewport_height=viewport.height,
        )

    def snapshot(self, call: wire.SaveConfigurationCall, received_at: datetime) -> Snapshot:
        raw = wire.present(call.configuration)
        if raw is None:
            raise invalid("configuration", "is missing")
        identifier, at = self._identity(call.event_id, call.occurred_at, received_at, "")
        configuration = read_configuration(raw, "configuration")
        trigger = call.trigger or Trigger.AUTO_SAVE
        return self._priced(identifier, at, configuration, trigger, call.client_price)

    def finalisation(
        self, call: wire.FinalizeCall, received_at: datetime, *, verified: bool
    ) -> tuple[Finalisation, Snapshot | None]:
        """The finalisation and, where it brought a configuration, the snapshot of that."""
        identifier, at = self._identity(call.event_id, call.occurred_at, received_at, "")
        named = (
            ("finalConfiguration", wire.present(call.final_configuration)),
            ("config", wire.present(call.config)),
        )
        sent = next(((field, raw) for field, raw in named if raw is not None), None)
        snapshot = None
        if sent is not None:
            configuration = read_configuration(sent[1], sent[0])
            snapshot = self._priced(identifier, at, configuration, None, None)
        finalisation = Finalisation(
            id=identifier,
            at=at,
            outcome=call.conversion_status,
            exit_page=_cut(call.exit_page, 255),
            order_id=call.order_id,
            verified=verified,
        )
        return finalisation, snapshot

    def metric(self, body: wire.MetricBody, received_at: datetime, within: str) -> Metric:
        identifier, at = self._identity(body.event_id, body.occurred_at, received_at, within)
        data = None
        raw = wire.present(body.additional_data)
        if raw is not None:
            field = within + "additionalData"
            data = read_object(raw, field, MAX_ADDITIONAL_DATA_BYTES)
        return Metric(
            id=identifier,
            at=at,
            name=body.metric_name,
            value=body.value,
            unit=body.unit,
            session_id=body.session_id,
            additional_data=data,
        )

    def sent_at(self, call: wire.Call) -> datetime | None:
        return None if call.sent_at is None else _instant(call.sent_at, "sentAt")

    def _identity(
        self,
        event_id: UUID | None,
        occurred_at: wire.Time | None,
        received_at: datetime,
        within: str,
    ) -> tuple[UUID, datetime]:
        """An event's id and time: the time inside its id goes before `occurredAt`."""
        if event_id is None:
            at = _time(occurred_at, within + "occurredAt", received_at)
            return self.ids.make(at), at
        field = within + "eventId"
        if not is_uuid7(event_id):
            raise invalid(field, "is no UUIDv7")
        try:
            at = instant_of_uuid7(event_id)
        except OverflowError:
            raise _ahead(field) from None
        _check_age(at, received_at, field)
        return event_id, at

    def _priced(
        self,
        identifier: UUID,
        at: datetime,
        configuration: Configuration,
        trigger: Trigger | None,
        client_price_eur: float | None,
    ) -> Snapshot:
        began = time.perf_counter()
        found = appraise(configuration, self.catalogue.in_force_at(at))
        self.priced((time.perf_counter() - began) * 1_000)
        total = found.total_price_eur
        return Snapshot(
            id=identifier,
            at=at,
            configuration=configuration,
            configuration_hash=found.configuration_hash,
            trigger=trigger,
            total_price_eur=total,
            completion_percentage=found.completion_percentage,
            price_list_version=found.price_list_version,
            price_error=found.price_error,
            client_price_eur=None if client_price_eur == total else client_price_eur,
        )


def read_configuration(raw: Raw, field: str) -> Configuration:
    """A configuration of bounded size and the right shape; its ids may still be unknown."""
    try:
        return parse_configuration(read_json(raw, field, MAX_CONFIGURATION_BYTES))
    except InvalidConfiguration as error:
        place = f"{field}.{error.field}" if error.field else field
        raise invalid(place, error.sentence) from None


def _cut(text: str | None, longest: int) -> str | None:
    """None for an empty text, which says no more than none at all."""
    return text[:longest] if text else None


def _time(sent: wire.Time | None, field: str, received_at: datetime) -> datetime:
    if sent is None:
        return _whole_millisecond(received_at)
    at = _instant(sent, field)
    _check_age(at, received_at, field)
    return at


def _instant(sent: str | float, field: str) -> datetime:
    """ISO 8601 with offset, or epoch milliseconds; cut to the millisecond, as in an event id."""
    try:
        if isinstance(sent, str):
            at = datetime.fromisoformat(sent)
            if at.tzinfo is None:
                raise invalid(field, "the time has no offset from UTC")
            return _whole_millisecond(at if at.tzinfo is UTC else at.astimezone(UTC))
        return instant_of(int(sent))
    except (ValueError, OverflowError):
        raise invalid(field, "is no ISO 8601 time and no number of milliseconds") from None


def _whole_millisecond(at: datetime) -> datetime:
    beyond = at.microsecond % 1000
    return at.replace(microsecond=at.microsecond - beyond) if beyond else at


def _check_age(at: datetime, received_at: datetime, field: str) -> None:
    age = received_at - at
    if age > OLDEST:
        raise Refused(Refusal.STALE, f"{field}: the time is more than 7 days past", field)
    if age < _YOUNGEST:
        raise _ahead(field)


def _ahead(field: str) -> Refused:
    return Refused(Refusal.AHEAD, f"{field}: the time is more than 5 minutes ahead", field)
