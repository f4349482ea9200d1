"""Made-up sessions in which everything that decides a figure meets: ties, gaps, late rows."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from nesthaus.domain.configurations import Choice, Configuration
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

# One day under each price list.
DAYS = (
    datetime(2025, 7, 10, 9, tzinfo=UTC),
    datetime(2025, 10, 1, 9, tzinfo=UTC),
    datetime(2026, 6, 15, 9, tzinfo=UTC),
)
NOW = DAYS[-1] + timedelta(minutes=40)
OPTIONS = {
    "nest": ("nest80", "nest100"),
    "gebaeudehuelle": ("trapezblech", "holzlattung"),
    "innenverkleidung": ("fichte", "steirische_eiche"),
    "fussboden": ("parkett", "kalkstein_kanafar"),
    "pvanlage": ("pv_panels", "pv_modules"),  # the only one of the first list, and of the others
    "farbe": ("röt", 'b"lau'),  # no list knows it
}
_WEEK_MS = 7 * 86_400_000
_STEPS_MS = (0, 0, 0, 1, 500, 20_000, 61_000, 299_999, 300_000, 300_001, 900_000)


@dataclass(slots=True)
class _Visit:
    """`at` is the time of the next fact."""

    chance: Random
    at: datetime
    facts: list[Event] = field(default_factory=list[Event])

    def identifier(self) -> UUID:
        number = self.chance.getrandbits(40)
        return UUID(int=milliseconds_of(self.at) << 80 | 7 << 76 | 2 << 62 | number)

    def pass_time(self) -> None:
        over = self.chance.random() < 0.02
        step = self.chance.choice((_WEEK_MS, _WEEK_MS + 1) if over else _STEPS_MS)
        self.at += timedelta(milliseconds=step)


def visits(seed: int, sessions: int) -> Iterator[list[Delivery]]:
    """All that the sessions sent, in batches, in any order; some of it twice."""
    chance = Random(seed)
    calls = [call for number in range(sessions) for call in _session(chance, f"s{number}")]
    calls += [
        _call(chance, call.session_id, call.events[0])
        for call in chance.sample(calls, len(calls) // 20)
    ]
    chance.shuffle(calls)
    yield from (calls[first : first + 500] for first in range(0, len(calls), 500))


def _session(chance: Random, session_id: str) -> list[Delivery]:
    visit = _Visit(chance, chance.choice(DAYS) + timedelta(minutes=chance.randrange(3)))
    kinds = (_select, _select, _select, _select, _happen, _happen, _save, _open)
    for _ in range(chance.randrange(1, 16)):
        chance.choice(kinds)(visit)
        visit.pass_time()
    if chance.random() < 0.5:
        _end(visit)
    return [_call(chance, session_id, fact) for fact in visit.facts]


def _call(chance: Random, session_id: str | None, fact: Event) -> Delivery:
    received_at = fact.at + timedelta(milliseconds=chance.choice((80, 60_000, 60_001)))
    return Delivery(
        session_id=session_id,
        received_at=received_at,
        events=(fact,),
        sent_at=received_at - timedelta(milliseconds=chance.choice((40, 60))),
        tracker_version=chance.choice((None, "1.0", "1.1")),
    )


def _select(visit: _Visit) -> None:
    chance = visit.chance
    category = chance.choice(tuple(OPTIONS))
    visit.facts.append(
        Interaction(
            id=visit.identifier(),
            at=visit.at,
            type="selection",
            category=category,
            value=chance.choice((*OPTIONS[category], *OPTIONS[category], None)),
            previous_value=chance.choice((*OPTIONS[category], None, None)),
            quantity=chance.choice((None, 4)),
            time_spent_ms=chance.choice((None, 0, 1500)),
            page=chance.choice((None, "p1", "p2")),
            sequence=chance.choice((None, 1, 2, 3, 7)),
        )
    )


def _happen(visit: _Visit) -> None:
    chance = visit.chance
    kind = chance.choice(("click", "hover", "scroll", "page_view"))
    visit.facts.append(
        Interaction(
            id=visit.identifier(),
            at=visit.at,
            type=kind,
            category="page",
            value=chance.choice((None, "/", "/nest")) if kind == "page_view" else None,
            page="p3",
            sequence=chance.randrange(1, 9),
        )
    )


def _save(visit: _Visit) -> None:
    chance = visit.chance
    price = chance.choice((None, 0, 213_032, 268_500))
    visit.facts.append(
        Snapshot(
            id=visit.identifier(),
            at=visit.at,
            configuration=_configuration(chance),
            configuration_hash=chance.choice(("a" * 64, "b" * 64)),
            trigger=chance.choice((*Trigger, None)),
            total_price_eur=price,
            completion_percentage=chance.choice((None, 25.0, 100.0, 100.0)),
            price_list_version="2025-12",
            client_price_eur=chance.choice((None, 213_031.5, 213_031.0, 0.25)),
        )
    )


def _configuration(chance: Random) -> Configuration:
    named = [category for category in OPTIONS if chance.random() < 0.7]
    return {category: _choice(chance, category) for category in named}


def _choice(chance: Random, category: str) -> Choice:
    if category != "pvanlage":
        return Choice(chance.choice(OPTIONS[category]))
    ticked = (Choice(value=True), Choice(value=True, quantity=2), Choice(quantity=3))
    return chance.choice((Choice("pv_modules", 4), *ticked))


def _open(visit: _Visit) -> None:
    chance = visit.chance
    shown = _configuration(chance) if chance.random() < 0.7 else None
    device = chance.choice((None, "tablet", "mobile"))
    visit.facts.append(
        Entry(id=visit.identifier(), at=visit.at, device_type=device, configuration=shown)
    )


def _end(visit: _Visit) -> None:
    chance = visit.chance
    visit.facts.append(
        Finalisation(
            id=visit.identifier(),
            at=visit.at,
            outcome=chance.choice(tuple(Outcome)),
            order_id=chance.choice((None, "order 1")),
            verified=chance.random() < 0.5,
        )
    )
