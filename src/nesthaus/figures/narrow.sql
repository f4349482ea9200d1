-- name: narrow
-- The sessions of `chosen` without their configurations, which are most of what there is to carry.
select
    session_id,
    cell,
    start_time,
    last_activity,
    conversion_status,
    converted,
    verified,
    session_duration,
    total_interactions,
    last_price,
    tracker_version,
    clock_skew_ms,
    final_configuration_hash,
    device_type,
    null::jsonb as final_configuration,
    final_snapshot_at
from chosen;
