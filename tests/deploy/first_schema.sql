-- What the first release left: 500 sessions, each with five interactions, a snapshot and
-- a finalisation, in the columns that the first schema had.
insert into user_sessions (
    session_id, start_time, last_activity, latest_seen, total_interactions, conversion_status,
    converted_at
)
select
    'old-' || n,
    at,
    at + interval '5 minutes',
    at + interval '5 minutes',
    5,
    'converted',
    at + interval '5 minutes'
from
    generate_series(1, 500) as n,
    lateral (select '2026-06-01 06:00+00'::timestamptz + n * interval '7 minutes' as at) as begun;

insert into interaction_events (
    session_id, timestamp, id, received_at, event_type, category, selection_value
)
select
    session_id,
    start_time + i * interval '1 minute',
    gen_random_uuid(),
    start_time + i * interval '1 minute',
    'selection',
    'nest',
    'nest' || 80 + 20 * (i % 2)
from
    user_sessions,
    generate_series(1, 5) as i;

insert into configuration_snapshots (
    session_id, timestamp, id, received_at, configuration_data, configuration_hash, total_price,
    price_list_version
)
select
    session_id,
    last_activity,
    gen_random_uuid(),
    last_activity,
    '{"nest": {"value": "nest80"}}',
    'h',
    200000,
    '2025-12'
from user_sessions;

insert into session_finalisations (
    session_id, timestamp, id, received_at, conversion_status, verified
)
select
    session_id,
    last_activity,
    gen_random_uuid(),
    last_activity,
    'converted',
    false
from user_sessions;

insert into performance_metrics (id, timestamp, received_at, session_id, metric_name, value)
select
    gen_random_uuid(),
    start_time,
    start_time,
    session_id,
    'LCP',
    1200
from user_sessions;
