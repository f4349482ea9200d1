"""Acts of a visitor, each with a name of its own, and what became of them."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from typing import LiteralString, NamedTuple

import psycopg
from playwright.sync_api import Page
from psycopg.rows import class_row

from nesthaus.db.pool import open_pool
from nesthaus.report.filters import Bots, FilterQuery, TimeRange
from nesthaus.report.questions import question_of
from nesthaus.report.tracking_health import TrackingHealth, tracking_health
from tests.prices import CATALOGUE

SETTLED = timedelta(hours=2)
"""After so long nothing of a page load is still on its way, for tracking health."""

PAGE = """
<button data-nest-category="navigation">Brochure</button>
<input type="radio" name="size" value="small" data-nest-category="size">
<input type="radio" name="size" value="large" data-nest-category="size">
<script>
  const press = (selector, id) => {
    const element = document.querySelector(selector);
    element.id = id;
    element.click();
  };
  const kinds = [
    (id) => press('button', id),
    (id) => press('input:not(:checked)', id),
    (id) => nest.selection('roof', 'flat', { elementId: id }),
    (id) => nest.track('probe', { elementId: id }),
    (id, number) => nest.save({ nest: 'nest80' }, 'auto_save', number),
  ];
  const act = ([first, count]) => {
    for (let number = first; number < first + count; number++)
      kinds[number % kinds.length]('n-' + number, number);
  };
</script>
"""

# What is stored of each of the kinds above, in their order.
_KINDS = (
    ("click", "navigation"),
    ("selection", "size"),
    ("selection", "roof"),
    ("probe", "page"),
    ("auto_save", None),
)

# A snapshot has no place for a name; its number went as the price the page showed.
_STORED: LiteralString = """
    select element_id as name, event_type as kind, category
    from interaction_events
    where element_id like 'n-%'
    union all
    select concat('n-', client_price), trigger_event, null
    from configuration_snapshots
"""

_PAGE_LOADS: LiteralString = """
    select
        count(*) as events,
        count(distinct sequence) as numbers,
        max(sequence) as highest
    from interaction_events
    group by session_id, page
"""


class Act(NamedTuple):
    name: str
    kind: str
    category: str | None


class PageLoad(NamedTuple):
    """What is stored of one: `numbers` are its different sequence numbers."""

    events: int
    numbers: int
    highest: int


class Visitor:
    """Numbers what he does, in whichever tab, from 0."""

    def __init__(self) -> None:
        self.done = 0

    def acts(self, page: Page, count: int) -> None:
        """So many, at once; a multiple of the kinds, so that the last choice is always saved."""
        assert count % len(_KINDS) == 0
        page.evaluate("act", [self.done, count])
        self.done += count

    def probes(self, page: Page, count: int) -> None:
        """Only such acts as carry a sequence number."""
        page.evaluate(
            """([first, count]) => {
              for (let number = first; number < first + count; number++)
                nest.track('probe', { elementId: 'n-' + number });
            }""",
            [self.done, count],
        )
        self.done += count

    @property
    def script(self) -> list[Act]:
        """All acts, sorted; of a visitor who did no probes."""
        kinds = islice(cycle(_KINDS), self.done)
        return sorted(Act(f"n-{n}", kind, of) for n, (kind, of) in enumerate(kinds))


def stored_acts(database_url: str) -> list[Act]:
    """Sorted; one for each row."""
    with psycopg.connect(database_url) as connection:
        cursor = connection.cursor(row_factory=class_row(Act))
        return sorted(cursor.execute(_STORED).fetchall())


def page_loads(database_url: str) -> Sequence[PageLoad]:
    with psycopg.connect(database_url) as connection:
        return connection.cursor(row_factory=class_row(PageLoad)).execute(_PAGE_LOADS).fetchall()


def count_of(database_url: str, statement: LiteralString) -> int:
    with psycopg.connect(database_url) as connection:
        row = connection.execute(statement).fetchone()
    assert row is not None
    return row[0]


def health_once_settled(database_url: str) -> TrackingHealth:
    """What the report will answer in two hours. Asked in a thread of its own, because this one has
    Playwright's event loop."""

    async def ask() -> TrackingHealth:
        query = FilterQuery.model_validate({"timeRange": TimeRange.WEEK, "bots": Bots.INCLUDE})
        question = question_of(query, datetime.now(UTC) + SETTLED, CATALOGUE)
        pool = await open_pool(database_url, 1, 20, read_only=True, application_name="capture")
        try:
            return await tracking_health(pool, question, CATALOGUE)
        finally:
            await pool.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, ask()).result()
