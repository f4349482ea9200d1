-- name: count_sessions
-- One row: the number of sessions with an id of that form.
select count(*)
from user_sessions
where session_id ~ %(pattern)s::text;

-- name: next_sessions
-- One row per session to be erased in this step, the latest first, those of the steps before left
-- out. By their beginning, so that the rows of a step lie near each other.
select
    session_id,
    start_time
from user_sessions
where session_id ~ %(pattern)s::text
  and (start_time, session_id) < (%(start_time)s::timestamptz, %(session_id)s::text)
order by start_time desc, session_id desc
limit %(limit)s::integer;

-- name: delete_sessions
-- One row per session that was there, as it was at last. Entries, interactions, snapshots and
-- finalisations go with it.
delete from user_sessions
where session_id = any(%(session_id)s::text[])
returning
    session_id,
    start_time;

-- name: delete_orders
-- One row per order that was counted in these sessions.
delete from orders
where session_id = any(%(session_id)s::text[])
returning order_id;

-- name: remaining_claims
-- One row per order and session that reports it, verified or not, with the first time it does.
select
    order_id,
    session_id,
    verified,
    min(timestamp) as ordered_at
from session_finalisations
where order_id = any(%(order_id)s::text[])
  and conversion_status = 'converted'
group by order_id, session_id, verified;

-- name: insert_marks
-- No row. "The figures of this session's hour must be counted again."
insert into recount_marks (session_id, hour)
select
    session_id,
    hour
from unnest(%(session_id)s::text[], %(hour)s::timestamptz[]) as marked (session_id, hour);

-- name: span_of_metrics
-- One row: the times of the first and the last measured value; null where there is none.
select
    min(timestamp),
    max(timestamp)
from performance_metrics;

-- name: delete_metrics
-- One row per measured value of a span that named a session of that form.
delete from performance_metrics
where timestamp >= %(since)s
  and timestamp < %(until)s
  and session_id ~ %(pattern)s::text
returning timestamp;
