-- name: bounces
-- One row per cell with sessions that have fewer than two interactions other than hover and scroll.
select
    chosen.cell,
    'bounces' as metric_type,
    '' as category,
    '' as value_text,
    count(*) as count,
    count(*) as unique_sessions,
    0::bigint as time_sum_ms,
    0::bigint as timed_count,
    0::bigint as amount_sum
from chosen
inner join session_figures as figures
    on figures.session_id = chosen.session_id
    and figures.start_time between %(first)s::timestamptz and %(last)s::timestamptz
where figures.bounce
group by chosen.cell;
