-- name: jobs
-- One row per periodic job: its last run, and when the next one is due.
select
    name,
    started_at,
    finished_at,
    duration_ms,
    result,
    error,
    next_run_at
from jobs
order by name;
