-- name: devices
-- One row per cell and device type: its sessions; `unique_sessions`: those that converted.
select
    cell,
    'devices' as metric_type,
    '' as category,
    device_type as value_text,
    count(*) as count,
    count(*) filter (where converted) as unique_sessions,
    0::bigint as time_sum_ms,
    0::bigint as timed_count,
    0::bigint as amount_sum
from chosen
group by cell, device_type;
