"""The tables of figures as dictionaries: a row's numbers by its key."""

from typing import Any

from psycopg.sql import SQL, Identifier

from nesthaus.db.pool import Pool

_METRIC = ("metric_type", "category", "value_text")
_NUMBERS = ("count", "unique_sessions", "time_sum_ms", "timed_count", "amount_sum")
_CONFIGURED = ("sessions", "converted", "price_sum", "priced", "last_selected")
_PART = ("dimension", "dimension_value")

TABLES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "hourly_analytics": (("hour", *_METRIC), _NUMBERS),
    "hourly_analytics_by": (("hour", *_PART, *_METRIC), _NUMBERS),
    "daily_analytics": (("date", *_METRIC), _NUMBERS),
    "daily_analytics_by": (("date", *_PART, *_METRIC), _NUMBERS),
    "daily_configurations": (("date", "configuration_hash"), _CONFIGURED),
    "daily_configurations_by": (("date", *_PART, "configuration_hash"), _CONFIGURED),
    "daily_spreads": (
        ("date", *_PART, "metric_type", "category", "converted"),
        ("first_bucket", "ends", "amounts"),
    ),
    "weekly_figures": (("week", *_PART, *_METRIC), _NUMBERS),
    "weekly_spreads": (
        ("week", *_PART, "metric_type", "category", "converted"),
        ("first_bucket", "ends", "amounts"),
    ),
    "counted_weeks": (("week",), ()),
    "daily_pairs": (("date", *_PART), ("pairs",)),
    "daily_performance": (
        ("date", "session_date", *_PART, "metric_name"),
        (
            "unit",
            "value_sum",
            "buckets",
            "counts",
            "slowest_values",
            "slowest_at",
            "slowest_ids",
            "slowest_routes",
            "slowest_request_ids",
        ),
    ),
    "popular_configurations": (
        ("configuration_hash",),
        (
            "configuration_data",
            "selection_count",
            "completion_count",
            "average_price",
            "last_selected",
        ),
    ),
}

Rows = dict[tuple[Any, ...], tuple[Any, ...]]


async def rows_of(db: Pool, table: str) -> Rows:
    key, numbers = TABLES[table]
    columns = SQL(", ").join(map(Identifier, (*key, *numbers)))
    async with db.connection() as connection:
        cursor = await connection.execute(
            SQL("select {} from {}").format(columns, Identifier(table))
        )
        return {row[: len(key)]: row[len(key) :] for row in await cursor.fetchall()}


async def everything(db: Pool) -> dict[str, Rows]:
    """All stored figures."""
    return {table: await rows_of(db, table) for table in TABLES}


def of_metric(rows: Rows, metric: str, place: int = 1) -> Rows:
    """Those of one metric type, which stands at that place of the key."""
    return {key: numbers for key, numbers in rows.items() if key[place] == metric}
