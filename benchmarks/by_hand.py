"""What the recount of a day groups, written by hand: totals, devices and sources at once."""

import time

import psycopg

# Each with the hour, device and source of its session.
_OF_SESSIONS = """
select
    date_trunc('hour', start_time) as hour, device_type, utm_source, {what}
from user_sessions
where bot_reason is null
group by 1, 2, 3{by}
"""
_OF_ROWS = """
select
    date_trunc('hour', session.start_time) as hour, session.device_type, utm_source, {what}
from user_sessions as session
inner join {rows} on fact.session_id = session.session_id
where bot_reason is null
group by 1, 2, 3{by}
"""
_EVENTS = "(select * from interaction_events where not over) as fact"
_SELECTIONS = (
    "(select * from interaction_events where event_type = 'selection' and not over) as fact"
)
_LINKS = """(
    select session_id, category,
        lead(category) over (partition by session_id order by timestamp, sequence, id) as next
    from interaction_events where event_type = 'selection' and not over
) as fact"""
_PAGES = """(
    select session_id, page, max(sequence) as expected, count(distinct sequence) as received
    from interaction_events where page is not null and not over group by 1, 2
) as fact"""
_STEPS = """(
    select session_id, array_agg(distinct category) as categories
    from interaction_events where event_type = 'selection' and not over group by 1
) as fact"""
_LAST_PRICES = """(
    select distinct on (session_id) session_id, total_price
    from configuration_snapshots where total_price > 0 and not over
    order by session_id, timestamp desc, id desc
) as fact"""
_SUMS = "count(*), count(distinct fact.session_id), sum(time_spent) as time_sum, count(time_spent)"
GROUPINGS = (
    _OF_SESSIONS.format(what="conversion_status, count(*), sum(session_duration)", by=", 4"),
    _OF_SESSIONS.format(what="final_configuration_hash, count(*), max(last_price)", by=", 4"),
    _OF_ROWS.format(rows=_EVENTS, what="event_type, count(*)", by=", 4"),
    _OF_ROWS.format(rows=_SELECTIONS, what=f"category, selection_value, {_SUMS}", by=", 4, 5"),
    _OF_ROWS.format(rows=_SELECTIONS, what=f"category, {_SUMS}", by=", 4"),
    _OF_ROWS.format(rows=_LINKS, what="category, next, count(*)", by=", 4, 5"),
    _OF_ROWS.format(rows=_PAGES, what="sum(expected), sum(received)", by=""),
    _OF_ROWS.format(rows=_STEPS, what="categories, count(*)", by=", 4"),
    _OF_ROWS.format(rows=_LAST_PRICES, what="total_price, count(*)", by=", 4"),
)


def grouped_s(connection: psycopg.Connection) -> float:
    """Seconds of all of them, one after the other."""
    began = time.perf_counter()
    for each in GROUPINGS:
        connection.execute(f"select count(*) from ({each}) as grouped".encode())
    took_s = time.perf_counter() - began
    connection.commit()
    return took_s
