"""Which sessions a question is about: its range, its filters, whether bots are meant."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.oracle.sessions import Session

ZONE = ZoneInfo("Europe/Vienna")
Question = Mapping[str, str]  # the parameters of the request
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Range:
    """Half-open. `days` is empty for a range by the hour, and the other way round."""

    since: datetime
    until: datetime
    days: tuple[date, ...] = ()
    hours: tuple[datetime, ...] = ()

    def has(self, session: Session) -> bool:
        return self.since <= session.start < self.until


def day_of(at: datetime) -> date:
    return at.astimezone(ZONE).date()


def start_of(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE).astimezone(UTC)


def hour_of(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def range_of(question: Question, now: datetime) -> Range:
    name = question.get("timeRange")
    if name == "24h":
        return _hours(hour_of(now) - 24 * HOUR)
    if name is not None:
        count = int(name.removesuffix("d"))
        return _days(day_of(now) - timedelta(days=count - 1), count)
    since, until = date.fromisoformat(question["since"]), date.fromisoformat(question["until"])
    return _days(since, (until - since).days)


def range_before(question: Question, now: datetime) -> Range:
    here = range_of(question, now)
    if here.hours:
        return _hours(here.since - 25 * HOUR)
    return _days(here.days[0] - timedelta(days=len(here.days)), len(here.days))


def _hours(first: datetime) -> Range:
    """The 24 whole hours and the current one."""
    return Range(first, first + 25 * HOUR, hours=tuple(first + n * HOUR for n in range(25)))


def _days(first: date, count: int) -> Range:
    days = tuple(first + timedelta(days=n) for n in range(count))
    return Range(start_of(first), start_of(first + timedelta(days=count)), days=days)


def chosen(sessions: Iterable[Session], question: Question, within: Range) -> list[Session]:
    """Filters choose sessions first; everything is counted over these."""
    return [each for each in sessions if within.has(each) and _passes(each, question)]


def _passes(session: Session, question: Question) -> bool:
    bots = question.get("bots", "exclude")
    if (bots == "exclude" and session.is_bot) or (bots == "only" and not session.is_bot):
        return False
    values = {
        "deviceType": session.device,
        "browser": session.browser,
        "utmSource": session.utm_source,
        "utmMedium": session.utm_medium,
        "utmCampaign": session.utm_campaign,
        "referrerHost": session.referrer_host,
    }
    if any(name in question and question[name] != value for name, value in values.items()):
        return False
    return _price_passes(session, question) and _option_passes(session, question)


def _price_passes(session: Session, question: Question) -> bool:
    if "minPrice" not in question and "maxPrice" not in question:
        return True
    price = session.last_price
    if price is None:
        return False
    least, most = question.get("minPrice"), question.get("maxPrice")
    return (least is None or price >= int(least)) and (most is None or price <= int(most))


def _option_passes(session: Session, question: Question) -> bool:
    if "category" not in question:
        return True
    final = session.final
    return final is not None and final.options.get(question["category"]) == question["value"]
