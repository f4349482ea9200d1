-- name: status
-- One row per cell and conversion status.
select
    cell,
    'status' as metric_type,
    '' as category,
    conversion_status as value_text,
    count(*) as count,
    count(*) as unique_sessions,
    0::bigint as time_sum_ms,
    0::bigint as timed_count,
    0::bigint as amount_sum
from chosen
group by cell, conversion_status;
