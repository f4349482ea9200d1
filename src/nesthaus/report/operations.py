"""What runs here: periodic jobs, workers, price lists."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from msgspec import Struct
from psycopg.rows import class_row
from redis.asyncio import Redis

from nesthaus.catalogue.public import price_list_document
from nesthaus.db.pool import Pool
from nesthaus.db.queries import load_statements
from nesthaus.domain.pricing import Catalogue
from nesthaus.stream.connection import StreamAway
from nesthaus.stream.worker_states import worker_states

_SQL = load_statements("nesthaus.report", "operations.sql")
_DAY = timedelta(days=1)


class Job(Struct, frozen=True, rename="camel"):
    """A row of `jobs`: the last run. Without `finished_at` it runs, or was broken off."""

    name: str
    started_at: datetime
    finished_at: datetime | None
    duration_ms: float | None
    result: str | None
    error: str | None
    next_run_at: datetime | None


class Worker(Struct, frozen=True):
    """What a living worker (`role` `work`) or scheduler (`schedule`) does: `running`,
    `waiting_for_database`, `waiting_for_stream`, or `holding` because nothing it reads can be
    stored; `why` is empty while it runs."""

    name: str
    role: str
    doing: str
    since: datetime
    why: str


class Jobs(Struct, frozen=True, rename="camel"):
    """`workers` is None where the stream, which knows them, does not answer."""

    items: list[Job]
    workers: list[Worker] | None
    as_of: datetime


class PriceListInForce(Struct, frozen=True, rename="camel"):
    """In force from 00:00 of its first day to the end of its last; the first list prices what is
    earlier too. `price_list` is as in GET /api/pricing/data."""

    version: str
    in_force: bool
    in_force_from: date
    in_force_to: date | None
    price_list: dict[str, object]


class PriceLists(Struct, frozen=True, rename="camel"):
    """In time order."""

    items: list[PriceListInForce]
    as_of: datetime


async def jobs(pool: Pool, redis: Redis, as_of: datetime) -> Jobs:
    async with (
        pool.connection() as connection,
        connection.cursor(row_factory=class_row(Job)) as cursor,
    ):
        await cursor.execute(_SQL["jobs"])
        items = await cursor.fetchall()
    return Jobs(items, await _workers(redis), as_of)


async def _workers(redis: Redis) -> list[Worker] | None:
    try:
        states = await worker_states(redis)
    except StreamAway:
        return None
    return [
        Worker(each.consumer, each.role, each.doing.value, each.since, each.why) for each in states
    ]


def price_lists(catalogue: Catalogue, as_of: datetime) -> PriceLists:
    return PriceLists(list(_price_lists(catalogue, as_of)), as_of)


def _price_lists(catalogue: Catalogue, as_of: datetime) -> Iterator[PriceListInForce]:
    in_force = catalogue.in_force_at(as_of)
    for position, price_list in enumerate(catalogue.lists):
        after = catalogue.lists[position + 1 : position + 2]
        yield PriceListInForce(
            version=price_list.version,
            in_force=price_list is in_force,
            in_force_from=price_list.in_force_from,
            in_force_to=after[0].in_force_from - _DAY if after else None,
            price_list=price_list_document(price_list),
        )
