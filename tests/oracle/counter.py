"""Every report of the admin API counted plainly, in Python, from what was accepted.

Written from definitions.md and contract.md alone; slow and literal on purpose. Each function
answers one route with plain JSON: all rows of a table, in no order where none is defined
(`compare.py` knows which tables are cut or sorted).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from tests.oracle.chance import iso
from tests.oracle.counter_ways import conversion_funnel, insights, paths, tracking_health
from tests.oracle.figures import mean, mean_price, nearest_rank, ratio
from tests.oracle.ranges import (
    Question,
    Range,
    chosen,
    day_of,
    hour_of,
    range_before,
    range_of,
    start_of,
)
from tests.oracle.sessions import Session, last_prices
from tests.oracle.world import Json, World

BUCKET_EUR = 25_000


def overview(world: World, question: Question) -> Json:
    here = world.chosen(question)
    before = chosen(world.sessions, question, range_before(question, world.now))
    statuses = Counter(each.status for each in here)
    devices = Counter(each.device for each in here)
    name = question.get("timeRange")
    return {
        "timeRange": name or f"{question['since']}..{question['until']}",
        "overview": _overview(here),
        "previous": _overview(before),
        "daily": _daily(here, range_of(question, world.now)),
        "annotations": _price_lists_in(world, range_of(question, world.now)),
        "popularConfigurations": _configurations(here),
        "conversionFunnel": [
            {"status": status, "count": statuses[status]}
            for status in ("ongoing", "abandoned", "converted")
        ],
        "devices": [
            {"deviceType": device, "sessions": devices[device]}
            for device in ("mobile", "tablet", "desktop", "unknown")
        ],
    }


def _overview(sessions: Sequence[Session]) -> Json:
    statuses = Counter(each.status for each in sessions)
    return {
        "totalSessions": len(sessions),
        "totalInteractions": sum(len(each.interactions) for each in sessions),
        "averageSessionDuration": mean([each.duration_s for each in sessions]),
        "conversionRate": ratio(statuses["converted"], len(sessions)),
        "convertedSessions": statuses["converted"],
        "verifiedConversions": sum(each.verified for each in sessions),
        "abandonedSessions": statuses["abandoned"],
        "ongoingSessions": statuses["ongoing"],
        "bounceRate": ratio(sum(each.bounced for each in sessions), len(sessions)),
        "averagePrice": mean_price(last_prices(sessions)),
    }


def _daily(sessions: Sequence[Session], within: Range) -> list[Json]:
    """A row for every day, or hour, of the range."""
    rows: list[Json] = []
    for cell in (*within.days, *within.hours):
        begun = [each for each in sessions if cell in (day_of(each.start), hour_of(each.start))]
        rows.append(
            {
                "date": iso(cell) if isinstance(cell, datetime) else cell.isoformat(),
                "sessions": len(begun),
                "interactions": sum(len(each.interactions) for each in begun),
                "conversions": sum(each.converted for each in begun),
            }
        )
    return rows


def _price_lists_in(world: World, within: Range) -> list[Json]:
    begins = [start_of(prices.in_force_from) for prices in world.catalogue.lists]
    return [{"at": iso(at)} for at in begins if within.since <= at < within.until]


def popular_configs(world: World, question: Question) -> Json:
    return {"configurations": _configurations(world.chosen(question))}


def _configurations(sessions: Iterable[Session]) -> list[Json]:
    by_hash: dict[str, list[Session]] = {}
    for each in sessions:
        if each.final is not None:
            by_hash.setdefault(each.final.hash, []).append(each)
    return [
        {
            "configurationHash": configuration_hash,
            "configuration": dict(those[0].final.canonical) if those[0].final else {},
            "selectionCount": len(those),
            "completionCount": sum(each.converted for each in those),
            "averagePrice": mean_price(last_prices(those)),
            "lastSelected": iso(max(each.final.at for each in those if each.final)),
        }
        for configuration_hash, those in by_hash.items()
    ]


def selections(world: World, question: Question) -> Json:
    here = world.chosen(question)
    made = [
        (each.session_id, selection.category, selection.value, selection.time_spent_ms)
        for each in here
        for selection in each.selections
        if selection.value is not None
    ]
    items: list[Json] = []
    for category, option in sorted({(category, option) for _, category, option, _ in made}):
        times = [ms for _, where, what, ms in made if (where, what) == (category, option)]
        sessions = {who for who, where, what, _ in made if (where, what) == (category, option)}
        everybody = {who for who, where, _, _ in made if where == category}
        items.append(
            {
                "category": category,
                "option": option,
                "selections": len(times),
                "sessions": len(sessions),
                "share": ratio(len(sessions), len(everybody)),
                "averageTimeMs": mean([ms for ms in times if ms is not None]),
            }
        )
    return {"items": items}


def option_matrix(world: World, question: Question) -> Json:
    """Sessions whose final configuration has both categories, by their options in it."""
    first, second = question["a"], question["b"]
    pairs: dict[tuple[str, str], list[Session]] = {}
    for each in world.chosen(question):
        options: Mapping[str, str] = each.final.options if each.final else {}
        if options.get(first) and options.get(second):
            pairs.setdefault((options[first], options[second]), []).append(each)
    return {
        "items": [
            {
                "a": a,
                "b": b,
                "sessions": len(those),
                "converted": sum(each.converted for each in those),
            }
            for (a, b), those in pairs.items()
        ]
    }


def price_distribution(world: World, question: Question) -> Json:
    priced = [each for each in world.chosen(question) if each.last_price is not None]
    prices = last_prices(priced)
    buckets: list[Json] = []
    if prices:
        first, last = min(prices) // BUCKET_EUR, max(prices) // BUCKET_EUR
        for number in range(first, last + 1):
            inside = [each for each in priced if (each.last_price or 0) // BUCKET_EUR == number]
            buckets.append(
                {
                    "from": number * BUCKET_EUR,
                    "to": (number + 1) * BUCKET_EUR,
                    "sessions": len(inside),
                    "converted": sum(each.converted for each in inside),
                }
            )
    percents = (10, 25, 50, 75, 90)
    quantiles = {f"p{percent}": nearest_rank(prices, percent) for percent in percents}
    return {"buckets": buckets, "quantiles": quantiles}


REPORTS: Mapping[str, Callable[[World, Question], Json]] = {
    "/api/admin/analytics/overview": overview,
    "/api/admin/analytics/popular-configs": popular_configs,
    "/api/admin/analytics/selections": selections,
    "/api/admin/analytics/option-matrix": option_matrix,
    "/api/admin/analytics/price-distribution": price_distribution,
    "/api/admin/analytics/conversion-funnel": conversion_funnel,
    "/api/admin/analytics/paths": paths,
    "/api/admin/analytics/insights": insights,
    "/api/admin/analytics/tracking-health": tracking_health,
}
