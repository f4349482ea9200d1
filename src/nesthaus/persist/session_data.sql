-- name: session
-- At most one row.
select *
from user_sessions
where session_id = %(session_id)s;

-- name: entries
-- One row per time a page opened the session, or told its user agent or version.
select *
from session_entries
where session_id = %(session_id)s
order by timestamp, id;

-- name: interactions
-- One row per interaction.
select *
from interaction_events
where session_id = %(session_id)s
order by timestamp, sequence, id;

-- name: snapshots
-- One row per saved configuration.
select *
from configuration_snapshots
where session_id = %(session_id)s
order by timestamp, id;

-- name: finalisations
-- One row per reported end.
select *
from session_finalisations
where session_id = %(session_id)s
order by timestamp, id;

-- name: duplicates
-- One row per acceptance after the first.
select *
from duplicate_events
where session_id = %(session_id)s
order by received_at, id, copy;

-- name: orders
-- One row per order that is counted in the session.
select *
from orders
where session_id = %(session_id)s
order by ordered_at, order_id;

-- name: figures
-- At most one row: what its events say.
select *
from session_figures
where session_id = %(session_id)s;

-- name: metrics
-- One row per value that was measured in the session.
select *
from performance_metrics
where session_id = %(session_id)s
order by timestamp, id;

-- name: marks
-- One row per time its hour is to be counted again.
select *
from recount_marks
where session_id = %(session_id)s
order by hour, id;
