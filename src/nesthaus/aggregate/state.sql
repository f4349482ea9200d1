-- name: state
-- At most one row: the zone in which the stored figures are counted, '' while it is being changed.
select time_zone
from aggregation_state;

-- name: found_state
-- No row. The first count of all says in which zone it is made.
insert into aggregation_state (time_zone)
values (%(time_zone)s)
on conflict (singleton) do nothing;

-- name: set_time_zone
-- No row. '' before figures are counted in another zone, its name after all of them are.
insert into aggregation_state (time_zone)
values (%(time_zone)s)
on conflict (singleton) do update set
    time_zone = excluded.time_zone,
    counted_at = null,
    weeks_at = null;

-- name: forget_weeks_beside_others
-- No row. Where a release has counted that does not know of weeks, all are to be added up again.
delete from counted_weeks
where exists (
    select
    from aggregation_state
    where weeks_at is distinct from counted_at
);

-- name: set_counted_at
-- No row. Every change that was committed before is counted; never goes back.
update aggregation_state
set
    counted_at = greatest(counted_at, %(counted_at)s::timestamptz),
    weeks_at = greatest(counted_at, %(counted_at)s::timestamptz);

-- name: metrics_kept
-- At most one row: of days before nothing measured is kept.
select since
from metrics_kept;

-- name: closed_months
-- One row per month whose raw rows are gone; its first day.
select month
from closed_months;
