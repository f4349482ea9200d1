"""One visitor's session as it happens: an ordered list of happenings, before anything is sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from nesthaus.domain.configurations import parse_configuration
from nesthaus.domain.pricing import Category, PriceList, Unpriceable, price
from tests.oracle.chance import Chance

MINUTE_S = 60
HOUR_S = 3600
DAY_S = 86_400
PATHS = ("/", "/konfigurator", "/haeuser", "/preise?x=1", "/kontakt")
# Saved by many; the first two are the same house, the fourth costs nothing.
WELL_KNOWN: tuple[dict[str, object], ...] = (
    {"nest": "nest80", "gebaeudehuelle": "trapezblech", "fundament": True},
    {"fundament": {"value": "enabled"}, "gebaeudehuelle": "trapezblech", "nest": "nest80"},
    {"nest": "nest100", "planungspaket": "plus", "fussboden": "parkett"},
    {"planungspaket": "basis"},
)
CUSTOM_TYPES = ("video_play", "share2", "faq_open")


@dataclass(frozen=True, slots=True)
class Happening:
    """`kind`: create, event, save or finalize; `fields` are those of its body."""

    at: datetime
    kind: str
    fields: Mapping[str, object]


@dataclass
class Visit:
    """What a visitor does, told step by step; `now` moves with each step."""

    chance: Chance
    prices: PriceList
    now: datetime
    is_long: bool = False
    happenings: list[Happening] = field(default_factory=list[Happening])
    chosen: dict[str, object] = field(default_factory=dict[str, object])
    page: str = ""
    sequence: int = 0
    _options: dict[str, str] = field(default_factory=dict[str, str])

    def browse(self) -> None:
        """One to three page loads, with selections and everything else on each."""
        for _ in range(self.chance.randint(1, 3)):
            self.load_page()
            for _ in range(self.chance.randint(0, 9)):
                self.step()
            if self.chance.often(0.55):
                self.save()

    def load_page(self) -> None:
        self.page = f"p{self.chance.randrange(1 << 40):x}"
        self.sequence = 0
        self.event("page_view", "page", {"value": self.chance.one_of(PATHS)})

    def step(self) -> None:
        roll = self.chance.random()
        if roll < 0.55:
            self.select()
        elif roll < 0.62:
            self.take_away()
        elif roll < 0.72:
            spent = self.chance.randint(0, 9000)
            self.event("click", "nest", {"elementId": "nest-80", "timeSpent": spent})
        elif roll < 0.82:
            self.event("hover", self.chance.one_of(("fenster", "nest")))
        elif roll < 0.90:
            self.event("scroll", "page", {"value": str(self.chance.randint(0, 100))})
        elif roll < 0.96:
            self.event(self.chance.one_of(CUSTOM_TYPES), "extras", {"value": "x"})
        else:
            self.load_page()

    def select(self) -> None:
        category = self._next_category()
        value = self._option(category)
        extra: dict[str, object] = {}
        entry: object = value
        if category.kind.value == "quantity":
            extra = {"quantity": self.chance.randint(1, 3)}
            entry = {"value": value, **extra, "price": 12, "name": "egal"}
        elif category.kind.value == "area":
            extra = {"squareMeters": self.chance.one_of((10, 12.5, 20.0))}
            entry = {"value": value, **extra}
        elif category.kind.value == "checkbox":
            entry = True if self.chance.often(0.5) else value
        if self.chance.often(0.8):
            spent = self.chance.randint(0, 90_000)
            extra["timeSpent"] = 90_000_000 if self.chance.often(0.03) else spent
        before = self._previous(category.id)
        self.event("selection", category.id, {"value": value, **extra, **before})
        self.chosen[category.id] = entry
        self._options[category.id] = value

    def take_away(self) -> None:
        if not self.chosen:
            return
        category = self.chance.one_of(sorted(self.chosen))
        nothing: dict[str, object] = self.chance.one_of(({}, {"value": None}, {"value": ""}))
        self.event("selection", category, {**nothing, **self._previous(category)})
        del self.chosen[category]

    def save(self, trigger: str | None = None) -> None:
        configuration: dict[str, object] = dict(self.chosen)
        if self.chance.often(0.2):
            configuration["gibtsnicht"] = None
        if self.chance.often(0.1):
            configuration["fundament"] = False
        if self.chance.often(0.08):
            configuration["fenster"] = "glasbausteine"
        if self.chance.often(0.35):
            configuration = self.chance.one_of(WELL_KNOWN)
        trigger = trigger or self.chance.one_of(("auto_save", "auto_save", "page_exit", ""))
        fields: dict[str, object] = {"configuration": configuration}
        if trigger:
            fields["trigger"] = trigger
        if self.chance.often(0.5):
            wrong_eur = self.chance.one_of((0, 0, 0, 0.4, -0.9, 1, -1, 25_000))
            fields["clientPrice"] = self._price_eur(configuration) + wrong_eur
        self._happens("save", fields)

    def end(self, outcome: str, **fields: object) -> None:
        if self.chance.often(0.3):
            fields["exitPage"] = self.chance.one_of(PATHS)
        if self.chance.often(0.25):
            name = self.chance.one_of(("finalConfiguration", "config"))
            fields[name] = dict(self.chosen) if self.chance.often(0.8) else None
        self._happens("finalize", {"conversionStatus": outcome, **fields})

    def burst(self, clicks: int, from_ms: int = 0) -> None:
        """Clicks 20 ms apart, the first `from_ms` after a whole second."""
        self.now = self.now.replace(microsecond=0) + timedelta(seconds=2, milliseconds=from_ms)
        for _ in range(clicks):
            self.event("click", "nest", pause=timedelta(milliseconds=20))
        self.pass_time()

    def event(
        self,
        kind: str,
        category: str,
        fields: Mapping[str, object] | None = None,
        pause: timedelta | None = None,
    ) -> None:
        self.sequence += 1
        if self.chance.often(0.05):
            self.sequence += self.chance.randint(1, 3)  # lost on the way
        place = {"page": self.page, "sequence": self.sequence} if self.page else {}
        self._happens(
            "event", {"type": kind, "category": category, **place, **(fields or {})}, pause
        )

    def pass_time(self) -> None:
        roll = self.chance.random()
        if roll < 0.80:
            self.now += self.chance.span(0.5, 40)
        elif roll < 0.92:
            self.now += self.chance.span(40, 290)
        elif roll < 0.98:
            self.now += self.chance.span(5.1 * MINUTE_S, 28 * MINUTE_S)
        else:
            longest_s = 2 * DAY_S if self.is_long else 5 * HOUR_S
            self.now += self.chance.span(31 * MINUTE_S, longest_s)

    def _happens(
        self, kind: str, fields: Mapping[str, object], pause: timedelta | None = None
    ) -> None:
        self.happenings.append(Happening(self.now, kind, fields))
        if pause is None:
            self.pass_time()
        else:
            self.now += pause

    def _next_category(self) -> Category:
        """Mostly the first that is not chosen yet, else any: people go on, and come back."""
        left = [each for each in self.prices.categories if each.id not in self.chosen]
        if left and self.chance.often(0.6):
            return left[0]
        return self.chance.one_of(self.prices.categories)

    def _option(self, category: Category) -> str:
        if self.chance.often(0.02):
            return "gibtsnicht"
        return self.chance.one_of([option.id for option in category.options[:3]])

    def _price_eur(self, configuration: Mapping[str, object]) -> int:
        """By the list the page was opened with, which need not be in force any more."""
        try:
            return price(parse_configuration(configuration), self.prices).total_price_eur
        except Unpriceable:
            return 1000

    def _previous(self, category: str) -> dict[str, object]:
        before = self.chosen.get(category)
        if before is None:
            return {}
        if before is True:
            return {"previousValue": self.prices.only_option(category)}
        if isinstance(before, str):
            return {"previousValue": before}
        return {"previousValue": self._options[category]}
