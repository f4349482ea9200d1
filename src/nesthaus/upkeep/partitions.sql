-- name: months_taken
-- One row per month for which a table of this name exists: "interaction_events_2026_06". By name and
-- not by parent, so that a month somebody has detached and kept is left alone.
select child.relname::text
from pg_class parent
join pg_class child on child.relnamespace = parent.relnamespace
where parent.oid = %(table)s::text::regclass
    and child.relname ~ ('^' || parent.relname || '_[0-9]{4}_[0-9]{2}$');

-- name: take_turn
-- One row: nobody else makes partitions until this transaction ends.
select pg_advisory_xact_lock(7310, 2);

-- name: do_not_wait_long
-- One row. While we wait for a table, everybody who comes after us waits too.
select set_config('lock_timeout', '2s', true);
