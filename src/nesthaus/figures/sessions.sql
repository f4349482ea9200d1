-- name: sessions
-- One row per cell. `amount_sum`: the sum of the durations, in seconds; `timed_count`: how many.
select
    cell,
    'sessions' as metric_type,
    '' as category,
    '' as value_text,
    count(*) as count,
    count(*) as unique_sessions,
    0::bigint as time_sum_ms,
    count(session_duration) as timed_count,
    coalesce(sum(session_duration), 0)::bigint as amount_sum
from chosen
group by cell;
