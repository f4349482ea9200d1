-- name: archived_among
-- One row per session named whose rows are in the archive: when it began.
select
    session_id,
    start_time
from archived_sessions
where session_id = any(%(session_id)s::text[]);

-- name: place_of
-- At most one row: where in the archive a session is.
select
    month,
    part
from archived_sessions
where session_id = %(session_id)s;

-- name: note_archived
-- No row. Where sessions are from now on; what is known stays as it is.
insert into archived_sessions (session_id, start_time, month, part)
select
    session_id,
    start_time,
    %(month)s,
    %(part)s
from unnest(%(session_id)s::text[], %(start_time)s::timestamptz[]) as archived (
    session_id, start_time
)
order by session_id
on conflict (session_id) do nothing;

-- name: forget_archived
-- No row.
delete from archived_sessions
where session_id = %(session_id)s;

-- name: closed_months
-- One row per month whose sessions are in the archive; its first day.
select month
from closed_months;

-- name: hold_files
-- One row: nobody else writes files of the archive until this transaction ends.
select pg_advisory_xact_lock(7310, 10);
