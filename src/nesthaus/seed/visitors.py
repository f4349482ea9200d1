"""Who comes: a temperament, a device, a clock; some come again."""

from bisect import bisect
from dataclasses import dataclass, field
from operator import attrgetter
from random import Random
from zoneinfo import ZoneInfo

from nesthaus.domain.configurations import Choice
from nesthaus.domain.identifiers import instant_of
from nesthaus.seed.chance import Weighted, varied
from nesthaus.seed.devices import CRAWLERS, DEVICES, Device
from nesthaus.seed.shelves import Appetite
from nesthaus.seed.sources import DIRECT, Source, sources_of

_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS
_COMES_AGAIN = 0.17  # share of sessions that are somebody's second or later visit
_MOST_VISITS = 4
_MOST_REMEMBERED = 50_000
_WRONG_CLOCKS = 0.05
_UNCORRECTED = 0.25  # of those: their events carry the wrong time
_BAD_CONNECTIONS = 0.12  # of mobile devices
_MOBILE_NETWORKS_ON_IPV6 = 0.4
_HAS_OLD_TRACKER = 0.08  # kept by a cache that nobody asked to look again


@dataclass(frozen=True, slots=True)
class Temperament:
    """All shares are 0 to 1, times are milliseconds; `leaves` is asked before every category."""

    name: str
    leaves: float
    wavers: float
    skips_optional: float
    pause_ms: float
    appetite: Appetite
    orders: float
    comes_again: float


GLANCING = Temperament("glancing", 0.75, 0.05, 0.9, 6_000, Appetite.ANY, 0.0, 0.06)
DECIDED = Temperament("decided", 0.06, 0.06, 0.5, 11_000, Appetite.ANY, 0.35, 0.35)
UNDECIDED = Temperament("undecided", 0.07, 0.55, 0.45, 24_000, Appetite.ANY, 0.07, 0.6)
THRIFTY = Temperament("price-sensitive", 0.08, 0.2, 0.65, 16_000, Appetite.CHEAP, 0.12, 0.45)
DREAMING = Temperament("dreaming", 0.1, 0.2, 0.3, 18_000, Appetite.DEAR, 0.04, 0.3)
CRAWLING = Temperament("crawling", 1.0, 0.0, 1.0, 800, Appetite.ANY, 0.0, 0.0)
BURSTING = Temperament("bursting", 1.0, 0.0, 1.0, 30, Appetite.ANY, 0.0, 0.0)

BOTS = frozenset({CRAWLING, BURSTING})
TEMPERAMENTS = Weighted(
    [
        (GLANCING, 30),
        (DECIDED, 16),
        (UNDECIDED, 22),
        (THRIFTY, 18),
        (DREAMING, 10),
        (CRAWLING, 3.5),
        (BURSTING, 0.5),
    ]
)


@dataclass(slots=True)
class Visitor:
    """`clock_ahead_ms` is how much the device's clock is wrong; `is_corrected`: events' times are
    right nevertheless. `remembered` is what the page restores, by the list of `version`.
    """

    temperament: Temperament
    device: Device
    source: Source
    address: str
    budget_eur: float
    clock_ahead_ms: int
    is_corrected: bool
    loses_connection: bool
    began_ms: int = 0
    tracker_version: str = ""
    visits: int = 0
    version: str = ""
    remembered: dict[str, Choice] = field(default_factory=dict[str, Choice])


_began = attrgetter("began_ms")


class Crowd:
    """Says who comes next. Moments must be asked for in order."""

    def __init__(self, random: Random, zone: ZoneInfo) -> None:
        self._random = random
        self._zone = zone
        self._away: list[Visitor] = []  # who may come again, in the order of their visits

    def next(self, at_ms: int) -> Visitor:
        visitor = self._somebody_again(at_ms) or self._somebody_new(at_ms)
        visitor.began_ms = at_ms
        visitor.tracker_version = self._tracker_version(at_ms)
        visitor.visits += 1
        return visitor

    def leaves(self, visitor: Visitor, *, ordered: bool) -> None:
        """Who has ordered, or was there often, does not come again."""
        if ordered or visitor.visits >= _MOST_VISITS:
            return
        if self._random.random() < visitor.temperament.comes_again:
            self._away.append(visitor)
            if len(self._away) > _MOST_REMEMBERED:
                del self._away[: _MOST_REMEMBERED // 10]

    def _tracker_version(self, at_ms: int) -> str:
        """One is released every two months, and named after the first of them."""
        local = instant_of(at_ms).astimezone(self._zone)
        release = (local.year * 12 + local.month - 1) // 2
        release -= self._random.random() < _HAS_OLD_TRACKER
        return f"{release // 6 % 100}.{release % 6 * 2 + 1}"

    def _somebody_again(self, at_ms: int) -> Visitor | None:
        if not self._away or self._random.random() >= _COMES_AGAIN:
            return None
        gap_ms = varied(self._random, 1.35 * _DAY_MS, 1.1)
        place = min(bisect(self._away, at_ms - gap_ms, key=_began), len(self._away) - 1)
        if at_ms - self._away[place].began_ms < 3 * _HOUR_MS:
            return None
        visitor = self._away.pop(place)
        visitor.source = DIRECT if self._random.random() < 0.7 else visitor.source
        return visitor

    def _somebody_new(self, at_ms: int) -> Visitor:
        random = self._random
        temperament = TEMPERAMENTS.pick(random)
        device = (CRAWLERS if temperament is CRAWLING else DEVICES).pick(random)
        wrong = temperament not in BOTS and random.random() < _WRONG_CLOCKS
        ahead_ms = _error_ms(random) if wrong else round(random.gauss(0, 900))
        # Only a slow clock: a time in the future would have been refused.
        is_corrected = not wrong or ahead_ms > 0 or random.random() >= _UNCORRECTED
        month = instant_of(at_ms).astimezone(self._zone).month
        return Visitor(
            temperament=temperament,
            device=device,
            source=DIRECT if temperament in BOTS else sources_of(month).pick(random),
            address=_address(random, device),
            budget_eur=varied(random, 270_000, 0.25),
            clock_ahead_ms=ahead_ms,
            is_corrected=is_corrected,
            loses_connection=device.is_mobile and random.random() < _BAD_CONNECTIONS,
        )


def _error_ms(random: Random) -> int:
    """Minutes fast, or up to hours slow, as of a clock set by hand or to the wrong zone."""
    if random.random() < 0.4:
        return round(random.uniform(20_000, 4 * 60_000))
    return -min(round(varied(random, 240_000, 1.3)), 6 * _HOUR_MS)


def _address(random: Random, device: Device) -> str:
    """Truncated as ours are, and of ranges that are kept for tests and documentation."""
    if device.is_mobile and random.random() < _MOBILE_NETWORKS_ON_IPV6:
        return f"2001:db8:{random.getrandbits(16):x}::"
    return f"198.{18 + random.getrandbits(1)}.{random.getrandbits(8)}.0"
