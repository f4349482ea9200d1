"""How far do visitors come, and where do they leave."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec import Struct

from nesthaus.db.pool import Pool
from nesthaus.domain.funnels import steps_of
from nesthaus.domain.pricing import Catalogue
from nesthaus.report.counts import Counts, count
from nesthaus.report.labels import Labels
from nesthaus.report.questions import Question
from nesthaus.report.reading import reading

FIGURES = ("funnel",)


class Step(Struct, frozen=True, rename="camel"):
    """`sessions` reached it; shares are None where nobody came to the step they are taken of.
    `dropped_off`: sessions neither converted nor ongoing that came no further."""

    step: str
    label: str
    sessions: int
    share_of_first: float | None
    share_of_previous: float | None
    dropped_off: int


class DropOff(Struct, frozen=True, rename="camel"):
    """`abandoned_value`: the sum of their last prices, whole euros."""

    step: str
    sessions: int
    abandoned_value: int


class Funnel(Struct, frozen=True, rename="camel"):
    time_range: str
    steps: list[Step]
    drop_off: list[DropOff]
    as_of: datetime | None


async def conversion_funnel(pool: Pool, question: Question, catalogue: Catalogue) -> Funnel:
    async with reading(pool) as connection:
        counts = await count(connection, question, FIGURES, catalogue)
    names = steps_of(catalogue.required_categories)
    return Funnel(
        time_range=question.period.name,
        steps=list(_steps(names, counts, Labels(catalogue))),
        drop_off=drop_off(names, counts),
        as_of=counts.as_of,
    )


def drop_off(names: Sequence[str], counts: Counts) -> list[DropOff]:
    """One for each step, in their order."""
    rows = ((name, counts.one("drop_off", "", name)) for name in names)
    return [DropOff(name, row.count, row.amount_sum) for name, row in rows]


def _steps(names: Sequence[str], counts: Counts, labels: Labels) -> Iterator[Step]:
    first = counts.one("funnel", "", names[0]).count
    previous: int | None = None
    for name in names:
        reached = counts.one("funnel", "", name).count
        share_of_previous = 1.0 if previous is None else _share(reached, previous)
        yield Step(
            step=name,
            label=labels.step(name),
            sessions=reached,
            share_of_first=_share(reached, first),
            share_of_previous=share_of_previous,
            dropped_off=counts.one("drop_off", "", name).count,
        )
        previous = reached


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
