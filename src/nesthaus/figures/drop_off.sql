-- name: drop_off
-- One row per cell and step that was the last one of sessions neither converted nor ongoing.
-- `amount_sum`: the sum of their last prices, whole euros.
select
    chosen.cell,
    'drop_off' as metric_type,
    '' as category,
    figures.furthest_step as value_text,
    count(*) as count,
    count(*) as unique_sessions,
    0::bigint as time_sum_ms,
    0::bigint as timed_count,
    coalesce(sum(chosen.last_price), 0)::bigint as amount_sum
from chosen
inner join session_figures as figures
    on figures.session_id = chosen.session_id
    and figures.start_time between %(first)s::timestamptz and %(last)s::timestamptz
where chosen.conversion_status not in ('converted', 'ongoing')
group by chosen.cell, figures.furthest_step;
