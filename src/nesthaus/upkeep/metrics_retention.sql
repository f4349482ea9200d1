-- name: take_turn
-- One row: nobody counts figures until this transaction ends, so that whoever counts after it knows
-- which days he may not count any more.
select pg_advisory_xact_lock(7310, 4);

-- name: uncounted_hours
-- One row: how many hours before that moment are still to be counted.
select count(distinct hour)
from recount_marks
where hour < %(before)s::timestamptz;

-- name: keep_since
-- No row. Never goes back.
insert into metrics_kept (since)
values (%(since)s)
on conflict (singleton) do update set
    since = greatest(metrics_kept.since, excluded.since);

-- name: months_before
-- One row per partition that was made for a month, by name.
select child.relname::text
from pg_inherits
inner join pg_class as child on child.oid = pg_inherits.inhrelid
where pg_inherits.inhparent = 'performance_metrics'::regclass
  and child.relname ~ '^performance_metrics_[0-9]{4}_[0-9]{2}$';

-- name: do_not_wait_long
-- One row. While we wait for a table, everybody who comes after us waits too.
select set_config('lock_timeout', '2s', true);

-- name: delete_some
-- No row. So few at once that nobody waits for long.
delete from performance_metrics as metric
using (
    select
        id,
        timestamp
    from performance_metrics
    where timestamp < %(before)s::timestamptz
    limit %(some)s::integer
) as old
where metric.id = old.id
  and metric.timestamp = old.timestamp
  and metric.timestamp < %(before)s::timestamptz;
