"""What is taken of the calls, written from contract.md and docs/wire-format.md alone.

The API is played here once more, plainly: a call is refused or it leaves facts; a fact that comes
again with the same `eventId` in the same session leaves a copy.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeVar, cast
from uuid import UUID

from nesthaus.domain.configurations import (
    Choice,
    canonical_form,
    configuration_hash,
    parse_configuration,
)
from nesthaus.domain.pricing import Catalogue, Unpriceable, completion_percentage, price
from tests.oracle.calls import (
    CREATE,
    FINALIZE,
    SAVE,
    SAVE_AGAIN,
    TRACK,
    TRACK_BATCH,
    TRACK_INTERACTION,
    Call,
)
from tests.oracle.facts import (
    Accepted,
    Configuration,
    Entry,
    Finalisation,
    Interaction,
    Kept,
    Snapshot,
)

LONGEST_TIME_SPENT_MS = 24 * 3_600_000
Fields = Mapping[str, object]


class _Refused(Exception):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def accept(calls: Iterable[Call], catalogue: Catalogue) -> Accepted:
    """`calls` in their order of arrival."""
    book = _Book(catalogue)
    for call in calls:
        book.take(call)
    return book.accepted


class _Book:
    def __init__(self, catalogue: Catalogue) -> None:
        self.accepted = Accepted()
        self._catalogue = catalogue
        self._made_ids = 0

    def take(self, call: Call) -> None:
        headers = call.headers
        if call.body.get("consent") == "none" or "1" in (
            headers.get("dnt"),
            headers.get("sec-gpc"),
        ):
            self._refuse(call, "no_consent")
            return
        facts: list[Entry | Interaction | Snapshot | Finalisation] = []
        for read in self._readings(call):
            try:
                facts += read
            except _Refused as refused:
                self._refuse(call, refused.reason)
        if facts:
            self._keep(call, facts)

    def _readings(
        self, call: Call
    ) -> Iterable[Iterable[Entry | Interaction | Snapshot | Finalisation]]:
        """One reading for each part of the call that is refused or taken by itself."""
        if call.path == CREATE:
            yield self._entry(call)
        elif call.path == TRACK:
            yield self._interaction(call, _fields(call.body["event"]))
        elif call.path == TRACK_INTERACTION:
            yield self._interaction(call, _fields(call.body["interaction"]))
        elif call.path == TRACK_BATCH:
            for event in cast("list[Fields]", call.body["events"]):
                yield self._interaction(call, event)
        elif call.path in (SAVE, SAVE_AGAIN):
            yield self._snapshot(call)
        else:
            assert call.path == FINALIZE
            yield self._finalisation(call)

    def _refuse(self, call: Call, reason: str) -> None:
        self.accepted.refusals.append((call.received_at, reason))

    def _keep(self, call: Call, facts: list[Entry | Interaction | Snapshot | Finalisation]) -> None:
        kept = self.accepted.sessions.setdefault(str(call.body["sessionId"]), Kept())
        for fact in facts:
            if isinstance(fact, Entry):
                kept.entries.append(fact)
            elif isinstance(fact, Interaction):
                _store(kept.interactions, fact, kept.copies)
            elif isinstance(fact, Snapshot):
                _store(kept.snapshots, fact, kept.copies)
            else:
                _store(kept.finalisations, fact, kept.copies)
        first = min(fact.at for fact in facts)
        # What a server of the shop tells of itself is not its visitor's.
        if call.headers.get("user-agent") and "authorization" not in call.headers:
            kept.agents.append((first, call.headers["user-agent"]))
        if isinstance(call.body.get("trackerVersion"), str):
            kept.versions.append((first, str(call.body["trackerVersion"])))
        if "sentAt" in call.body:
            skew = call.received_at - _moment(call.body["sentAt"])
            kept.skews_ms.append(skew // timedelta(milliseconds=1))

    def _entry(self, call: Call) -> Iterable[Entry]:
        body = call.body
        info = _fields(body.get("deviceInfo"))
        viewport = _fields(info.get("viewport"))
        utm = _fields(body.get("utm"))
        at = self._time(body, call.received_at)
        configuration = body.get("configuration")
        yield Entry(
            at=at,
            user_agent=_text(info.get("userAgent")),
            device=_text(info.get("type")),
            viewport=f"{viewport['width']}x{viewport['height']}" if viewport else None,
            referrer=_text(body.get("referrer")),
            utm_source=_text(utm.get("source")),
            utm_medium=_text(utm.get("medium")),
            utm_campaign=_text(utm.get("campaign")),
            configuration=None if configuration is None else parse_configuration(configuration),
        )

    def _interaction(self, call: Call, event: Fields) -> Iterable[Interaction]:
        spent = _whole(event.get("timeSpent"))
        square_meters = event.get("squareMeters")
        assert square_meters is None or isinstance(square_meters, int | float)
        yield Interaction(
            at=self._time(event, call.received_at),
            received_at=call.received_at,
            id=self._id(event),
            type=str(event.get("type") or event.get("eventType")),
            category=str(event["category"]),
            value=_text(event.get("value")) or _text(event.get("selectionValue")),
            previous_value=_text(event.get("previousValue")),
            quantity=_whole(event.get("quantity")),
            square_meters=square_meters,
            time_spent_ms=None if spent is None else min(spent, LONGEST_TIME_SPENT_MS),
            page=_text(event.get("page")),
            sequence=_whole(event.get("sequence")),
        )

    def _snapshot(self, call: Call) -> Iterable[Snapshot]:
        body = call.body
        at = self._time(body, call.received_at)
        trigger = _text(body.get("trigger")) or "auto_save"
        client_price = body.get("clientPrice")
        assert client_price is None or isinstance(client_price, int | float)
        raw = body["configuration"]
        yield self._priced(
            (at, call.received_at, self._id(body)), raw, trigger=trigger, client_price=client_price
        )

    def _finalisation(self, call: Call) -> Iterable[Finalisation | Snapshot]:
        body = call.body
        at = self._time(body, call.received_at)
        identifier = self._id(body)
        raw = body.get("finalConfiguration")
        if raw is None:
            raw = body.get("config")
        if raw is not None:
            yield self._priced((at, call.received_at, identifier), raw)
        yield Finalisation(
            at=at,
            received_at=call.received_at,
            id=identifier,
            outcome=str(body["conversionStatus"]),
            exit_page=_text(body.get("exitPage")),
            order_id=_text(body.get("orderId")),
            verified="authorization" in call.headers,
        )

    def _priced(
        self,
        identity: tuple[datetime, datetime, str],
        raw: object,
        *,
        trigger: str | None = None,
        client_price: float | None = None,
    ) -> Snapshot:
        at, received_at, identifier = identity
        configuration = parse_configuration(raw)
        prices = self._catalogue.in_force_at(at)
        try:
            total = price(configuration, prices).total_price_eur
        except Unpriceable:
            total = None
        return Snapshot(
            at=at,
            received_at=received_at,
            id=identifier,
            configuration=configuration,
            canonical=canonical_form(configuration, prices),
            options=self._options(configuration, at),
            hash=configuration_hash(configuration, prices),
            total_price_eur=total,
            completion=completion_percentage(configuration, prices),
            trigger=trigger,
            price_list=prices.version,
            client_price_eur=client_price,
        )

    def _options(self, configuration: Configuration, at: datetime) -> Mapping[str, str]:
        prices = self._catalogue.in_force_at(at)

        def option(category: str, choice: Choice) -> str:
            if isinstance(choice.value, str):
                return choice.value
            return prices.only_option(category) or ""

        return {name: option(name, choice) for name, choice in configuration.items()}

    def _id(self, fields: Fields) -> str:
        if "eventId" in fields:
            return str(fields["eventId"])
        self._made_ids += 1
        return f"made-{self._made_ids:09}"

    def _time(self, fields: Fields, received_at: datetime) -> datetime:
        """That inside the id, else `occurredAt`, else that of receipt."""
        if "eventId" in fields:
            milliseconds = UUID(str(fields["eventId"])).int >> 80
            at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
        elif fields.get("occurredAt") is not None:
            at = _moment(fields["occurredAt"])
        else:
            return received_at
        if at < received_at - timedelta(days=7):
            raise _Refused("stale")
        if at > received_at + timedelta(minutes=5):
            raise _Refused("ahead")
        return at


Fact = TypeVar("Fact", Interaction, Snapshot, Finalisation)


def _store(stored: dict[str, Fact], fact: Fact, copies: Counter[str]) -> None:
    """The first to arrive stays. A finalisation and its snapshot share an id: one copy, not two."""
    if fact.id not in stored:
        stored[fact.id] = fact
    elif not isinstance(fact, Snapshot) or fact.trigger is not None:
        copies[fact.id] += 1


def _fields(value: object) -> Fields:
    return cast("Fields", value) if isinstance(value, Mapping) else {}


def _whole(value: object) -> int | None:
    assert value is None or isinstance(value, int)
    return value


def _text(value: object) -> str | None:
    """An empty text is the same as none."""
    return value if isinstance(value, str) and value else None


def _moment(value: object) -> datetime:
    if isinstance(value, int):
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=value)
    return datetime.fromisoformat(str(value)).astimezone(UTC)
