"""What is asked: random ranges, every filter alone and some in pairs, with and without bots."""

from collections.abc import Sequence
from datetime import timedelta

from tests.oracle.chance import Chance
from tests.oracle.ranges import Question, day_of
from tests.oracle.sessions import Session
from tests.oracle.world import World

RANGES = ("24h", "7d", "30d", "90d")
FILTERS = (
    "deviceType",
    "browser",
    "utmSource",
    "utmMedium",
    "utmCampaign",
    "referrerHost",
    "minPrice",
    "maxPrice",
    "category",
)


def questions(world: World, chance: Chance) -> list[Question]:
    """Every range without a filter, every filter over some range, and a few of everything."""
    asked: list[Question] = [{"timeRange": name} for name in RANGES]
    asked += [_some_range(world, chance) for _ in range(2)]
    for bots in ("include", "only"):
        asked += [{**_some_range(world, chance), "bots": bots} for _ in range(2)]
    for name in FILTERS:
        asked.append({**_some_range(world, chance), **_filter(world, chance, name)})
    for _ in range(4):
        one, other = chance.one_of(FILTERS), chance.one_of(FILTERS)
        filters = _in_order({**_filter(world, chance, one), **_filter(world, chance, other)})
        bots = chance.one_of(("exclude", "include", "only"))
        asked.append({**_some_range(world, chance), **filters, "bots": bots})
    return asked


def some_questions(world: World, chance: Chance) -> list[Question]:
    """A few for when most has been asked already: the widest range, another, and a filter."""
    wide = {"timeRange": "90d"}
    filtered = {**wide, **_filter(world, chance, chance.one_of(FILTERS))}
    return [wide, _some_range(world, chance), {**wide, "bots": "only"}, filtered]


def _some_range(world: World, chance: Chance) -> Question:
    if chance.often(0.6):
        return {"timeRange": chance.one_of(("7d", "30d", "90d", "90d", "24h"))}
    first = day_of(world.now) - timedelta(days=chance.randint(0, 50))
    until = first + timedelta(days=chance.randint(1, 40))
    return {"since": first.isoformat(), "until": until.isoformat()}


def _filter(world: World, chance: Chance, name: str) -> dict[str, str]:
    """With the value of some session, so that something is left."""
    session = _somebody(world.sessions, chance, name)
    if name == "category":
        final = session.final
        category = chance.one_of(sorted(final.options)) if final else "nest"
        value = final.options[category] if final else "nest80"
        return {"category": category, "value": value}
    if name in ("minPrice", "maxPrice"):
        # Nobody's price: whether a bound is within is not defined.
        return {name: str((session.last_price or 200_000) // 1000 * 1000 + 7)}
    return {name: str(_attribute(session, name))}


def _in_order(filters: dict[str, str]) -> dict[str, str]:
    """A lower bound above the upper one is refused."""
    bounds = sorted(int(filters[name]) for name in ("minPrice", "maxPrice") if name in filters)
    if len(bounds) < 2:
        return filters
    return {**filters, "minPrice": str(bounds[0]), "maxPrice": str(bounds[1])}


def _somebody(sessions: Sequence[Session], chance: Chance, name: str) -> Session:
    of_use = [each for each in sessions if _attribute(each, name) is not None]
    return chance.one_of(of_use)


def _attribute(session: Session, name: str) -> object:
    values: dict[str, object] = {
        "deviceType": session.device,
        "browser": session.browser,
        "utmSource": session.utm_source,
        "utmMedium": session.utm_medium,
        "utmCampaign": session.utm_campaign,
        "referrerHost": session.referrer_host,
        "minPrice": session.last_price,
        "maxPrice": session.last_price,
        "category": session.final.options or None if session.final else None,
    }
    return values[name]
