-- name: tracking
-- Two kinds of rows. `tracking`: a number of tracking health, by the version of the tracker ('':
-- not told) and its name; none where it is 0. `clock_skew`: sessions by their skew in milliseconds.
select
    chosen.cell,
    'tracking' as metric_type,
    coalesce(chosen.tracker_version, '') as category,
    health.name as value_text,
    sum(health.number)::bigint as count,
    count(*) as unique_sessions,
    0::bigint as time_sum_ms,
    0::bigint as timed_count,
    0::bigint as amount_sum
from chosen
inner join session_figures as figures using (session_id)
cross join lateral (
    values
    ('sessions', 1),
    ('expected', figures.expected),
    ('received', figures.received),
    ('late', figures.late),
    ('over', figures.over),
    ('duplicates', figures.duplicates),
    ('price_mismatches', figures.price_mismatches)
) as health (name, number)
where health.number > 0
group by chosen.cell, coalesce(chosen.tracker_version, ''), health.name
union all
select
    cell,
    'clock_skew' as metric_type,
    '' as category,
    clock_skew_ms::text as value_text,
    count(*) as count,
    count(*) as unique_sessions,
    0::bigint as time_sum_ms,
    0::bigint as timed_count,
    0::bigint as amount_sum
from chosen
where clock_skew_ms is not null
group by cell, clock_skew_ms;
