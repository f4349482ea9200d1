"""What each tracking call does: facts out of the body, one delivery into the log, one answer."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from nesthaus.access.actors import Role
from nesthaus.domain.events import Delivery, Event
from nesthaus.domain.identifiers import new_session_id
from nesthaus.domain.refusals import Refusal
from nesthaus.ingest import wire
from nesthaus.ingest.admission import Request
from nesthaus.ingest.facts import Facts
from nesthaus.ingest.refusal_counts import RefusalCounts
from nesthaus.ingest.refused import Refused, invalid
from nesthaus.observe import this_call


class Answer(Struct, frozen=True):
    """`stored` is False without consent and for own traffic: then nothing of the call is kept.

    With a `delivery` it may be told once that is in the log.
    """

    body: bytes
    stored: bool = True
    delivery: Delivery | None = None


class _Taken(Struct, frozen=True, rename="camel"):
    event_id: UUID
    success: bool = True


NOT_STORED = Answer(b'{"success":true,"stored":false}', stored=False)
SUCCESS = b'{"success":true}'


@dataclass(frozen=True, slots=True)
class Tracking:
    """Every method raises Refused.

    `role_of` looks an API token up; None for one that is unknown or revoked. `idle_after_s` is told
    to trackers, that they take a new session id when ours would end; `flags_of` says which flags a
    session has.
    """

    facts: Facts
    refusals: RefusalCounts
    role_of: Callable[[str], Awaitable[Role | None]]
    consent_default: str
    idle_after_s: int
    flags_of: Callable[[str], Mapping[str, bool]]

    def create(self, request: Request) -> Answer:
        call = wire.create_reader.read(request.body)
        session_id = call.session_id or new_session_id(request.received_at)
        flags = self.flags_of(session_id)
        entry = self.facts.entry(call, request.received_at, flags)
        told: dict[str, object] = {
            "serverTime": _iso(request.received_at),
            "idleAfterS": self.idle_after_s,
            "flags": flags,
        }
        if not self._may_store(call, request):
            return Answer(_json({"success": True, "stored": False, **told}), stored=False)
        body = _json({"success": True, "sessionId": session_id, **told})
        return self._stored(body, call, request, session_id, (entry,))

    def track(self, request: Request) -> Answer:
        call = wire.track_reader.read(request.body)
        return self._interaction(call, request, call.session_id, call.event, "event")

    def track_interaction(self, request: Request) -> Answer:
        call = wire.track_interaction_reader.read(request.body)
        body = call.interaction
        return self._interaction(call, request, call.session_id, body, "interaction")

    def _interaction(
        self, call: wire.Call, request: Request, session_id: str, body: wire.EventBody, within: str
    ) -> Answer:
        fact = self.facts.interaction(body, request.received_at, within)
        if not self._may_store(call, request):
            return NOT_STORED
        told = msgspec.json.encode(_Taken(event_id=fact.id))
        return self._stored(told, call, request, session_id, (fact,))

    def track_batch(self, request: Request) -> Answer:
        """Good events are kept when others are refused."""
        call = wire.track_batch_reader.read(request.body)
        if "\0" in (call.tracker_version or ""):
            raise invalid("trackerVersion", "contains the character U+0000")
        if not self._may_store(call, request):
            return NOT_STORED
        taken: list[Event] = []
        rejected: list[dict[str, object]] = []
        for index, raw in enumerate(call.events):
            within = f"events[{index}]"
            try:
                body = wire.event_reader.read(raw, within)
                taken.append(self.facts.interaction(body, request.received_at, within))
            except Refused as refused:
                self.refusals.add(refused.reason)
                rejected.append({"index": index, "error": refused.sentence})
        told = _json({"success": True, "accepted": len(taken), "rejected": rejected})
        return self._stored(told, call, request, call.session_id, tuple(taken))

    def save_configuration(self, request: Request) -> Answer:
        call = wire.save_configuration_reader.read(request.body)
        snapshot = self.facts.snapshot(call, request.received_at)
        told: dict[str, object] = {
            "totalPrice": snapshot.total_price_eur,
            "completionPercentage": snapshot.completion_percentage,
            "priceListVersion": snapshot.price_list_version,
        }
        if snapshot.price_error is not None:
            told["priceError"] = snapshot.price_error
        if not self._may_store(call, request):
            return Answer(_json({"success": True, "stored": False, **told}), stored=False)
        body = _json({"success": True, **told})
        return self._stored(body, call, request, call.session_id, (snapshot,))

    async def finalize(self, request: Request) -> Answer:
        call = wire.finalize_reader.read(request.body)
        verified = request.token is not None and await self._is_tracker(request.token)
        finalisation, snapshot = self.facts.finalisation(
            call, request.received_at, verified=verified
        )
        if not self._may_store(call, request):
            return NOT_STORED
        events = (finalisation,) if snapshot is None else (snapshot, finalisation)
        # A server's program and address are not its visitor's.
        return self._stored(
            SUCCESS, call, request, call.session_id, events, from_visitor=not verified
        )

    def performance(self, request: Request) -> Answer:
        call, metrics = wire.read_metrics(request.body)
        facts = tuple(
            self.facts.metric(body, request.received_at, place) for place, body in metrics
        )
        if not self._may_store(call, request):
            return NOT_STORED
        told = _json({"success": True, "accepted": len(facts)})
        return self._stored(told, call, request, None, facts)

    def _may_store(self, call: wire.Call, request: Request) -> bool:
        if request.no_consent or (call.consent or self.consent_default) != "all":
            self.refusals.add(Refusal.NO_CONSENT)
            return False
        if request.is_own:
            self.refusals.add(Refusal.INTERNAL)
            return False
        return True

    async def _is_tracker(self, token: str) -> bool:
        role = await self.role_of(token)
        if role is None:
            raise Refused(Refusal.UNAUTHORISED, "Authorization: the token is unknown or revoked")
        if role is not Role.TRACKER:
            raise Refused(Refusal.FORBIDDEN, "Authorization: a token of role tracker is needed")
        return True

    def _stored(
        self,
        told: bytes,
        call: wire.Call,
        request: Request,
        session_id: str | None,
        events: tuple[Event, ...],
        *,
        from_visitor: bool = True,
    ) -> Answer:
        """Once the events are in the log, where there are any."""
        if not events:
            return Answer(told)
        delivery = Delivery(
            session_id=session_id,
            received_at=request.received_at,
            events=events,
            user_agent=request.user_agent if from_visitor else None,
            address=request.address if from_visitor else None,
            sent_at=self.facts.sent_at(call),
            tracker_version=call.tracker_version,
            traceparent=None if (asked := this_call.get()) is None else asked.traceparent,
        )
        return Answer(told, delivery=delivery)


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _json(document: dict[str, object]) -> bytes:
    return msgspec.json.encode(document)
