"""What a visitor does on the page, from the first look to the order or the closed tab."""

from collections.abc import Sequence
from random import Random

from nesthaus.domain.categories import Category, Kind
from nesthaus.domain.configurations import Choice
from nesthaus.domain.events import Cause, Outcome, Trigger
from nesthaus.domain.pricing import PriceList
from nesthaus.seed import MARK
from nesthaus.seed.chance import varied
from nesthaus.seed.measures import measure_load, measure_price
from nesthaus.seed.shelves import Appetite, Shelf
from nesthaus.seed.tracker import Appraise, Tracker
from nesthaus.seed.visitors import Visitor

_START, _CONFIGURATOR, _ORDER, _THANKS = "/", "/configurator", "/order", "/thank-you"
_SKIPS_REQUIRED = 0.05
_SAVES = 0.6  # of pauses after a selection
_TICKS = 0.4
_STAYS_ON = 0.72  # share of those who order that also send the order
_TOLD_BY_THE_SHOP = 0.7
_SAYS_GOODBYE = 0.5
_LONG_PAUSE = 0.01
_OVER_BUDGET = 1.25


class Visit:
    """Of a person. `play` once; afterwards `ordered` tells how it ended."""

    def __init__(
        self,
        visitor: Visitor,
        tracker: Tracker,
        *,
        price_list: PriceList,
        shelves: Sequence[Shelf],
        appraise: Appraise,
        random: Random,
    ) -> None:
        self.ordered = False
        self._visitor = visitor
        self._temperament = visitor.temperament
        self._tracker = tracker
        self._price_list = price_list
        self._shelves = shelves
        self._by_category = {shelf.category.id: shelf for shelf in shelves}
        self._appraise = appraise
        self._random = random
        self._configuration: dict[str, Choice] = {}
        self._is_unsaved = False
        self._shown_eur: int | None = None

    def play(self) -> None:
        self._arrive()
        path = _CONFIGURATOR
        if self._configures() and self._wants_to_order():
            path = self._order()
        self._leave(path)
        self._visitor.remembered = self._configuration
        self._visitor.version = self._price_list.version

    def _arrive(self) -> None:
        visitor, tracker = self._visitor, self._tracker
        if visitor.remembered and visitor.version == self._price_list.version:
            self._configuration = dict(visitor.remembered)
        else:
            self._configuration = _preselected(self._price_list)
        tracker.open(self._configuration)
        tracker.wait(self._random.uniform(5, 40))
        if visitor.visits == 1 and self._random.random() < 0.4:
            tracker.load(_START)
            self._pause(0.8)
            self._scroll()
            tracker.track("click", value="configurator", element_id="start")
        tracker.load(_CONFIGURATOR)
        tracker.wait(self._random.uniform(900, 2_500))
        measure_load(self._random, tracker, visitor.device)

    def _configures(self) -> bool:
        """Whether the visitor came to the end of the categories."""
        is_back = self._visitor.visits > 1
        for shelf in self._shelves:
            if self._random.random() < self._temperament.leaves or self._tracker.is_over:
                return False
            if not self._skips(shelf, is_back=is_back):
                self._visit(shelf)
            if self._is_too_dear() and not self._saves_money(shelf):
                return False
        return True

    def _skips(self, shelf: Shelf, *, is_back: bool) -> bool:
        share = _SKIPS_REQUIRED if shelf.is_required else self._temperament.skips_optional
        return self._random.random() < (max(share, 0.6) if is_back else share)

    def _visit(self, shelf: Shelf) -> None:
        tracker, random, name = self._tracker, self._random, shelf.category.id
        if random.random() < 0.5:
            tracker.track("click", category="step", value=name)
        self._pause(1.0)
        if random.random() < 0.3:
            self._scroll()
        if random.random() < 0.05:
            tracker.track("hover", category=name, value=shelf.options[Appetite.ANY].pick(random))
        if shelf.category.kind is Kind.CHECKBOX:
            self._tick(shelf)
        else:
            self._choose(shelf)
        if random.random() < 0.06:
            tracker.track("click", value="summary")

    def _choose(self, shelf: Shelf) -> None:
        random, temperament = self._random, self._temperament
        base_option = self._base_option()
        first = shelf.pick(random, temperament.appetite, base_option)
        self._select(shelf.category, first)
        if random.random() >= temperament.wavers:
            return
        self._pause(1.3)
        other = shelf.pick(random, Appetite.ANY, base_option)
        self._select(shelf.category, other)
        if random.random() < 0.75:
            self._pause(1.1)
            self._select(shelf.category, first)

    def _tick(self, shelf: Shelf) -> None:
        name = shelf.category.id
        if name not in self._configuration and self._random.random() < _TICKS:
            self._select(shelf.category, Choice(value=True))
            if self._random.random() < self._temperament.wavers:
                self._pause(0.7)
                self._select(shelf.category, None)

    def _select(self, category: Category, choice: Choice | None, cause: Cause = Cause.USER) -> None:
        """A click on what is chosen already changes nothing and tells nothing."""
        before = self._configuration.pop(category.id, None)
        if choice is not None:
            self._configuration[category.id] = choice
        if choice == before:
            return
        self._tracker.track(
            "selection",
            category=category.id,
            value=_told(category, choice),
            previous_value=_told(category, before),
            quantity=None if choice is None else choice.quantity,
            square_meters=None if choice is None else choice.square_meters,
            cause=cause,
        )
        self._is_unsaved, self._shown_eur = True, None
        if category.id == self._price_list.base:
            self._fit_into_the_base()
        if cause is Cause.USER:
            self._perhaps_save()

    def _fit_into_the_base(self) -> None:
        """As the page does: what is too many or too large for the new base is made smaller."""
        base_option = self._base_option()
        for name, choice in list(self._configuration.items()):
            category = self._by_category[name].category
            maximum = category.maximum.get(base_option)
            measured = choice.quantity or choice.square_meters
            if maximum is None or measured is None or measured <= maximum:
                continue
            smaller = self._by_category[name].choice(
                self._random, _told(category, choice) or "", base_option
            )
            self._select(category, smaller, Cause.RULE)

    def _perhaps_save(self) -> None:
        self._tracker.wait(self._random.uniform(900, 1_800))
        if self._random.random() < _SAVES:
            self._save(Trigger.AUTO_SAVE)
            measure_price(self._random, self._tracker, self._visitor.device)

    def _save(self, trigger: Trigger) -> None:
        self._tracker.save(self._configuration, trigger)
        self._is_unsaved = False

    def _is_too_dear(self) -> bool:
        """Only who watches the price finds so, and only once a selection has changed it."""
        if self._temperament.appetite is not Appetite.CHEAP:
            return False
        if self._shown_eur is None:
            found = self._appraise(self._configuration, self._tracker.now)
            self._shown_eur = found.total_price_eur or 0
        return self._shown_eur > self._visitor.budget_eur

    def _saves_money(self, shelf: Shelf) -> bool:
        """Takes the cheapest; False where that does not help enough, and the visitor leaves."""
        if self._random.random() < 0.8 and shelf.category.kind is not Kind.CHECKBOX:
            self._pause(0.9)
            cheapest = shelf.choice(self._random, shelf.cheapest, self._base_option())
            self._select(shelf.category, cheapest)
        too_much = (self._shown_eur or 0) > _OVER_BUDGET * self._visitor.budget_eur
        return not too_much or self._random.random() < 0.6

    def _wants_to_order(self) -> bool:
        share = self._temperament.orders * (1.8 if self._visitor.visits > 1 else 1)
        return not self._tracker.is_over and self._random.random() < share

    def _order(self) -> str:
        """The page the visitor was on in the end."""
        tracker, random = self._tracker, self._random
        self._pause(1.5)
        tracker.track("click", value="order", element_id="order")
        self._save(Trigger.ORDER_ATTEMPT)
        tracker.wait(random.uniform(200, 700))
        tracker.load(_ORDER)
        tracker.wait(varied(random, 67_000, 0.5))
        if tracker.is_over or random.random() >= _STAYS_ON:
            return _ORDER
        order_id = f"{MARK}order-{random.getrandbits(64):016x}"
        tracker.finalise(Outcome.CONVERTED, _ORDER, order_id)
        self.ordered = True
        tracker.wait(random.uniform(300, 1_500))
        tracker.load(_THANKS)
        if random.random() < _TOLD_BY_THE_SHOP:
            tracker.wait(random.uniform(500, 20_000))
            tracker.confirm(order_id)
        return _THANKS

    def _leave(self, path: str) -> None:
        self._pause(0.6)
        if self._is_unsaved:
            self._save(Trigger.PAGE_EXIT)
        if not self.ordered and self._random.random() < _SAYS_GOODBYE:
            self._tracker.wait(2)
            self._tracker.finalise(Outcome.ABANDONED, path)
        self._tracker.send()

    def _pause(self, share: float) -> None:
        random, usual_ms = self._random, self._temperament.pause_ms
        self._tracker.wait(varied(random, usual_ms * share, 0.7))
        if random.random() < _LONG_PAUSE:
            self._tracker.wait(random.uniform(4, 20) * 60_000)

    def _scroll(self) -> None:
        for percent in (25, 50, 75, 100)[: 1 + int(self._random.random() * 4)]:
            self._tracker.track("scroll", value=str(percent))
            self._tracker.wait(self._random.uniform(300, 2_500))

    def _base_option(self) -> str:
        """Of what is chosen; where nothing is, a page shows the first."""
        base = self._by_category[self._price_list.base].category
        chosen = self._configuration.get(base.id)
        return (_told(base, chosen) if chosen else None) or base.options[0].id


def _preselected(price_list: PriceList) -> dict[str, Choice]:
    return {
        name: Choice(value=True)
        if price_list.categories_by_id[name].kind is Kind.CHECKBOX
        else Choice(option)
        for name, option in price_list.preselected.items()
    }


def _told(category: Category, choice: Choice | None) -> str | None:
    """The option's id, as a selection tells it: that of a check box is its only option."""
    if choice is None:
        return None
    return choice.value if isinstance(choice.value, str) else category.only_option
