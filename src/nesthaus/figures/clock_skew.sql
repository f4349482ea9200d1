-- name: clock_skew
-- One row per cell and clock skew in milliseconds that sessions have.
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
