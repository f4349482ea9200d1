-- name: count_sessions
-- One row: the number of sessions that began in a span.
select count(*)
from user_sessions
where start_time >= %(since)s
  and start_time < %(until)s;

-- name: next_sessions
-- One row per session after a place in the order of their beginnings.
select
    session_id,
    start_time,
    user_agent,
    total_interactions,
    bot_reason
from user_sessions
where (start_time, session_id) > (%(start_time)s::timestamptz, %(session_id)s::text)
  and start_time < %(until)s
order by start_time, session_id
limit %(limit)s;

-- name: closed_months
-- One row per month whose figures are not counted any more.
select month
from closed_months;

-- name: lock_session
-- At most one row: the session as it stands, locked by an update that changes nothing.
update user_sessions
set updated_at = updated_at
where session_id = %(session_id)s
returning
    session_id,
    start_time,
    user_agent,
    total_interactions,
    bot_reason;

-- name: set_reason
-- No row. Why the session is a bot's; null: it is a person's.
update user_sessions
set
    bot_reason = %(bot_reason)s,
    updated_at = %(now)s
where session_id = %(session_id)s;

-- name: insert_marks
-- No row. "The figures of this session's hour must be counted again."
insert into recount_marks (session_id, hour)
select
    session_id,
    hour
from unnest(%(session_id)s::text[], %(hour)s::timestamptz[]) as marked (session_id, hour);
