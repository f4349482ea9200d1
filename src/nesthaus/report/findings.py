"""What the figures say with certainty: differences whose interval leaves out zero."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from msgspec import Struct

from nesthaus.domain.intervals import (
    Difference,
    Median,
    Share,
    difference_of_medians,
    difference_of_shares,
)
from nesthaus.report.counts import Count, Counts
from nesthaus.report.labels import Labels


class Finding(Struct, frozen=True):
    """`effect` with its 95 % interval: for `kind` `decision_time` in milliseconds, else a
    difference of conversion rates. `sessions` are all it rests on; `figure` and `against` are what
    is compared, in the same unit. `value` is the option of `category`, or without one the device
    type, that the finding is about."""

    kind: str
    category: str | None
    value: str | None
    sentence: str
    sessions: int
    figure: float
    against: float
    effect: float
    low: float
    high: float


class _About(Struct, frozen=True):
    kind: str
    category: str | None = None
    value: str | None = None


class Decided(Struct, frozen=True):
    """How long the sessions that decided about a category took; `low_ms` and `high_ms` are those of
    the median's interval."""

    category: str
    converted: bool
    sessions: int
    median_ms: int
    p90_ms: int
    low_ms: int
    high_ms: int


def findings(
    counts: Counts, before: Counts, decided: Sequence[Decided], labels: Labels
) -> list[Finding]:
    """The greatest differences of conversion first, then those of time."""
    of_conversion = [
        *_against_before(counts, before),
        *_of_devices(counts),
        *_of_options(counts, labels),
    ]
    of_conversion.sort(key=lambda finding: -abs(finding.effect))
    return of_conversion + list(_of_decision_times(decided, labels))


def _against_before(counts: Counts, before: Counts) -> Iterator[Finding]:
    now, earlier = _conversion(counts), _conversion(before)
    difference = difference_of_shares(now, earlier)
    if difference is not None:
        what = "convert more often than" if difference.effect > 0 else "convert less often than"
        sentence = f"Sessions {what} in the period before: {_rates(now, earlier)}."
        about = _About("conversion_change")
        yield _finding(about, sentence, now, earlier, difference)


def _conversion(counts: Counts) -> Share:
    return Share(counts.one("conversions").count, counts.one("sessions").count)


def _of_devices(counts: Counts) -> Iterator[Finding]:
    everybody = _conversion(counts)
    for row in counts.of("devices"):
        about = _About("conversion_by_device", value=row.value_text)
        yield from _beside_the_rest(about, f"Sessions on {row.value_text}", row, everybody)


def _of_options(counts: Counts, labels: Labels) -> Iterator[Finding]:
    """Each option beside the others of its category, in final configurations."""
    by_category: dict[str, list[Count]] = defaultdict(list)
    for row in counts.of("options"):
        by_category[row.category].append(row)
    for category, rows in by_category.items():
        everybody = Share(sum(row.unique_sessions for row in rows), sum(row.count for row in rows))
        for row in rows:
            option = labels.option(category, row.value_text)
            who = f"Sessions that end with {option} ({labels.category(category)})"
            about = _About("conversion_by_option", category, row.value_text)
            yield from _beside_the_rest(about, who, row, everybody)


def _beside_the_rest(about: _About, who: str, row: Count, everybody: Share) -> Iterator[Finding]:
    some = Share(row.unique_sessions, row.count)
    rest = everybody.without(some)
    difference = difference_of_shares(some, rest)
    if difference is not None:
        what = "more often" if difference.effect > 0 else "less often"
        sentence = f"{who} convert {what} than the others: {_rates(some, rest)}."
        yield _finding(about, sentence, some, rest, difference)


def _of_decision_times(decided: Sequence[Decided], labels: Labels) -> Iterator[Finding]:
    others = {row.category: row for row in decided if not row.converted}
    for row in decided:
        other = others.get(row.category)
        if not row.converted or other is None:
            continue
        difference = difference_of_medians(_median(row), _median(other))
        if difference is not None:
            what = "longer" if difference.effect > 0 else "less long"
            sentence = (
                f"Those who buy think {what} about {labels.category(row.category)}:"
                f" {row.median_ms / 1000:.0f} s against {other.median_ms / 1000:.0f} s (median)."
            )
            yield Finding(
                kind="decision_time",
                category=row.category,
                value=None,
                sentence=sentence,
                sessions=row.sessions + other.sessions,
                figure=row.median_ms,
                against=other.median_ms,
                effect=difference.effect,
                low=difference.low,
                high=difference.high,
            )


def _median(row: Decided) -> Median:
    return Median(row.median_ms, row.low_ms, row.high_ms, row.sessions)


def _rates(one: Share, other: Share) -> str:
    return f"{100 * one.part / one.whole:.1f} % against {100 * other.part / other.whole:.1f} %"


def _finding(about: _About, sentence: str, one: Share, other: Share, found: Difference) -> Finding:
    return Finding(
        kind=about.kind,
        category=about.category,
        value=about.value,
        sentence=sentence,
        sessions=one.whole + other.whole,
        figure=one.part / one.whole,
        against=other.part / other.whole,
        effect=found.effect,
        low=found.low,
        high=found.high,
    )
