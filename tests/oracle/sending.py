"""How happenings become calls: in bundles, late, doubled, in either spelling."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from tests.oracle.agents import PEOPLE, Agent
from tests.oracle.calls import (
    CREATE,
    FINALIZE,
    SAVE,
    SAVE_AGAIN,
    TRACK,
    TRACK_BATCH,
    TRACK_INTERACTION,
    TRACKER,
    Call,
)
from tests.oracle.chance import Chance, iso, milliseconds_of
from tests.oracle.visits import DAY_S, HOUR_S, Happening

# What the API refuses is no late event, so the longest delay leaves a minute.
LATEST = timedelta(days=7) - timedelta(minutes=1)
VERSIONS = ("1.0.0", "1.1.0", None)
SERVER = "node"  # as programs of servers call themselves; to a visitor it would be automation


class Sender:
    """The tracker of one session, on a connection of some temper."""

    def __init__(self, chance: Chance, session_id: str, agent: Agent, now: datetime) -> None:
        self._chance = chance
        self._session_id = session_id
        self._headers = {"user-agent": agent.text} if agent.text else {}
        self._now = now
        self._late_share = chance.one_of((0.0, 0.0, 0.05, 0.4))
        self._double_share = chance.one_of((0.0, 0.03, 0.2))
        self._skew = chance.span(-200, 4000) if chance.often(0.5) else None
        self._version = chance.one_of(VERSIONS)

    def calls(self, entry: dict[str, object] | None, visit: Sequence[Happening]) -> list[Call]:
        calls: list[Call] = []
        if entry is not None:
            calls += self._create(entry, visit[0].at if visit else self._now)
        bundle: list[Happening] = []
        for happening in visit:
            if happening.kind == "event" and self._chance.often(0.6):
                bundle.append(happening)
                if self._chance.often(0.2):
                    calls += self._batch(bundle)
                    bundle = []
            else:
                calls += self._single(happening)
        return calls + self._batch(bundle)

    def _create(self, entry: dict[str, object], first: datetime) -> list[Call]:
        """Before the first event, sometimes hours; told again now and then."""
        early_s = self._chance.one_of((2, 2, 2, 100, 9 * HOUR_S, 20 * HOUR_S))
        at = first - self._chance.span(0.2, early_s)
        body = {**entry, "occurredAt": iso(at)}
        calls = [self._call(CREATE, body, at)]
        if self._chance.often(0.1):
            again = at + self._chance.span(1, 4000)
            body = {"referrer": "https://spaeter.example/", "occurredAt": iso(again)}
            calls.append(self._call(CREATE, body, again))
        return calls

    def _single(self, happening: Happening) -> list[Call]:
        if happening.kind == "event":
            body = self._event(happening)
            path, name = (TRACK, "event")
            if self._chance.often(0.4):
                path, name, body = (TRACK_INTERACTION, "interaction", _second_spelling(body))
            return self._doubled(path, {name: body}, happening.at, body)
        identity = self._identity(happening.at)
        body = {**happening.fields, **identity}
        if happening.kind == "save":
            path = self._chance.one_of((SAVE, SAVE_AGAIN))
            return self._doubled(path, body, happening.at, identity)
        calls = self._doubled(FINALIZE, body, happening.at, identity)
        if body["conversionStatus"] == "converted" and self._chance.often(0.4):
            calls.append(self._confirmation(body, happening.at))
        return calls

    def _batch(self, bundle: list[Happening]) -> list[Call]:
        """Received after its last event; the events are in any order, one may be in it twice."""
        if not bundle:
            return []
        events = [self._event(each) for each in bundle]
        identities = [event for event in events if "eventId" in event]
        if identities and self._chance.often(self._double_share):
            events.append(_second_spelling(self._chance.one_of(identities)))
        if self._chance.often(0.3):
            self._chance.shuffle(events)
        return [self._call(TRACK_BATCH, {"events": events}, bundle[-1].at)]

    def _doubled(
        self, path: str, body: dict[str, object], at: datetime, identity: Mapping[str, object]
    ) -> list[Call]:
        calls = [self._call(path, body, at)]
        if "eventId" in identity:
            while self._chance.often(self._double_share):
                calls.append(self._call(path, body, at))
        return calls

    def _event(self, happening: Happening) -> dict[str, object]:
        """Some tell no time at all: theirs is the time of receipt."""
        if self._chance.often(0.02):
            return dict(happening.fields)
        return {**happening.fields, **self._identity(happening.at)}

    def _identity(self, at: datetime) -> dict[str, object]:
        roll = self._chance.random()
        if roll < 0.85:
            return {"eventId": self._chance.event_id(at)}
        return {"occurredAt": iso(at) if roll < 0.93 else milliseconds_of(at)}

    def _confirmation(self, body: Mapping[str, object], at: datetime) -> Call:
        """The shop's server says it, too: seconds or days later, with a token."""
        later = at + self._chance.span(5, self._chance.one_of((60, 60, 3 * DAY_S)))
        said: dict[str, object] = {"conversionStatus": "converted", "occurredAt": iso(later)}
        if "orderId" in body:
            said["orderId"] = body["orderId"]
        said["sessionId"] = self._session_id
        headers = {"authorization": TRACKER, "user-agent": SERVER}
        return Call(later + timedelta(milliseconds=80), FINALIZE, headers, said)

    def _call(self, path: str, body: Mapping[str, object], at: datetime) -> Call:
        received_at = at + self._delay()
        if at <= self._now < received_at:
            # Not all at once: a receipt of its own tells an event accepted again.
            received_at = self._now - self._chance.span(0, (self._now - at).total_seconds())
        said: dict[str, object] = {"sessionId": self._session_id, **body}
        if self._skew is not None:
            said["sentAt"] = milliseconds_of(received_at - self._skew)
        if self._version is not None:
            said["trackerVersion"] = self._version
        return Call(received_at, path, self._headers, said)

    def _delay(self) -> timedelta:
        if not self._chance.often(self._late_share):
            return self._chance.span(0.05, 3)
        longest_s = self._chance.one_of((120, 5 * HOUR_S, LATEST.total_seconds()))
        return min(LATEST, self._chance.span(61, longest_s))


def _second_spelling(event: Mapping[str, object]) -> dict[str, object]:
    """The plan's names for the same things."""
    names = {"type": "eventType", "value": "selectionValue"}
    return {names.get(name, name): value for name, value in event.items()}


def refused_calls(chance: Chance, now: datetime, first: datetime) -> list[Call]:
    """Calls nothing of which may show in a figure but as refusals."""
    calls: list[Call] = []
    for number in range(12):
        received_at = now - chance.span(60, (now - first).total_seconds())
        wrong = chance.one_of((timedelta(days=-7, seconds=-1), timedelta(minutes=5, seconds=1)))
        headers = {"user-agent": chance.one_of(PEOPLE).text}
        event: dict[str, object] = {"type": "click", "category": "nest"}
        body: dict[str, object] = {"sessionId": f"refused-{number}", "event": event}
        if number % 3 == 0:
            headers = {**headers, **chance.one_of(({"dnt": "1"}, {"sec-gpc": "1"}))}
        elif number % 3 == 1:
            body["consent"] = "none"
        else:
            event["eventId"] = chance.event_id(received_at + wrong)
        calls.append(Call(received_at, TRACK, headers, body))
    return calls
