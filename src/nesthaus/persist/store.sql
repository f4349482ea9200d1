-- name: lock_sessions
-- One row per session named, as it stands; a new one is made, a known one is locked by an update
-- that changes nothing. In one order, so that two workers wait for each other and never cross.
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
    %(session_id)s::text[], %(id)s::uuid[], %(earliest)s::timestamptz[]
) as arrived (session_id, id, earliest)
order by session_id
on conflict (session_id) do update set updated_at = user_sessions.updated_at
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

-- name: lock_known_sessions
-- One row per session named that is there; locks it. Used where a session that was erased meanwhile
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
    %(session_id)s::text[],
    %(id)s::uuid[],
    %(start_time)s::timestamptz[],
    %(last_activity)s::timestamptz[],
    %(latest_seen)s::timestamptz[],
    %(entry_at)s::timestamptz[],
    %(end_time)s::timestamptz[],
    %(session_duration)s::integer[],
    %(total_interactions)s::integer[],
    %(conversion_status)s::text[],
    %(converted_at)s::timestamptz[],
    %(abandoned_at)s::timestamptz[],
    %(verified_at)s::timestamptz[],
    %(order_id)s::text[],
    %(exit_page)s::text[],
    %(ip_address)s::inet[],
    %(user_agent)s::text[],
    %(device_type)s::text[],
    %(browser_name)s::text[],
    %(viewport_width)s::integer[],
    %(viewport_height)s::integer[],
    %(referrer)s::text[],
    %(referrer_host)s::text[],
    %(utm_source)s::text[],
    %(utm_medium)s::text[],
    %(utm_campaign)s::text[],
    %(bot_reason)s::text[],
    %(final_configuration_hash)s::text[],
    %(final_snapshot_at)s::timestamptz[],
    %(last_price)s::integer[],
    %(last_price_list_version)s::text[],
    %(tracker_version)s::text[],
    %(version_at)s::timestamptz[],
    %(clock_skew_ms)s::bigint[],
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

-- name: insert_marks
-- No row. "The figures of this session's hour must be counted again."
insert into recount_marks (session_id, hour)
select
    session_id,
    hour
from unnest(%(session_id)s::text[], %(hour)s::timestamptz[]) as marked (session_id, hour);

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
    %(id)s::uuid[],
    %(timestamp)s::timestamptz[],
    %(received_at)s::timestamptz[],
    %(session_id)s::text[],
    %(metric_name)s::text[],
    %(value)s::double precision[],
    %(unit)s::text[],
    %(additional_data)s::jsonb[],
    %(value_count)s::bigint[],
    %(greatest)s::double precision[],
    %(buckets)s::text[],
    %(counts)s::text[]
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
from unnest(%(id)s::uuid[], %(date)s::date[], %(reason)s::text[], %(count)s::integer[])
order by 1
on conflict do nothing;
