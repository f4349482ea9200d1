-- name: tracking
-- One row per cell, version of the tracker ('': not told) and name of a number of tracking health;
-- none where it is 0.
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
inner join session_figures as figures
    on figures.session_id = chosen.session_id
    and figures.start_time between %(first)s::timestamptz and %(last)s::timestamptz
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
group by chosen.cell, coalesce(chosen.tracker_version, ''), health.name;
