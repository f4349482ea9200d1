"""Tracking calls of many visitors in the order in which they arrive, with everything nasty.

The same for the same plan. Nothing here knows what a figure means: `accepted.py` says what of it
is taken, `counter.py` what it amounts to.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from nesthaus.domain.pricing import Catalogue
from tests.oracle.agents import NOBODY, PEOPLE, PROGRAMS, Agent
from tests.oracle.calls import CREATE, Call
from tests.oracle.chance import Chance, iso, milliseconds_of
from tests.oracle.sending import Sender, refused_calls
from tests.oracle.visits import DAY_S, HOUR_S, MINUTE_S, Visit

ZONE = ZoneInfo("Europe/Vienna")
NIGHTS_OF_CHANGE = (
    datetime(2025, 10, 26, 1, 0, tzinfo=UTC),
    datetime(2026, 3, 29, 1, 0, tzinfo=UTC),
)
REFERRERS = (
    "https://suche.example/?q=haus",
    "https://Forum.Example:8443/t/1",
    "http://blog.example",
    None,
    None,
    "",
)
UTMS = (
    {"source": "newsletter", "medium": "email", "campaign": "herbst"},
    {"source": "suche", "medium": "cpc"},
    {"source": "Suche", "medium": "cpc", "campaign": "herbst"},
    {"medium": "social"},
    None,
    None,
    None,
)
ENDINGS: tuple[tuple[str, ...], ...] = (
    ("abandoned",),
    ("converted",),
    ("abandoned", "converted"),
    ("converted", "abandoned"),
    ("abandoned", "browse"),
    ("order", "converted"),
    ("order",),
    (),
    (),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """`now`: the last moment at which anything is received; `days` before it, visitors begin."""

    seed: int
    now: datetime
    days: int
    sessions: int
    sources_of_a_day: int = 0  # so many more visitors on one day, most of a UTM source of their own


def traffic(plan: Plan, catalogue: Catalogue) -> list[Call]:
    """In order of arrival; none is received after `plan.now`."""
    return Traffic(plan, catalogue).calls()


class Traffic:
    def __init__(self, plan: Plan, catalogue: Catalogue) -> None:
        self._plan = plan
        self._catalogue = catalogue
        self._chance = Chance(plan.seed)
        self._first = plan.now - timedelta(days=plan.days)
        self._orders: list[str] = []

    def calls(self) -> list[Call]:
        calls: list[Call] = []
        for number in range(self._plan.sessions):
            calls += self._session(f"s{self._plan.seed}-{number}")
        for number in range(self._plan.sources_of_a_day):
            calls += self._of_a_campaign(number)
        calls += refused_calls(self._chance, self._plan.now, self._first)
        calls = [call for call in calls if call.received_at <= self._plan.now]
        return sorted(calls, key=lambda call: call.received_at)

    def _session(self, session_id: str) -> list[Call]:
        agent = self._agent()
        start = self._start()
        visit = Visit(self._chance, self._catalogue.in_force_at(start), start)
        visit.is_long = self._chance.often(0.1)
        create = self._entry(visit, agent)
        visit.now += self._chance.span(0.1, 5)
        visit.browse()
        if self._chance.often(0.04):
            visit.burst(*self._chance.one_of(((22, 0), (21, 100), (20, 300), (24, 760))))
        self._endings(visit)
        if visit.is_long:
            self._come_back(visit, start)
        sender = Sender(self._chance, session_id, agent, self._plan.now)
        return sender.calls(create, visit.happenings)

    def _endings(self, visit: Visit) -> None:
        for step in self._chance.one_of(ENDINGS):
            if step == "order":
                visit.save("order_attempt")
            elif step == "browse":
                visit.browse()
            elif step == "converted":
                visit.end("converted", **self._order())
            else:
                visit.end(step)

    def _order(self) -> dict[str, object]:
        """An order of its own mostly, sometimes that of another session, sometimes none."""
        roll = self._chance.random()
        if roll < 0.2:
            return {}
        if roll < 0.4 and self._orders:
            return {"orderId": self._chance.one_of(self._orders)}
        self._orders.append(f"A-{self._plan.seed}-{len(self._orders)}")
        return {"orderId": self._orders[-1]}

    def _come_back(self, visit: Visit, start: datetime) -> None:
        """After a day, after nearly a week, and after more than one."""
        for day in self._chance.one_of(((1.1,), (2, 6.5), (6.9, 7.2), (5, 7.5, 9), (8,))):
            visit.now = max(visit.now, start + timedelta(days=day))
            visit.browse()
        if self._chance.often(0.3):
            visit.end("converted", **self._order())

    def _entry(self, visit: Visit, agent: Agent) -> dict[str, object] | None:
        """The body of `create`; None where the page never calls it."""
        if not agent.is_bot and self._chance.often(0.12):
            return None
        info: dict[str, object] = {"viewport": {"width": 390, "height": 844}}
        if agent.is_bot or self._chance.often(0.3):
            info["type"] = self._chance.one_of(("mobile", "desktop"))
        elif self._chance.often(0.1):
            info["type"] = "watch"
        if agent.text and self._chance.often(0.6):
            info["userAgent"] = agent.text
        body: dict[str, object] = {"deviceInfo": info}
        body["referrer"] = self._chance.one_of(REFERRERS)
        body["utm"] = self._chance.one_of(UTMS)
        if self._chance.often(0.5):
            visit.chosen = dict(visit.prices.preselected)
            body["configuration"] = dict(visit.chosen)
        return body

    def _agent(self) -> Agent:
        roll = self._chance.random()
        if roll < 0.07:
            return self._chance.one_of(PROGRAMS)
        return NOBODY if roll < 0.12 else self._chance.one_of(PEOPLE)

    def _start(self) -> datetime:
        """Around midnights and the nights of change, lately, just now, or any time."""
        roll = self._chance.random()
        nights = [night for night in NIGHTS_OF_CHANGE if self._first < night < self._plan.now]
        if roll < 0.15:
            at = self._midnight() + self._chance.span(-20 * MINUTE_S, 20 * MINUTE_S)
        elif roll < 0.30 and nights:
            at = self._chance.one_of(nights) + self._chance.span(-3 * HOUR_S, 3 * HOUR_S)
        elif roll < 0.45:
            at = self._plan.now - self._chance.span(0, 25 * HOUR_S)
        elif roll < 0.52:
            at = self._plan.now - self._chance.span(0, 28 * MINUTE_S)
        else:
            at = self._plan.now - self._chance.span(0, self._plan.days * DAY_S)
        return max(self._first, min(at, self._plan.now - timedelta(seconds=5)))

    def _midnight(self) -> datetime:
        day = (self._first + self._chance.span(0, self._plan.days * DAY_S)).astimezone(ZONE)
        return datetime.combine(day.date(), time(), ZONE).astimezone(UTC)

    def _of_a_campaign(self, number: int) -> list[Call]:
        """A visitor of the crowded day, three days ago; the first few sources come often."""
        noon = self._plan.now.replace(hour=12, minute=0, second=0, microsecond=0)
        at = noon - timedelta(days=3) + timedelta(seconds=number)
        source = f"quelle-{number % 7 if number % 4 == 0 else number:03}"
        body = {
            "sessionId": f"c{self._plan.seed}-{number}",
            "deviceInfo": {"type": self._chance.one_of(("mobile", "tablet"))},
            "utm": {"source": source},
            "occurredAt": milliseconds_of(at) if number % 2 else iso(at),
        }
        headers = {"user-agent": self._chance.one_of(PEOPLE).text}
        return [Call(at + timedelta(seconds=1), CREATE, headers, body)]


def sessions_in(calls: Iterable[Call]) -> Sequence[str]:
    return sorted({str(call.body["sessionId"]) for call in calls if "sessionId" in call.body})
