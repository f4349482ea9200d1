"""Does every report say what a plain count of everything received says, field by field?

`NESTHAUS_ORACLE_SESSIONS` multiplies the sessions of every scene, `NESTHAUS_ORACLE_SEED` shifts
their seeds.
"""

import os
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from tests.oracle.accepted import accept
from tests.oracle.calls import FINALIZE, TRACKER, Call
from tests.oracle.chance import Chance, iso
from tests.oracle.compare import (
    DAYS,
    EVENTS,
    HASHES,
    MATRIX,
    SESSIONS,
    SNAPSHOTS,
    TABLES,
    Table,
    differences,
)
from tests.oracle.counter import REPORTS, popular_configs
from tests.oracle.findings import unfounded
from tests.oracle.product import CATALOGUE, Product, product_on
from tests.oracle.questions import questions, some_questions
from tests.oracle.ranges import Question
from tests.oracle.rows import (
    daily_rows,
    interaction_rows,
    journey,
    session_rows,
    snapshot_rows,
)
from tests.oracle.sessions import Session
from tests.oracle.traffic import Plan, traffic
from tests.oracle.world import Json, World, world_of

TIMES = int(os.environ.get("NESTHAUS_ORACLE_SESSIONS", "1"))
SEED = int(os.environ.get("NESTHAUS_ORACLE_SEED", "0"))
SHOWN = 60
ANALYTICS = "/api/admin/analytics/"
MATRIX_ROUTE = ANALYTICS + "option-matrix"
INSIGHTS_ROUTE = ANALYTICS + "insights"
JOURNEY_ROUTE = ANALYTICS + "user-journey"
EXPORT = "/api/admin/export/"
PAIRS = (("nest", "gebaeudehuelle"), ("fussboden", "nest"), ("fundament", "planungspaket"))
KINDS = ("json", "ndjson", "csv")
# Not of what visitors did: these are counted elsewhere.
ELSEWHERE = {ANALYTICS + name for name in ("performance", "real-time", "flag-effect")} | {
    f"{EXPORT}performance.{kind}" for kind in KINDS
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


SCENES = {
    # Two price lists, and the night the clocks went back, lie within the last 45 days.
    "fifty sources and more on one day": Plan(
        seed=SEED + 1,
        now=at("2025-12-05T13:20:00+00:00"),
        days=45,
        sessions=110 * TIMES,
        sources_of_a_day=120,
    ),
    "the day with an hour twice": Plan(
        seed=SEED + 2, now=at("2025-10-26T09:30:00+00:00"), days=12, sessions=90 * TIMES
    ),
    "the day with an hour less": Plan(
        seed=SEED + 3, now=at("2026-03-29T06:10:00+00:00"), days=9, sessions=90 * TIMES
    ),
}


@pytest.fixture(params=SCENES.values(), ids=list(SCENES))
def plan(request: pytest.FixtureRequest) -> Plan:
    found: Plan = request.param
    return found


@pytest.fixture
async def product(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Product]:
    async with product_on(database_url, redis_url, tmp_path) as product:
        yield product


def world_at(calls: Iterable[Call], now: datetime) -> World:
    return world_of(accept(calls, CATALOGUE), CATALOGUE, now)


def routes_compared() -> set[str]:
    files = {f"{EXPORT}{name}.{kind}" for name in EXPORTS for kind in KINDS}
    return {*REPORTS, JOURNEY_ROUTE, "/api/admin/sessions", *files}


async def test_every_report_there_is_is_compared(product: Product) -> None:
    document = await product.ask("/api/openapi.json", {})
    told = set(cast("Mapping[str, object]", document["paths"]))
    of_figures = {path for path in told if path.startswith((ANALYTICS, EXPORT))}
    assert of_figures - ELSEWHERE <= routes_compared()
    assert routes_compared() <= told


async def test_all_reports_agree_while_traffic_comes_in(product: Product, plan: Plan) -> None:
    """Counted twice on the way and once at the end."""
    chance = Chance(plan.seed)
    calls = traffic(plan, CATALOGUE)
    received = 0
    for share in (0.5, 0.8):
        reached = int(len(calls) * share)
        await product.receive(calls[received:reached])
        received, now = reached, calls[reached - 1].received_at + timedelta(seconds=1)
        await product.count(now)
        world = world_at(calls[:reached], now)
        agree(await disagreements(product, world, some_questions(world, chance)))
    await product.receive(calls[received:])
    await product.count(plan.now)
    world = world_at(calls, plan.now)
    asked = questions(world, chance)
    agree(await disagreements(product, world, asked))
    agree(await disagreements_in_rows(product, world, asked))


async def test_all_reports_agree_again_after_a_change(product: Product) -> None:
    """A conversion that comes late, bots judged anew, sessions erased."""
    plan = SCENES["the day with an hour less"]
    chance = Chance(plan.seed)
    calls = traffic(plan, CATALOGUE)
    await product.receive(calls)
    await product.count(plan.now)
    world = world_at(calls, plan.now)

    calls.append(late_conversion(chance.one_of(never_sold(world)), plan.now))
    await product.receive(calls[-1:])
    now = plan.now + timedelta(minutes=1)
    await product.count(now)
    world = world_at(calls, now)
    agree(await disagreements(product, world, some_questions(world, chance)))

    wrong = [each for each in world.sessions if each.is_bot or each.session_id.endswith("7")]
    await product.misjudge(wrong)
    await product.count(now)
    assert await disagreements(product, world, [{"timeRange": "90d"}])
    assert await product.judge_again() == len(wrong)
    await product.count(now)
    agree(await disagreements(product, world, some_questions(world, chance)))

    erased = {
        chance.one_of([each for each in world.sessions if not each.order_id]).session_id,
        chance.one_of(with_an_order_of_two(world)).session_id,
    }
    for session_id in sorted(erased):
        await product.erase(session_id)
    await product.count(now)
    world = world_at((each for each in calls if each.body.get("sessionId") not in erased), now)
    asked = some_questions(world, chance)
    agree(await disagreements(product, world, asked))
    agree(await disagreements_in_rows(product, world, asked[:1]))


def never_sold(world: World) -> list[Session]:
    since = world.now - timedelta(days=6)
    return [
        each
        for each in world.sessions
        if not each.converted and not each.is_bot and each.start > since
    ]


def with_an_order_of_two(world: World) -> list[Session]:
    """An order is counted in them that another session reports as well."""
    reports = Counter(
        order
        for kept in world.accepted.sessions.values()
        for order in {each.order_id for each in kept.finalisations.values()}
    )
    return [each for each in world.sessions if each.order_id and reports[each.order_id] > 1]


def late_conversion(session: Session, now: datetime) -> Call:
    """Reported by the shop's server long after the visitor was gone."""
    body = {
        "sessionId": session.session_id,
        "conversionStatus": "converted",
        "orderId": "late-1",
        "occurredAt": iso(now + timedelta(seconds=20)),
    }
    return Call(now + timedelta(seconds=21), FINALIZE, {"authorization": TRACKER}, body)


def agree(found: Sequence[str]) -> None:
    if found:
        shown = "\n".join(found[:SHOWN])
        pytest.fail(f"{len(found)} fields differ:\n{shown}", pytrace=False)


async def disagreements(product: Product, world: World, asked: Sequence[Question]) -> list[str]:
    """`report ? parameters: path: expected …, got …`, not more than can be read."""
    found: list[str] = []
    for number, question in enumerate(asked):
        for route, count in REPORTS.items():
            said, tables = question, TABLES
            if route == MATRIX_ROUTE:
                first, second = PAIRS[number % len(PAIRS)]
                said, tables = {**question, "a": first, "b": second}, MATRIX
            got = await product.ask(route, said)
            lines = differences(count(world, said), got, tables)
            if route == INSIGHTS_ROUTE:
                lines += unfounded(world, question, got["findings"])
            found += named(route, said, lines)
        listed = await product.ask_all("/api/admin/sessions", question)
        lines = differences({"items": session_rows(world, question)}, {"items": listed}, SESSIONS)
        found += named("/api/admin/sessions", question, lines)
    return found


def named(route: str, question: Question, lines: Iterable[str]) -> list[str]:
    parameters = "&".join(f"{name}={value}" for name, value in question.items())
    return [f"{route}?{parameters}: {line}" for line in lines]


def popular_rows(world: World, question: Question) -> list[Json]:
    return cast("list[Json]", popular_configs(world, question)["configurations"])


EXPORTS = {
    "sessions": (session_rows, SESSIONS),
    "interactions": (interaction_rows, EVENTS),
    "snapshots": (snapshot_rows, SNAPSHOTS),
    "daily": (daily_rows, DAYS),
    "popular-configurations": (popular_rows, HASHES),
}


async def disagreements_in_rows(
    product: Product, world: World, asked: Sequence[Question]
) -> list[str]:
    """In exports, in the sessions list by status and by part of an id, in journeys."""
    found: list[str] = []
    for number, question in enumerate(asked):
        kind = KINDS[number % len(KINDS)]
        for name, (count, tables) in EXPORTS.items():
            got = await product.exported(name, kind, question)
            lines = compared(count(world, question), got, tables, is_text=kind == "csv")
            found += named(f"{EXPORT}{name}.{kind}", question, lines)
    for status in ("ongoing", "abandoned", "converted"):
        question = {"timeRange": "90d", "bots": "include", "status": status, "q": "-1"}
        listed = await product.ask_all("/api/admin/sessions", question)
        lines = compared(session_rows(world, question), listed, SESSIONS)
        found += named("/api/admin/sessions", question, lines)
    for session in world.sessions[::3]:
        question = {"sessionId": session.session_id}
        lines = differences(journey(world, session), await product.ask(JOURNEY_ROUTE, question))
        found += named(JOURNEY_ROUTE, question, lines)
    return found


def compared(
    expected: list[Json],
    got: Sequence[object],
    tables: Mapping[str, Table],
    *,
    is_text: bool = False,
) -> list[str]:
    if is_text:
        expected = [
            {name: text_of(value) for name, value in row.items() if not isinstance(value, dict)}
            for row in expected
        ]
    if tables is DAYS:
        rows = cast("Sequence[Mapping[str, object]]", got)
        got = [row for row in rows if of_the_definitions(row)]
    return differences({"items": expected}, {"items": list(got)}, tables)


def text_of(value: object) -> object:
    """As a cell of a spreadsheet has it; structures are compared in the other formats."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def of_the_definitions(row: Mapping[str, object]) -> bool:
    """One of the stored figures the definitions name, and not a part of one."""
    if row["metricType"] == "selections":
        return row["valueText"] != ""
    if row["metricType"] == "conversions":
        return row["valueText"] == ""
    named = ("sessions", "interactions", "page_views", "funnel", "price", "tracking")
    return row["metricType"] in named
