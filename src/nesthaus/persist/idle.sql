-- name: idle_sessions
-- One row per ongoing session without activity since `before`, in one order for all who look.
select session_id
from (
    select session_id
    from user_sessions
    where conversion_status = 'ongoing'
      and last_activity < %(before)s
    order by last_activity
    limit %(limit)s
) as longest_idle
order by session_id;

-- name: close
-- At most one row: the session, if it is still idle now that it is locked.
update user_sessions
set
    conversion_status = 'abandoned',
    end_time = last_activity,
    updated_at = %(now)s
where session_id = %(session_id)s
  and conversion_status = 'ongoing'
  and last_activity < %(before)s
returning
    session_id,
    start_time;

-- name: mark
-- No row. "The figures of this session's hour must be counted again."
insert into recount_marks (session_id, hour)
select
    session_id,
    hour
from unnest(%(session_id)s::text[], %(hour)s::timestamptz[]) as marked (session_id, hour);
