"""What the recount of a day counts, written by hand: the same results, and nothing is written.

One grouping a result, from the raw rows each time. First by hour, device type, source and bot, then
added up to what is stored: hours and days, each as a whole, by device type and by source.
"""

import time

import psycopg

from nesthaus.db.queries import load_statements

_SESSION = """
    date_trunc('{unit}', session.start_time) as hour, session.bot_reason is not null as bot,
    session.device_type, session.utm_source
"""
_HOURS = "(hour, bot, a, b), (hour, bot, device_type, a, b), (hour, bot, utm_source, a, b)"
_DAYS = _HOURS.replace("hour", "day")
_ADDED_UP = """
select bot, device_type, utm_source, a, b, sum(n), sum(m), sum(s)
from (select *, date_trunc('day', hour) as day from ({rows}) as cells) as cells
group by grouping sets ({sets})
"""
_IN_ORDER = """
select bot, device_type, utm_source, a, array_agg(amount order by amount)
from (select *, date_trunc('day', hour) as day from ({rows}) as amounts) as amounts
group by grouping sets ((day, bot, a), (day, bot, device_type, a), (day, bot, utm_source, a))
"""
_OF_DAYS_ONLY = frozenset({"configurations", "pairs", "measured_values"})


def _grouping(name: str, statement: bytes) -> str:
    unit = "day" if name in _OF_DAYS_ONLY else "hour"
    rows = statement.decode().format(session=_SESSION.format(unit=unit))
    if name.startswith("spread_of_"):
        return _IN_ORDER.format(rows=rows)
    sets = _DAYS if name in _OF_DAYS_ONLY else f"{_HOURS}, {_DAYS}"
    return _ADDED_UP.format(rows=rows, sets=sets)


GROUPINGS = {
    name: _grouping(name, statement)
    for name, statement in load_statements("benchmarks", "by_hand.sql").items()
}


def grouped_s(connection: psycopg.Connection) -> float:
    """Seconds of all of them, one after the other, with the memory that the recount has."""
    connection.execute("set local work_mem = '64MB'")
    connection.execute("set local hash_mem_multiplier = 8")
    began = time.perf_counter()
    for each in GROUPINGS.values():
        connection.execute(f"select count(*) from ({each}) as grouped".encode())
    took_s = time.perf_counter() - began
    connection.commit()
    return took_s
