-- name: tracking
-- One row per cell, version of the tracker ('': not told) and name of a number of tracking health;
-- none where it is 0.
with told as (
    -- Added up first, and made rows of their own then: seven rows of each session take long.
    select
        chosen.cell,
        coalesce(chosen.tracker_version, '') as version,
        count(*) as sessions,
        sum(figures.expected)::bigint as expected,
        count(*) filter (where figures.expected > 0) as with_expected,
        sum(figures.received)::bigint as received,
        count(*) filter (where figures.received > 0) as with_received,
        sum(figures.late)::bigint as late,
        count(*) filter (where figures.late > 0) as with_late,
        sum(figures.over)::bigint as over,
        count(*) filter (where figures.over > 0) as with_over,
        sum(figures.duplicates)::bigint as duplicates,
        count(*) filter (where figures.duplicates > 0) as with_duplicates,
        sum(figures.price_mismatches)::bigint as price_mismatches,
        count(*) filter (where figures.price_mismatches > 0) as with_price_mismatches
    from chosen
    inner join session_figures as figures
        on figures.session_id = chosen.session_id
        and figures.start_time between %(first)s::timestamptz and %(last)s::timestamptz
    group by chosen.cell, coalesce(chosen.tracker_version, '')
)
select
    told.cell,
    'tracking' as metric_type,
    told.version as category,
    health.name as value_text,
    health.number as count,
    health.sessions as unique_sessions,
    0::bigint as time_sum_ms,
    0::bigint as timed_count,
    0::bigint as amount_sum
from told
cross join lateral (
    values
    ('sessions', told.sessions, told.sessions),
    ('expected', told.expected, told.with_expected),
    ('received', told.received, told.with_received),
    ('late', told.late, told.with_late),
    ('over', told.over, told.with_over),
    ('duplicates', told.duplicates, told.with_duplicates),
    ('price_mismatches', told.price_mismatches, told.with_price_mismatches)
) as health (name, number, sessions)
where health.number > 0;
