"""Reports on how visitors go: funnel, paths, insights, and what was lost on the way."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from nesthaus.domain.pricing import Catalogue
from tests.oracle.figures import nearest_rank, ratio
from tests.oracle.ranges import (
    Question,
    day_of,
    range_of,
)
from tests.oracle.sessions import Session, last_prices
from tests.oracle.ways import (
    decision_times_ms,
    final_options,
    furthest_step,
    links_of,
    order_of,
    returned_options,
    selected_options,
    steps_of,
)
from tests.oracle.world import Json, World


def conversion_funnel(world: World, question: Question) -> Json:
    here = world.chosen(question)
    names = steps_of(world.required)
    furthest = {each.session_id: furthest_step(each, world.required) for each in here}
    reached = [
        sum(names.index(furthest[each.session_id]) >= place for each in here)
        for place in range(len(names))
    ]
    drop_off = _drop_off(here, world.required)
    steps: list[Json] = [
        {
            "step": name,
            "sessions": reached[place],
            "shareOfFirst": ratio(reached[place], reached[0]),
            "shareOfPrevious": ratio(reached[place], reached[place - 1]) if place else 1,
            "droppedOff": drop_off[place]["sessions"],
        }
        for place, name in enumerate(names)
    ]
    return {"steps": steps, "dropOff": drop_off}


def _drop_off(sessions: Iterable[Session], required: Sequence[str]) -> list[Json]:
    gone = [each for each in sessions if each.status == "abandoned"]
    rows: list[Json] = []
    for step in steps_of(required):
        here = [each for each in gone if furthest_step(each, required) == step]
        value = sum(last_prices(here))
        rows.append({"step": step, "sessions": len(here), "abandonedValue": value})
    return rows


def paths(world: World, question: Question) -> Json:
    here = world.chosen(question)
    nodes = Counter(category for each in here for category in set(order_of(each)))
    nodes.update(links_of(each)[-1][1] for each in here if order_of(each))
    links = Counter(link for each in here for link in links_of(each))
    orders: dict[tuple[str, ...], list[Session]] = {}
    for each in here:
        if order_of(each):
            orders.setdefault(order_of(each), []).append(each)
    return {
        "nodes": [{"id": name, "sessions": count} for name, count in nodes.items()],
        "links": [
            {"source": source, "target": target, "count": count}
            for (source, target), count in links.items()
        ],
        "orders": [
            {
                "categories": list(order),
                "sessions": len(those),
                "converted": sum(each.converted for each in those),
            }
            for order, those in orders.items()
        ],
    }


def insights(world: World, question: Question) -> Json:
    """All but the findings, which are judged one by one: `findings.py`."""
    here = world.chosen(question)
    return {
        "decisionTime": _decision_time(here),
        "changesOfMind": _changes_of_mind(here, world.catalogue),
        "dropOff": _drop_off(here, world.required),
    }


def _decision_time(sessions: Iterable[Session]) -> list[Json]:
    spent: dict[tuple[str, bool], list[int]] = {}
    for each in sessions:
        for category, ms in decision_times_ms(each).items():
            spent.setdefault((category, each.converted), []).append(ms)
    return [
        {
            "category": category,
            "converted": converted,
            "medianMs": nearest_rank(times, 50),
            "p90Ms": nearest_rank(times, 90),
        }
        for (category, converted), times in spent.items()
    ]


def _changes_of_mind(sessions: Iterable[Session], catalogue: Catalogue) -> list[Json]:
    chose: Counter[tuple[str, str]] = Counter()
    returned: Counter[tuple[str, str]] = Counter()
    abandoned: defaultdict[tuple[str, str], Counter[str | None]] = defaultdict(Counter)
    for each in sessions:
        final = final_options(each, catalogue)
        returned.update(returned_options(each))
        for category, option in selected_options(each):
            chose[category, option] += 1
            if final.get(category) != option:
                abandoned[category, option][final.get(category)] += 1
    return [
        {
            "category": category,
            "option": option,
            "chosen": count,
            "abandonedFor": [
                {"option": other, "sessions": those}
                for other, those in abandoned[category, option].items()
            ],
            "returnedTo": returned[category, option],
        }
        for (category, option), count in chose.items()
    ]


def tracking_health(world: World, question: Question) -> Json:
    here = world.chosen(question)
    within = range_of(question, world.now)
    # Refusals are counted by day: of a range by the hour, those of each day it touches.
    refused = Counter(
        reason
        for at, reason in world.accepted.refusals
        if day_of(within.since) <= day_of(at) <= day_of(within.until - timedelta(microseconds=1))
    )
    skews = [each.skew_ms for each in here if each.skew_ms is not None]
    versions = {each.tracker_version for each in here}
    return {
        **losses(here, world.now),
        "refused": dict(refused),
        "clockSkewMs": nearest_rank(skews, 50),
        "versions": [
            {
                "version": version,
                **losses([each for each in here if each.tracker_version == version], world.now),
            }
            for version in versions
        ],
    }


def losses(sessions: Sequence[Session], now: datetime) -> Json:
    loads = [load for each in sessions for load in _page_loads(each, now)]
    expected = sum(max(numbers) for numbers in loads)
    received = sum(len(numbers) for numbers in loads)
    share = ratio(received, expected)
    return {
        "sessions": len(sessions),
        "expected": expected,
        "received": received,
        "lossRate": None if share is None else 1 - share,
        "duplicates": sum(each.duplicates for each in sessions),
        "late": sum(each.late for each in sessions),
        "over": sum(each.over for each in sessions),
        "priceMismatches": sum(
            snapshot.client_price_eur is not None
            and snapshot.total_price_eur is not None
            and abs(snapshot.client_price_eur - snapshot.total_price_eur) >= 1
            for each in sessions
            for snapshot in each.snapshots
        ),
    }


def _page_loads(session: Session, now: datetime) -> list[set[int]]:
    """The sequence numbers of each page load that began more than an hour ago."""
    numbers: dict[str, set[int]] = {}
    begun: dict[str, datetime] = {}
    for each in session.interactions:
        if each.page is not None and each.sequence is not None:
            numbers.setdefault(each.page, set()).add(each.sequence)
            begun.setdefault(each.page, each.at)
    return [those for page, those in numbers.items() if now - begun[page] > timedelta(hours=1)]
