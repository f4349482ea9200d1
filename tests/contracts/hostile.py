"""Tracking calls as somebody would send them who wants to do harm; the same for the same seed."""

import gzip
import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from nesthaus.domain.identifiers import Uuid7Source

# fmt: off
TEXTS = (
    "", " ", "nest", "nest80", "selection", "x" * 100, "x" * 101, "é" * 100, "😀" * 100,
    "\0", "a\0b", "\ud800", "\udfff\ud800", "\uffff", "\ufeff", "\u202e", "\u2028", "\x1b[31m",
    "'", '"', "\\", "%s", "{}", "=1+1", "null", "NaN", "१", "\u0300" * 100, "z" * 3_000,
)
NUMBERS = (
    0, -1, 1, -0.0, 0.1, 1.5, 2**31 - 1, 2**31, 2**53, 2**63 - 1, 2**63, 2**64, -(2**63),
    -(2**63) - 1, 10**400, 1e308, -1e308, 5e-324, 1e9, 1e10, 86_400_001, 1e13,
)
TIMES = (
    "2026-06-15T12:00:00", "9999-12-31T23:59:59.999999Z", "0001-01-01T00:00:00+23:59",
    "2026-06-15T24:00:00Z", "2026-06-15T11:59:60Z", "2026-W25-1", "20260615T110000Z", "١٢",
)
NEITHER = (None, True, False)
# fmt: on
IDS = [str(UUID(int=0)), "ffffffff-ffff-7fff-bfff-ffffffffffff", "0" * 32]
CATEGORIES = ["nest", "gebaeudehuelle", "fenster", "pvanlage", "kamindurchzug"]
Call = tuple[str, bytes]


class Attacker:
    """Events lie around `now`; ids of sessions begin with `h-`, but for those that are none."""

    def __init__(self, seed: int, now: datetime) -> None:
        self._chance = Random(seed)
        self._ids = Uuid7Source()
        self._now = now

    def calls(self, count: int) -> Iterator[Call]:
        for _ in range(count):
            name, body = self._chance.choice(self._makers)()
            text = json.dumps(body, ensure_ascii=self._chance.random() < 0.5)
            yield name, self._mangled(text.encode("utf-8", "surrogatepass"))

    @property
    def _makers(self) -> list[Callable[[], tuple[str, dict[str, Any]]]]:
        return [
            *(self._create, self._save, self._finalize, self._performance, self._price),
            *(self._track, self._track, self._track_interaction, self._batch),
        ]

    def _mangled(self, body: bytes) -> bytes:
        chance = self._chance.random()
        if chance < 0.04:
            place = self._chance.randrange(len(body))
            return body[:place] + self._chance.randbytes(2) + body[place + 2 :]
        if chance < 0.06:
            return body[:-1] + b"," + body[1:]  # each key twice
        if chance < 0.07:
            return gzip.compress(body)
        if chance < 0.08:
            return b"[" * 5_000 + body
        return body

    def _one(self, *options: Any) -> Any:
        return self._chance.choice(options)

    def _text(self) -> str:
        return self._one(*TEXTS)

    def _number(self) -> float:
        return self._one(*NUMBERS)

    def _anything(self, depth: int = 0) -> Any:
        if depth > 9 or self._chance.random() < 0.6:
            return self._one(self._text(), self._number(), *NEITHER)
        inner = [self._anything(depth + 1) for _ in range(self._chance.randint(1, 3))]
        return self._one(inner, {self._text(): each for each in inner})

    def _time(self) -> Any:
        at = self._now - timedelta(seconds=self._chance.randint(-310, 605_000))
        return self._one(at.isoformat(), int(at.timestamp() * 1_000), *TIMES, self._number(), None)

    def _event_id(self) -> Any:
        at = self._now - timedelta(seconds=self._chance.randint(-310, 605_000))
        ours = str(self._ids.make(at))
        return self._one(ours, ours, ours, *IDS, self._text(), 7)

    def _maybe(self, **fields: Callable[[], Any]) -> dict[str, Any]:
        return {name: make() for name, make in fields.items() if self._chance.random() < 0.1}

    def _base(self) -> dict[str, Any]:
        known = f"h-{self._chance.randint(1, 40)}"
        session = {"sessionId": self._one(known, known, known, known, known, self._anything())}
        return session | self._maybe(
            consent=lambda: self._one("all", "all", "none", "some"),
            sentAt=self._time,
            trackerVersion=self._text,
            occurredAt=self._time,
            eventId=self._event_id,
        )

    def _part(self) -> Any:
        fields = self._maybe(value=self._text, quantity=self._number, squareMeters=self._number)
        return self._one(self._text(), "nest80", *NEITHER, fields, self._anything())

    def _configuration(self) -> Any:
        some = {self._one(*CATEGORIES, self._text()): self._part() for _ in range(3)}
        return self._one(some, some, some, {"nest": "nest80"}, {}, self._anything())

    def _event(self) -> dict[str, Any]:
        kind = self._one("type", "eventType")
        fields = {
            kind: self._one("click", "selection", "selection", "page_view", "Click", self._text()),
            "category": self._one(*CATEGORIES, *CATEGORIES, self._text()),
        }
        return fields | self._maybe(
            value=self._text,
            selectionValue=self._text,
            previousValue=self._text,
            elementId=self._text,
            quantity=self._number,
            squareMeters=self._number,
            timeSpent=self._number,
            cause=lambda: self._one("user", "rule", "chance"),
            eventId=self._event_id,
            occurredAt=self._time,
            page=self._text,
            sequence=self._number,
            viewport=lambda: {"width": self._number()},
        )

    def _create(self) -> tuple[str, dict[str, Any]]:
        return "sessions/create", self._base() | self._maybe(
            deviceInfo=lambda: {"type": self._text(), "userAgent": self._text()},
            referrer=lambda: self._one("http://[::1", "//", "https://a@b:99999/", self._text()),
            utm=lambda: {"source": self._text(), "medium": self._text()},
            configuration=self._configuration,
        )

    def _track(self) -> tuple[str, dict[str, Any]]:
        return "sessions/track", self._base() | {"event": self._event()}

    def _track_interaction(self) -> tuple[str, dict[str, Any]]:
        return "sessions/track-interaction", self._base() | {"interaction": self._event()}

    def _batch(self) -> tuple[str, dict[str, Any]]:
        events = [self._event(), self._event(), self._anything()]
        return "sessions/track-batch", self._base() | {"events": events}

    def _save(self) -> tuple[str, dict[str, Any]]:
        body = self._base() | {"configuration": self._configuration()}
        return "sessions/save-configuration", body | self._maybe(
            trigger=lambda: self._one("auto_save", "order_attempt", "whim"),
            clientPrice=self._number,
        )

    def _finalize(self) -> tuple[str, dict[str, Any]]:
        status = {"conversionStatus": self._one("abandoned", "converted", "maybe")}
        return "sessions/finalize", self._base() | status | self._maybe(
            exitPage=self._text,
            finalConfiguration=self._configuration,
            orderId=self._text,
        )

    def _performance(self) -> tuple[str, dict[str, Any]]:
        metric = self._base() | {"metricName": self._text(), "value": self._number()}
        metric |= self._maybe(unit=self._text, additionalData=self._anything)
        return "performance/track", self._one(
            metric, {"metrics": [metric, metric | {"eventId": None}]}
        )

    def _price(self) -> tuple[str, dict[str, Any]]:
        body = {"configuration": self._configuration()}
        return "pricing/calculate", body | self._maybe(priceList=self._text)
