"""Traffic as hypothesis draws it: few moments, so that facts meet."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import accumulate, chain, pairwise

from hypothesis import strategies as st

from nesthaus.domain.events import Delivery, Entry
from nesthaus.domain.identifiers import milliseconds_of
from tests.persist.plain_count import Timed
from tests.persist.traffic import (
    CHROME,
    FIREFOX,
    abandoned,
    at,
    call,
    clicked,
    converted,
    opened,
    saved,
)

DAY = 86_400
NOW = at(9 * DAY)
CURL = "curl/8.5.0"

# Few moments, so that facts meet: the same millisecond, the same second, the last second that is
# within 7 days of another moment and the first one that is not, and just before `NOW`.
BASES = st.sampled_from([0, 0, 1, 600, 2 * DAY, 7 * DAY, 7 * DAY + 1, 8 * DAY, 9 * DAY - 900])
MORE = st.sampled_from([0, 0.001, 0.5, 1])
VERSIONS = st.sampled_from([None, "1.4", "1.5", "1.10"])
SENT_BEFORE_S = st.sampled_from([None, 0, 0.25, 90, -3_600])
AGENTS = st.sampled_from([None, None, FIREFOX, CHROME, CURL])


@st.composite
def moments(draw: st.DrawFn) -> float:
    return draw(BASES) + draw(MORE)


@st.composite
def bursts(draw: st.DrawFn) -> list[Timed]:
    """Hardly, just not, and just too many interactions for a person."""
    second = draw(st.sampled_from([0, 2 * DAY, 7 * DAY + 1]))
    return [clicked(second, 100 + number) for number in range(draw(st.sampled_from([19, 20, 21])))]


conversions = st.builds(
    converted,
    moments(),
    st.integers(3, 4),
    order_id=st.sampled_from([None, "order 1", "order 1", "order 2"]),
    exit_page=st.sampled_from([None, "/c"]),
    verified=st.booleans(),
)
facts = st.one_of(
    st.builds(clicked, moments(), st.integers(1, 4)),
    st.builds(
        opened,
        moments(),
        st.integers(1, 2),
        user_agent=AGENTS,
        device_type=st.sampled_from([None, "tablet", "mobile"]),
        referrer=st.sampled_from([None, "https://a.example/", "https://b.example/"]),
        utm_source=st.sampled_from([None, "mail"]),
        viewport=st.sampled_from([None, (390, 844), (1280, 720)]),
    ),
    st.builds(
        saved,
        moments(),
        st.integers(1, 2),
        option=st.sampled_from(["nest-80", "nest-100"]),
        price=st.sampled_from([None, 0, 213_032, 268_500]),
    ),
    st.builds(
        abandoned, moments(), st.integers(1, 2), exit_page=st.sampled_from([None, "/a", "/b"])
    ),
    conversions,
)


@st.composite
def traffics(draw: st.DrawFn) -> list[Delivery]:
    """Every fact of up to three sessions, some in several calls, in any order."""
    calls: list[Delivery] = []
    for session in ("anna", "ben", "cleo")[: draw(st.integers(1, 3))]:
        drawn = draw(st.lists(facts, min_size=1, max_size=8)) + draw(
            st.lists(conversions, max_size=1)
        )
        burst = draw(st.one_of(st.just(list[Timed]()), bursts()))
        # An id names one fact.
        known = list({(type(fact), fact.id): fact for fact in chain(drawn, burst)}.values())
        others = [fact for fact in known if not isinstance(fact, Entry)]
        for fact in known:
            told: list[Timed] = [fact]
            if not isinstance(fact, Entry) and draw(st.booleans()):
                told += [each for each in [draw(st.sampled_from(others))] if each is not fact]
            calls.append(
                call(
                    session,
                    *told,
                    user_agent=draw(AGENTS),
                    address=address_at(told),
                    sent_at=sent_at(told, draw(SENT_BEFORE_S)),
                    tracker_version=draw(VERSIONS),
                )
            )
    repeated = draw(st.lists(st.sampled_from(calls), max_size=5))
    return draw(st.permutations(calls + repeated))


def address_at(told: Sequence[Timed]) -> str:
    """An address that tells which moment it came with."""
    return f"10.0.{milliseconds_of(min(fact.at for fact in told)) // 500 % 251}.0"


def sent_at(told: Sequence[Timed], before_s: float | None) -> datetime | None:
    """By the clock of a page, before the call was received."""
    if before_s is None:
        return None
    return max(fact.at for fact in told) - timedelta(seconds=before_s)


@st.composite
def batches(draw: st.DrawFn, deliveries: Sequence[Delivery]) -> list[Sequence[Delivery]]:
    size = draw(st.integers(1, 8))
    cut = draw(st.lists(st.integers(1, size), min_size=len(deliveries)))
    ends = [end for end in accumulate(cut) if end < len(deliveries)]
    return [deliveries[first:end] for first, end in pairwise([0, *ends, len(deliveries)])]
