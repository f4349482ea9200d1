-- name: lock_sessions
-- No row. Makes the sessions named that are not there, and locks those that are: the condition keeps
-- the update from happening, but not the lock, and no new version of the row has to be written. In
-- one order, so that two workers wait for each other and never cross.
insert into user_sessions (
    session_id, id, start_time, last_activity, latest_seen, created_at, updated_at
)
select
    session_id,
    id,
    earliest,
    earliest,
    earliest,
    %(now)s,
    %(now)s
from unnest(
    %(session_id)b::text[], %(id)b::uuid[], %(earliest)b::timestamptz[]
) as arrived (session_id, id, earliest)
order by session_id
on conflict (session_id) do update set updated_at = excluded.updated_at
where false;

-- name: locked_sessions
-- One row per session named, as it stands, in the order of `Session`; after `lock_sessions`.
select
    session_id,
    id,
    start_time,
    last_activity,
    latest_seen,
    entry_at,
    end_time,
    session_duration,
    total_interactions,
    conversion_status,
    converted_at,
    abandoned_at,
    verified_at,
    order_id,
    exit_page,
    abbrev(ip_address) as ip_address,
    user_agent,
    device_type,
    browser_name,
    viewport_width,
    viewport_height,
    referrer,
    referrer_host,
    utm_source,
    utm_medium,
    utm_campaign,
    bot_reason,
    final_configuration_hash,
    final_snapshot_at,
    last_price,
    last_price_list_version,
    tracker_version,
    version_at,
    clock_skew_ms
from user_sessions
where session_id = any(%(session_id)b);

-- name: lock_known_sessions
-- One row per session named that is there, likewise; locks it. Used where a session that was erased meanwhile
-- must not come back.
update user_sessions
set updated_at = updated_at
where session_id = any(%(session_id)s)
returning
    session_id,
    id,
    start_time,
    last_activity,
    latest_seen,
    entry_at,
    end_time,
    session_duration,
    total_interactions,
    conversion_status,
    converted_at,
    abandoned_at,
    verified_at,
    order_id,
    exit_page,
    abbrev(ip_address) as ip_address,
    user_agent,
    device_type,
    browser_name,
    viewport_width,
    viewport_height,
    referrer,
    referrer_host,
    utm_source,
    utm_medium,
    utm_campaign,
    bot_reason,
    final_configuration_hash,
    final_snapshot_at,
    last_price,
    last_price_list_version,
    tracker_version,
    version_at,
    clock_skew_ms;

-- name: write_sessions
-- No row. Sessions that are there and locked; the insert never inserts, it carries many updates to
-- many machines in one statement. A final configuration that is not given stays.
insert into user_sessions (
    session_id, id, start_time, last_activity, latest_seen, entry_at, end_time, session_duration,
    total_interactions, conversion_status, converted_at, abandoned_at, verified_at, order_id,
    exit_page, ip_address, user_agent, device_type, browser_name, viewport_width, viewport_height,
    referrer, referrer_host, utm_source, utm_medium, utm_campaign, bot_reason,
    final_configuration_hash, final_snapshot_at, last_price, last_price_list_version,
    tracker_version, version_at, clock_skew_ms, final_configuration, updated_at
)
select
    changed.*,
    %(now)s
