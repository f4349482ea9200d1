"""Are findings true? Which ones are made is the product's choice; what they say is not."""

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from tests.oracle.figures import newcombe
from tests.oracle.ranges import Question, chosen, range_before
from tests.oracle.sessions import Session
from tests.oracle.world import World

FEWEST = 40


def unfounded(world: World, question: Question, findings: object) -> list[str]:
    """What is wrong with them: an interval over zero, too few sessions, shares nobody counts."""
    here = world.chosen(question)
    before = chosen(world.sessions, question, range_before(question, world.now))
    known = list(_differences_of_conversion(here, before))
    return [
        f"findings: {fault}: {finding!r}"
        for finding in cast("Sequence[Mapping[str, object]]", findings)
        for fault in _faults(finding, known)
    ]


def _faults(
    finding: Mapping[str, object], known: Sequence[tuple[int, float, float, float]]
) -> Iterator[str]:
    sessions, effect, low, high = (
        float(str(finding[name])) for name in ("sessions", "effect", "low", "high")
    )
    if not low <= effect <= high:
        yield "the effect is outside of its interval"
    if low <= 0 <= high:
        yield "the interval does not leave out zero"
    if abs(float(str(finding["figure"])) - float(str(finding["against"])) - effect) > 1e-6:
        yield "the effect is not the difference of the figures"
    if sessions < 2 * FEWEST:
        yield "too few sessions"
    if str(finding["kind"]).startswith("conversion") and not any(
        _close((sessions, effect, low, high), each) for each in known
    ):
        yield "no two groups of sessions convert like this"


def _close(told: Sequence[float], counted: Sequence[float]) -> bool:
    return all(abs(one - other) < 1e-6 for one, other in zip(told, counted, strict=True))


def _differences_of_conversion(
    here: Sequence[Session], before: Sequence[Session]
) -> Iterator[tuple[int, float, float, float]]:
    """Against the period before; of each device and source against the others; of each option of
    the final configuration against the others of its category."""
    yield from _difference(here, before)
    yield from _each_against_others([(each.device, each) for each in here])
    yield from _each_against_others([(each.utm_source, each) for each in here])
    final = [(each.final.options, each) for each in here if each.final]
    for category in {category for options, _ in final for category in options}:
        having = [(options[category], each) for options, each in final if category in options]
        yield from _each_against_others(having)


def _each_against_others(
    grouped: Sequence[tuple[str, Session]],
) -> Iterator[tuple[int, float, float, float]]:
    for name in {group for group, _ in grouped}:
        inside = [each for group, each in grouped if group == name]
        yield from _difference(inside, [each for group, each in grouped if group != name])


def _difference(
    one: Sequence[Session], other: Sequence[Session]
) -> Iterator[tuple[int, float, float, float]]:
    if min(len(one), len(other)) >= FEWEST:
        sold = sum(each.converted for each in one), sum(each.converted for each in other)
        yield len(one) + len(other), *newcombe(sold[0], len(one), sold[1], len(other))
