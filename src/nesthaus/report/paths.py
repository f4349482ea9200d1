"""In which order do visitors decide."""

import json
from collections.abc import Iterator
from datetime import datetime
from operator import attrgetter

from msgspec import Struct
from psycopg.rows import class_row

from nesthaus.db.pool import Connection, Pool
from nesthaus.db.queries import load_statements
from nesthaus.domain.pricing import Catalogue
from nesthaus.report.counts import Counts, count, stored_in_days
from nesthaus.report.frequent import RARE
from nesthaus.report.labels import Labels
from nesthaus.report.questions import Question
from nesthaus.report.reading import reading

_SQL = load_statements("nesthaus.report", "paths.sql")
ENDS = ("end", "converted")
ORDERS = 10


class Node(Struct, frozen=True):
    """A category, or how it ended; `sessions` came there."""

    id: str
    sessions: int


class Link(Struct, frozen=True):
    """How often `target` was the next category after `source`, or the end after the last one."""

    source: str
    target: str
    count: int


class Order(Struct, frozen=True):
    """Categories in the order of their first selections."""

    categories: list[str]
    sessions: int
    converted: int


class Paths(Struct, frozen=True, rename="camel"):
    """`orders` are the most frequent ones."""

    time_range: str
    nodes: list[Node]
    links: list[Link]
    orders: list[Order]
    as_of: datetime | None


async def paths(pool: Pool, question: Question, catalogue: Catalogue) -> Paths:
    async with reading(pool) as connection:
        orders = await _frequent_orders(connection, question)
        but = () if orders is None else ("orders",)
        counts = await count(connection, question, ("paths",), catalogue, but=but)
    labels = Labels(catalogue)
    links = [
        Link(row.category, row.value_text, row.count)
        for row in sorted(
            counts.of("path_links"),
            key=lambda row: (labels.place(row.category), labels.place(row.value_text)),
        )
    ]
    return Paths(
        time_range=question.period.name,
        nodes=list(_nodes(counts, links, labels)),
        links=links,
        orders=_most_frequent(_orders(counts) if orders is None else orders),
        as_of=counts.as_of,
    )


def _nodes(counts: Counts, links: list[Link], labels: Labels) -> Iterator[Node]:
    for row in sorted(counts.of("path_nodes"), key=lambda row: labels.place(row.category)):
        yield Node(row.category, row.unique_sessions)
    for end in ENDS:
        # A session ends once, so these links count sessions.
        sessions = sum(link.count for link in links if link.target == end)
        if sessions:
            yield Node(end, sessions)


class _Row(Struct, frozen=True):
    value_text: str
    sessions: int
    converted: int


async def _frequent_orders(connection: Connection, question: Question) -> list[Order] | None:
    """Some, among them the most frequent ones; None where all of them are needed to tell."""
    asked = await stored_in_days(connection, question)
    if asked is None:
        return None
    for rare in RARE:
        async with connection.cursor(row_factory=class_row(_Row)) as cursor:
            await cursor.execute(_SQL["frequent_orders"], asked | {"rare": rare, "limit": ORDERS})
            rows = await cursor.fetchall()
        if rows:
            return [Order(json.loads(row.value_text), row.sessions, row.converted) for row in rows]
    return None


def _orders(counts: Counts) -> list[Order]:
    return [
        Order(json.loads(row.value_text), row.count, row.unique_sessions)
        for row in counts.of("orders")
    ]


def _most_frequent(orders: list[Order]) -> list[Order]:
    by_name = sorted(orders, key=attrgetter("categories"))
    return sorted(by_name, key=attrgetter("sessions"), reverse=True)[:ORDERS]
