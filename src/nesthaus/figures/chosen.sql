-- name: make_chosen
-- No row. One row of the table is a session whose figures are counted, in one cell: whatever the
-- caller keeps apart.
create temp table chosen (
    session_id text not null,
    cell integer not null,
    start_time timestamptz not null,
    last_activity timestamptz not null,
    conversion_status text not null,
    converted boolean not null,
    verified boolean not null,
    session_duration integer,
    total_interactions integer not null,
    last_price integer,
    tracker_version text,
    clock_skew_ms bigint,
    final_configuration_hash text,
    device_type text not null,
    final_configuration jsonb,
    final_snapshot_at timestamptz
) on commit drop;
