"""What a report is asked: a period and the sessions in it, as every report takes them."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime

from nesthaus.domain.periods import Period, period_before
from nesthaus.domain.pricing import Catalogue
from nesthaus.report.filters import (
    Bots,
    FilterQuery,
    Filters,
    filters_asked_for,
    period_asked_for,
)

_NOT_FILTERING = frozenset({"since", "until", "bots", "only_options", "list_starts"})
# All other filters need the sessions themselves.
_STORED_BY = _NOT_FILTERING | {"device_type", "utm_source"}


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Where stored figures of just these sessions lie: in the totals, in one value of a
    dimension, or in both, whose sessions never overlap."""

    totals: bool
    dimension: str | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """`asked_at` is when; the period may end later, with the day or hour that runs."""

    period: Period
    filters: Filters
    asked_at: datetime

    @property
    def is_filtered(self) -> bool:
        """By more than what kind of visitor it was."""
        told = asdict(self.filters)
        return any(told[name] is not None for name in told.keys() - _NOT_FILTERING)

    @property
    def stored_in(self) -> Breakdown | None:
        """None where only the sessions themselves can tell."""
        told = asdict(self.filters)
        if any(told[name] is not None for name in told.keys() - _STORED_BY):
            return None
        device, source, bots = self.filters.device_type, self.filters.utm_source, self.filters.bots
        if device is None and source is None:
            if bots == Bots.EXCLUDE:
                return Breakdown(totals=True)
            return Breakdown(totals=bots == Bots.INCLUDE, dimension="bot", value="true")
        if bots != Bots.EXCLUDE or (device is not None and source is not None):
            return None
        if device is not None:
            return Breakdown(totals=False, dimension="device_type", value=device)
        return Breakdown(totals=False, dimension="utm_source", value=source)


def question_of(
    query: FilterQuery, now: datetime, catalogue: Catalogue, otherwise: Period | None = None
) -> Question:
    """`otherwise` is the period where the query names none. Raises Problem where parameters
    contradict each other."""
    filters = filters_asked_for(query, now, catalogue)
    names_none = query.time_range is None and query.since is None
    if otherwise is None or not names_none:
        return Question(period_asked_for(query, now, catalogue.zone), filters, now)
    filters = replace(filters, since=otherwise.since, until=otherwise.until)
    return Question(otherwise, filters, now)


def question_before(question: Question, catalogue: Catalogue) -> Question:
    """The same of the period right before."""
    period = period_before(question.period, catalogue.zone)
    filters = replace(question.filters, since=period.since, until=period.until)
    return replace(question, period=period, filters=filters)
