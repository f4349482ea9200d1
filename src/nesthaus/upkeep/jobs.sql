-- name: last_run
-- At most one row: when a job last began, whether it ended, and whether it failed.
select
    started_at,
    finished_at is not null as finished,
    error is not null as failed
from jobs
where name = %(name)s;

-- name: note_start
-- No row. Until it ends, what the run before said stays.
insert into jobs (name, started_at)
values (%(name)s, %(at)s)
on conflict (name) do update set
    started_at = excluded.started_at,
    finished_at = null,
    next_run_at = null;

-- name: note_end
-- No row.
update jobs
set
    finished_at = %(at)s,
    duration_ms = %(duration_ms)s,
    result = %(result)s,
    error = %(error)s,
    next_run_at = %(next_run_at)s
where name = %(name)s;

-- name: note_state
-- No row. For work that never ends: since when it does what it says, or waits for what `error` says.
insert into jobs (name, started_at, result, error)
values (%(name)s, %(since)s, %(result)s, %(error)s)
on conflict (name) do update set
    started_at = excluded.started_at,
    finished_at = null,
    result = excluded.result,
    error = excluded.error;
