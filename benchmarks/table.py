"""Figures, each beside what limits it."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` in `unit` beside `limit` in the same, measured in the same run; `reach` is what
    `compared` has to be: at least, or `at_most`. That is their ratio; the value itself where there
    is no limit, or it is `shown_only`."""

    name: str
    value: float
    unit: str
    reach: float
    at_most: bool = False
    beside: str = ""
    limit: float | None = None
    shown_only: bool = False

    @property
    def ratio(self) -> float | None:
        return None if self.limit is None else self.value / self.limit

    @property
    def compares_ratio(self) -> bool:
        return self.limit is not None and not self.shown_only

    @property
    def compared(self) -> float:
        return self.value if self.ratio is None or self.shown_only else self.ratio

    @property
    def is_reached(self) -> bool:
        return self.compared <= self.reach if self.at_most else self.compared >= self.reach


def markdown(figures: Iterable[Figure]) -> str:
    rows = [
        "| figure | measured | beside, in the same run | ratio | reach | reached |",
        "|---|---|---|---|---|---|",
    ]
    for each in figures:
        beside = "" if each.limit is None else f"{_told(each.limit)} {each.beside}"
        ratio = "" if each.ratio is None else f"{each.ratio:.3g}"
        unit = "" if each.compares_ratio else f" {each.unit}"
        reach = f"{'≤' if each.at_most else '≥'} {_told(each.reach)}{unit}"
        verdict = "yes" if each.is_reached else "**no**"
        measured = f"{_told(each.value)} {each.unit}"
        rows.append(f"| {each.name} | {measured} | {beside} | {ratio} | {reach} | {verdict} |")
    return "\n".join(rows)


def _told(number: float) -> str:
    if abs(number) >= 100:
        return f"{number:,.0f}"
    return f"{number:.3g}"
