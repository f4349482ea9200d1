"""Which sessions a caller of the admin API asks for: his query parameters, checked."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from nesthaus.domain.periods import (
    InvalidPeriod,
    Period,
    TimeRange,
    period_between,
    period_of_range,
)
from nesthaus.domain.pricing import Catalogue
from nesthaus.domain.sessions import Status
from nesthaus.figures import list_starts, only_options
from nesthaus.responses import invalid

_GREATEST_PRICE = 2_147_483_647


class Bots(StrEnum):
    """Whether sessions with a bot reason are among those a report speaks of."""

    EXCLUDE = "exclude"
    INCLUDE = "include"
    ONLY = "only"


class DeviceType(StrEnum):
    MOBILE = "mobile"
    TABLET = "tablet"
    DESKTOP = "desktop"
    UNKNOWN = "unknown"


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("no text here contains a NUL")
    return text


Text = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_without_nul)]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", json_schema_extra={"format": "date"})]
Euros = Annotated[int, Field(ge=0, le=_GREATEST_PRICE)]


class FilterQuery(BaseModel):
    """The range and the filters that every report takes. Filters choose sessions, then is counted.

    Without a range: the last 30 days.
    """

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    time_range: TimeRange | None = Field(None, description="Ends now; `30d` where nothing is sent.")
    since: Day | None = Field(None, description="First day; together with `until`.")
    until: Day | None = Field(None, description="The day after the last.")
    bots: Bots = Bots.EXCLUDE
    device_type: DeviceType | None = None
    browser: Text | None = None
    utm_source: Text | None = None
    utm_medium: Text | None = None
    utm_campaign: Text | None = None
    referrer_host: Text | None = None
    min_price: Euros | None = Field(None, description="Least last price, whole euros.")
    max_price: Euros | None = Field(None, description="Greatest last price, whole euros.")
    category: Text | None = Field(None, description="One that the final configuration has.")
    value: Text | None = Field(None, description="The option of `category` that it has.")


class ListQuery(FilterQuery):
    """What lists and files of sessions take beside the filters of all reports."""

    status: Status | None = None
    q: Text | None = Field(None, description="Part of a session id.")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the `.sql` files of this stage filter by, under the same names.

    `only_options` and `list_starts` tell which option a ticked box meant when: see
    `figures.only_options`.
    """

    since: datetime
    until: datetime
    bots: str
    device_type: str | None
    browser: str | None
    utm_source: str | None
    utm_medium: str | None
    utm_campaign: str | None
    referrer_host: str | None
    min_price: int | None
    max_price: int | None
    category: str | None
    value: str | None
    only_options: str
    list_starts: list[datetime]
    status: str | None = None
    q: str | None = None


def period_asked_for(query: FilterQuery, now: datetime, zone: ZoneInfo) -> Period:
    """Raises Problem where the range contradicts itself."""
    if query.since is None and query.until is None:
        return period_of_range(query.time_range or TimeRange.MONTH, now, zone)
    if query.time_range is not None:
        raise invalid("timeRange", "timeRange cannot be combined with since and until")
    if query.since is None or query.until is None:
        missing = "until" if query.until is None else "since"
        raise invalid(missing, f"{missing} is missing: since and until come together")
    try:
        return period_between(_day("since", query.since), _day("until", query.until), zone)
    except InvalidPeriod as error:
        raise invalid(error.field, error.sentence) from error


def filters_asked_for(query: FilterQuery, now: datetime, catalogue: Catalogue) -> Filters:
    """Raises Problem."""
    if query.value is not None and query.category is None:
        raise invalid("category", "category is missing: value is an option of a category")
    if query.max_price is not None and query.max_price < (query.min_price or 0):
        raise invalid("maxPrice", "maxPrice is below minPrice")
    period = period_asked_for(query, now, catalogue.zone)
    status, q = (query.status, query.q) if isinstance(query, ListQuery) else (None, None)
    return Filters(
        since=period.since,
        until=period.until,
        bots=query.bots.value,
        device_type=query.device_type.value if query.device_type else None,
        browser=query.browser,
        utm_source=query.utm_source,
        utm_medium=query.utm_medium,
        utm_campaign=query.utm_campaign,
        referrer_host=query.referrer_host,
        min_price=query.min_price,
        max_price=query.max_price,
        category=query.category,
        value=query.value,
        only_options=only_options(catalogue),
        list_starts=list_starts(catalogue),
        status=status.value if status else None,
        q=q,
    )


def _day(field: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise invalid(field, f"{field} is no day of the calendar") from error
