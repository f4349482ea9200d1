"""What a price costs: in process, over HTTP, and of many stored configurations priced again."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from statistics import median
from zoneinfo import ZoneInfo

import msgspec
import psycopg
from benchmarks.load import Plan, run
from benchmarks.program import Running, program
from benchmarks.table import Figure

from nesthaus.catalogue.loader import load_catalogue
from nesthaus.domain.configurations import (
    Configuration,
    configuration_from_json,
    configuration_from_text,
)
from nesthaus.domain.pricing import PriceList, Unpriceable, price

CALCULATE = "/api/pricing/calculate"
ROUNDS = 5
SECONDS = 10.0
WARM_UP_S = 1.0
PER_SECOND = 500.0
SEEDED_SESSIONS = 1_000
AGAIN = 1_000_000
_SNAPSHOTS = "select configuration_data::text from configuration_snapshots where total_price > 0"
_reader = msgspec.json.Decoder(dict[str, object])


def figures() -> list[Figure]:
    with ExitStack() as stack:
        running = stack.enter_context(program())
        connection = stack.enter_context(psycopg.connect(running.database_url))
        running.run("seed", "--sessions", str(SEEDED_SESSIONS), "--days", "20")
        rows = connection.execute(_SNAPSHOTS).fetchall()
        latest = load_catalogue(ZoneInfo("Europe/Vienna")).lists[-1]
        stored = [_reader.decode(text) for (text,) in rows]
        in_force = [
            each for each in map(configuration_from_json, stored) if _is_priced(each, latest)
        ]
        return [
            _in_process(in_force, latest),
            _over_http(running, stored),
            _again(connection, latest),
        ]


def _is_priced(configuration: Configuration, price_list: PriceList) -> bool:
    try:
        price(configuration, price_list)
    except Unpriceable:
        return False
    return True


def _in_process(configurations: Sequence[Configuration], price_list: PriceList) -> Figure:
    amounts = {
        (category, choice.value): 1 for each in configurations for category, choice in each.items()
    }
    priced: list[float] = []
    looked_up: list[float] = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for each in configurations:
            price(each, price_list)
        priced.append(time.perf_counter() - began)
        began = time.perf_counter()
        for each in configurations:
            sum([amounts[category, choice.value] for category, choice in each.items()])
        looked_up.append(time.perf_counter() - began)
    return Figure(
        "price of a configuration, in process",
        median(priced) / len(configurations) * 1e6,
        "µs",
        15,
        at_most=True,
        beside="µs, each choice looked up in a dictionary",
        limit=median(looked_up) / len(configurations) * 1e6,
        shown_only=True,
    )


def _over_http(running: Running, stored: Sequence[Mapping[str, object]]) -> Figure:
    longest = max(stored, key=len)
    body = msgspec.json.encode({"configuration": longest}).decode()
    with running.serve() as (port, _process):
        plan = Plan(
            port=port,
            path=CALCULATE,
            seconds=SECONDS,
            warm_up_s=WARM_UP_S,
            per_second=PER_SECOND,
            body=body,
        )
        outcome = run(plan)
    if set(outcome.statuses) != {"200"}:
        raise AssertionError(f"answers other than 200: {outcome.statuses}")
    return Figure("price over HTTP at 500/s, p99", outcome.p99_ms, "ms", 5, at_most=True)


def _again(connection: psycopg.Connection, price_list: PriceList) -> Figure:
    """Read from PostgreSQL and priced, one after the other, by one process."""
    began = time.perf_counter()
    for _ in _stored(connection, AGAIN):
        pass
    read_s = time.perf_counter() - began
    began = time.perf_counter()
    for text in _stored(connection, AGAIN):
        _is_priced(configuration_from_text(text), price_list)
    return Figure(
        f"{AGAIN:,} stored configurations priced again",
        time.perf_counter() - began,
        "s",
        15,
        at_most=True,
        beside="s, only read",
        limit=read_s,
        shown_only=True,
    )


def _stored(connection: psycopg.Connection, count: int) -> Iterator[str]:
    """The same ones again and again, until there are so many."""
    statement = f"{_SNAPSHOTS} limit %s"
    repeated = (
        f"select text from generate_series(1, %s), lateral ({statement}) as one (text) limit %s"
    )
    with connection.cursor("stored") as cursor:
        cursor.itersize = 10_000
        cursor.execute(repeated.encode(), [count, count, count])
        for (text,) in cursor:
            yield text
