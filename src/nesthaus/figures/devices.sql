-- name: devices
-- One row per cell and device type: its sessions; `unique_sessions`: those that converted.
select
    chosen.cell,
    'devices' as metric_type,
    '' as category,
    session.device_type as value_text,
    count(*) as count,
    count(*) filter (where chosen.converted) as unique_sessions,
    0::bigint as time_sum_ms,
    0::bigint as timed_count,
    0::bigint as amount_sum
from chosen
inner join user_sessions as session
    on session.session_id = chosen.session_id
    and session.start_time between %(first)s::timestamptz and %(last)s::timestamptz
group by chosen.cell, session.device_type;
