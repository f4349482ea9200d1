"""The traffic of a plan, session by session in the order in which they begin."""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from random import Random

from nesthaus.domain.appraisals import Appraisal, appraise
from nesthaus.domain.configurations import Choice, Configuration
from nesthaus.domain.events import Delivery
from nesthaus.domain.identifiers import Uuid7Source, digits_of, instant_of, milliseconds_of
from nesthaus.domain.pricing import Catalogue, PriceList
from nesthaus.seed import MARK
from nesthaus.seed.bots import play_bot
from nesthaus.seed.hours import start_times
from nesthaus.seed.plan import Plan
from nesthaus.seed.shelves import Shelf, shelves_of
from nesthaus.seed.tracker import Tracker
from nesthaus.seed.visit import Visit
from nesthaus.seed.visitors import BOTS, Crowd, Visitor

_APPRAISALS_KEPT = 50_000


class Prices:
    """Appraises by the list in force. Many visitors choose the same; kept, that costs nothing."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._lists = {each.version: each for each in catalogue.lists}
        self._appraise = lru_cache(_APPRAISALS_KEPT)(self._anew)

    def appraise(self, configuration: Configuration, at: datetime) -> Appraisal:
        version = self._catalogue.in_force_at(at).version
        return self._appraise(version, frozenset(configuration.items()))

    def _anew(self, version: str, choices: frozenset[tuple[str, Choice]]) -> Appraisal:
        return appraise(dict(choices), self._lists[version])


class Traffic:
    """Iterates over the sessions of a plan; each is its deliveries in the order they were sent."""

    def __init__(self, plan: Plan, catalogue: Catalogue) -> None:
        self._plan = plan
        self._catalogue = catalogue
        self._random = Random(plan.words())  # noqa: S311 - nothing here is a secret
        self._ids = Uuid7Source(self._random.randbytes)
        self._prices = Prices(catalogue)
        self._crowd = Crowd(self._random, catalogue.zone)
        self._until_ms = milliseconds_of(plan.until)
        self._shelves: dict[str, tuple[Shelf, ...]] = {
            price_list.version: shelves_of(self._random, price_list)
            for price_list in catalogue.lists
        }

    def __iter__(self) -> Iterator[tuple[Delivery, ...]]:
        plan, zone = self._plan, self._catalogue.zone
        since = plan.since(zone)
        for at_ms in start_times(self._random, plan.sessions, since, plan.until, zone):
            yield self._session(self._crowd.next(at_ms))

    def _session(self, visitor: Visitor) -> tuple[Delivery, ...]:
        # As long as the tracker's, and like them begun with the time.
        noise = f"{self._random.getrandbits(128):032x}"[:11]
        session_id = MARK + digits_of(visitor.began_ms) + noise
        tracker = Tracker(
            session_id,
            visitor,
            until_ms=self._until_ms,
            random=self._random,
            ids=self._ids,
            appraise=self._prices.appraise,
        )
        if visitor.temperament in BOTS:
            play_bot(visitor, tracker, self._random)
        else:
            self._play(visitor, tracker)
        return tuple(tracker.deliveries)

    def _play(self, visitor: Visitor, tracker: Tracker) -> None:
        price_list = self._in_force(visitor.began_ms)
        shelves = self._shelves[price_list.version]
        visit = Visit(
            visitor,
            tracker,
            price_list=price_list,
            shelves=shelves,
            appraise=self._prices.appraise,
            random=self._random,
        )
        visit.play()
        self._crowd.leaves(visitor, ordered=visit.ordered)

    def _in_force(self, at_ms: int) -> PriceList:
        return self._catalogue.in_force_at(instant_of(at_ms))