from unnest(
    %(session_id)b::text[],
    %(id)b::uuid[],
    %(start_time)b::timestamptz[],
    %(last_activity)b::timestamptz[],
    %(latest_seen)b::timestamptz[],
    %(entry_at)b::timestamptz[],
    %(end_time)b::timestamptz[],
    %(session_duration)b::integer[],
    %(total_interactions)b::integer[],
    %(conversion_status)b::text[],
    %(converted_at)b::timestamptz[],
    %(abandoned_at)b::timestamptz[],
    %(verified_at)b::timestamptz[],
    %(order_id)b::text[],
    %(exit_page)b::text[],
    %(ip_address)b::inet[],
    %(user_agent)b::text[],
    %(device_type)b::text[],
    %(browser_name)b::text[],
    %(viewport_width)b::integer[],
    %(viewport_height)b::integer[],
    %(referrer)b::text[],
    %(referrer_host)b::text[],
    %(utm_source)b::text[],
    %(utm_medium)b::text[],
    %(utm_campaign)b::text[],
    %(bot_reason)b::text[],
    %(final_configuration_hash)b::text[],
    %(final_snapshot_at)b::timestamptz[],
    %(last_price)b::integer[],
    %(last_price_list_version)b::text[],
    %(tracker_version)b::text[],
    %(version_at)b::timestamptz[],
    %(clock_skew_ms)b::bigint[],
    %(final_configuration)b::text[]::jsonb[]
) as changed
on conflict (session_id) do update set
    start_time = excluded.start_time,
    last_activity = excluded.last_activity,
    latest_seen = excluded.latest_seen,
    entry_at = excluded.entry_at,
    end_time = excluded.end_time,
    session_duration = excluded.session_duration,
    total_interactions = excluded.total_interactions,
    conversion_status = excluded.conversion_status,
    converted_at = excluded.converted_at,
    abandoned_at = excluded.abandoned_at,
    verified_at = excluded.verified_at,
    order_id = excluded.order_id,
    exit_page = excluded.exit_page,
    ip_address = excluded.ip_address,
    user_agent = excluded.user_agent,
    device_type = excluded.device_type,
    browser_name = excluded.browser_name,
    viewport_width = excluded.viewport_width,
    viewport_height = excluded.viewport_height,
    referrer = excluded.referrer,
    referrer_host = excluded.referrer_host,
    utm_source = excluded.utm_source,
    utm_medium = excluded.utm_medium,
    utm_campaign = excluded.utm_campaign,
    bot_reason = excluded.bot_reason,
    final_configuration_hash = excluded.final_configuration_hash,
    final_snapshot_at = excluded.final_snapshot_at,
    last_price = excluded.last_price,
    last_price_list_version = excluded.last_price_list_version,
    tracker_version = excluded.tracker_version,
    version_at = excluded.version_at,
    clock_skew_ms = excluded.clock_skew_ms,
    final_configuration = case
        when excluded.final_configuration_hash is not null
            then coalesce(excluded.final_configuration, user_sessions.final_configuration)
    end,
    updated_at = excluded.updated_at;

-- name: write_activity
-- No row. As `write_sessions`, of sessions of which nothing came but interactions: no other column
-- can have changed. Most batches bring mostly these, and 24 columns less are a ninth of what a worker
-- does for an event that is the only one of its session.
insert into user_sessions (
    session_id, id, start_time, last_activity, latest_seen, end_time, session_duration,
    total_interactions, conversion_status, ip_address, bot_reason, clock_skew_ms, updated_at
)
select
    changed.*,
    %(now)s
from unnest(
    %(session_id)b::text[],
    %(id)b::uuid[],
    %(start_time)b::timestamptz[],
    %(last_activity)b::timestamptz[],
    %(latest_seen)b::timestamptz[],
    %(end_time)b::timestamptz[],
    %(session_duration)b::integer[],
    %(total_interactions)b::integer[],
    %(conversion_status)b::text[],
    %(ip_address)b::inet[],
    %(bot_reason)b::text[],
    %(clock_skew_ms)b::bigint[]
) as changed
on conflict (session_id) do update set
    start_time = excluded.start_time,
    last_activity = excluded.last_activity,
    latest_seen = excluded.latest_seen,
    end_time = excluded.end_time,
    session_duration = excluded.session_duration,
    total_interactions = excluded.total_interactions,
    conversion_status = excluded.conversion_status,
    ip_address = excluded.ip_address,
    bot_reason = excluded.bot_reason,
    clock_skew_ms = excluded.clock_skew_ms,
    updated_at = excluded.updated_at;

-- name: insert_marks
-- No row. "The figures of this session's hour must be counted again."
insert into recount_marks (session_id, hour)
select
    session_id,
    hour
from unnest(%(session_id)b::text[], %(hour)b::timestamptz[]) as marked (session_id, hour);

-- name: insert_metrics
-- One row per measured value that was not there yet.
insert into performance_metrics (
    id, timestamp, received_at, session_id, metric_name, value, unit, additional_data,
    count, greatest, buckets, counts
)
select
    id,
    timestamp,
    received_at,
    session_id,
    metric_name,
    value,
    unit,
    additional_data,
    count,
    greatest,
    buckets::integer[],
    counts::bigint[]
from unnest(
    %(id)b::uuid[],
    %(timestamp)b::timestamptz[],
    %(received_at)b::timestamptz[],
    %(session_id)b::text[],
    %(metric_name)b::text[],
    %(value)b::double precision[],
    %(unit)b::text[],
    %(additional_data)b::jsonb[],
    %(value_count)b::bigint[],
    %(greatest)b::double precision[],
    %(buckets)b::text[],
    %(counts)b::text[]
) as metric (
    id, timestamp, received_at, session_id, metric_name, value, unit, additional_data,
    count, greatest, buckets, counts
)
order by 1, 2
on conflict do nothing
returning timestamp;

-- name: insert_refusals
-- No row. How often a process refused calls for one reason since it last said so.
insert into refusals (id, date, reason, count)
select *
from unnest(%(id)b::uuid[], %(date)b::date[], %(reason)b::text[], %(count)b::integer[])
order by 1
on conflict do nothing;
