-- name: begin
-- One row. For the statements of this transaction alone. What is read in order by one process comes
-- faster than what is gathered from several.
select
    set_config('statement_timeout', %(milliseconds)s::text, true),
    set_config('max_parallel_workers_per_gather', '0', true);

-- name: parts
-- One row per so many interactions of the sessions chosen: when the first session of the part began,
-- in order.
select min(start_time)
from (
    select
        start_time,
        sum(total_interactions) over (order by start_time) / %(interactions)s::bigint as part
    from chosen
) as placed
group by part
order by 1;

-- name: as_csv
-- One row of the answer per row of the query; the first names its columns.
copy ({rows}) to stdout (format csv, header);

-- name: more_as_csv
-- The same of a later part.
copy ({rows}) to stdout (format csv);

-- name: as_json
-- One object per row of the query. JSON has no control characters, so that with these two for
-- delimiter and quote COPY changes nothing in it.
copy (select to_json(item) from ({rows}) as item)
to stdout (format csv, delimiter E'\x02', quote E'\x01');

-- name: sessions
-- One row per session, the earliest first.
select
    session.session_id as "sessionId",
    session.id,
    replace((session.start_time at time zone 'UTC')::text, ' ', 'T') || 'Z' as "startTime",
    replace((session.end_time at time zone 'UTC')::text, ' ', 'T') || 'Z' as "endTime",
    replace((session.last_activity at time zone 'UTC')::text, ' ', 'T') || 'Z' as "lastActivity",
    session.session_duration as "sessionDuration",
    session.total_interactions as "totalInteractions",
    session.conversion_status as "conversionStatus",
    replace((session.converted_at at time zone 'UTC')::text, ' ', 'T') || 'Z' as "convertedAt",
    replace((session.abandoned_at at time zone 'UTC')::text, ' ', 'T') || 'Z' as "abandonedAt",
    replace((session.verified_at at time zone 'UTC')::text, ' ', 'T') || 'Z' as "verifiedAt",
    session.order_id as "orderId",
    session.exit_page as "exitPage",
    host(session.ip_address) as "ipAddress",
    session.user_agent as "userAgent",
    session.device_type as "deviceType",
    session.browser_name as "browserName",
    session.viewport_width as "viewportWidth",
    session.viewport_height as "viewportHeight",
    session.referrer,
    session.referrer_host as "referrerHost",
    session.utm_source as "utmSource",
    session.utm_medium as "utmMedium",
    session.utm_campaign as "utmCampaign",
    session.bot_reason as "botReason",
    session.final_configuration as "finalConfiguration",
    session.final_configuration_hash as "finalConfigurationHash",
    replace((session.final_snapshot_at at time zone 'UTC')::text, ' ', 'T') || 'Z'
        as "finalSnapshotAt",
    session.last_price as "lastPrice",
    session.last_price_list_version as "lastPriceListVersion",
    replace((session.created_at at time zone 'UTC')::text, ' ', 'T') || 'Z' as "createdAt",
    replace((session.updated_at at time zone 'UTC')::text, ' ', 'T') || 'Z' as "updatedAt",
    session.tracker_version as "trackerVersion",
    session.clock_skew_ms as "clockSkewMs"
from chosen
inner join user_sessions as session on session.session_id = chosen.session_id
order by session.start_time, session.session_id;

-- name: interactions
-- One row per interaction of the sessions, also an `over` one, those of a session together and in
-- its order. Asked for a part of the period, that of the sessions that began from `since` to `until`:
-- what is put in order then fits in memory. None is earlier than the start of its session; nearly all
-- come within an hour after the part, and are read as they stand, which takes a quarter of looking
-- each session up by its key. What comes later is looked up, up to what was last seen of its session.
-- Of the time of a row, times take 0.3 µs; with a second replacement they took 0.7 µs, and `over` as
-- to_json(over) 0.4 µs.
select
    event.id,
    event.session_id as "sessionId",
    replace((event.timestamp at time zone 'UTC')::text, ' ', 'T') || 'Z' as "timestamp",
    replace((event.received_at at time zone 'UTC')::text, ' ', 'T') || 'Z' as "receivedAt",
    event.event_type as "eventType",
    event.category,
    event.element_id as "elementId",
    event.selection_value as "selectionValue",
    event.previous_value as "previousValue",
    event.quantity,
    event.square_meters as "squareMeters",
    event.time_spent as "timeSpent",
    event.cause,
    event.page,
    event.sequence,
    event.device_type as "deviceType",
    event.viewport_width as "viewportWidth",
    event.viewport_height as "viewportHeight",
    case when event.over then json 'true' else json 'false' end as over
from (
    select
        chosen.start_time as session_start,
        near.*
    from chosen
    inner join interaction_events as near
        on near.session_id = chosen.session_id
        and near.timestamp >= %(since)s
        and near.timestamp < %(until)s::timestamptz + interval '1 hour'
    union all
    select
        chosen.start_time as session_start,
        far.*
    from chosen
    inner join user_sessions as stored
        on stored.session_id = chosen.session_id
        and stored.start_time >= %(since)s
        and stored.start_time < %(until)s
        and stored.latest_seen >= %(until)s::timestamptz + interval '1 hour'
    cross join lateral (
        select *
        from interaction_events
        where session_id = chosen.session_id
          and timestamp >= %(until)s::timestamptz + interval '1 hour'
          and timestamp <= stored.latest_seen
    ) as far
    order by session_start, session_id, timestamp, sequence, id
) as event;

-- name: snapshots
-- One row per saved configuration of the sessions; otherwise as above.
select
    event.id,
    event.session_id as "sessionId",
    replace((event.timestamp at time zone 'UTC')::text, ' ', 'T') || 'Z' as "timestamp",
    replace((event.received_at at time zone 'UTC')::text, ' ', 'T') || 'Z' as "receivedAt",
    event.configuration_data as "configurationData",
    event.configuration_hash as "configurationHash",
    event.total_price as "totalPrice",
    event.completion_percentage as "completionPercentage",
    event.price_list_version as "priceListVersion",
    event.price_error as "priceError",
    event.client_price as "clientPrice",
    event.trigger_event as "triggerEvent",
    case when event.over then json 'true' else json 'false' end as over
from (
    select
        chosen.start_time as session_start,
        near.*
    from chosen
    inner join configuration_snapshots as near
        on near.session_id = chosen.session_id
        and near.timestamp >= %(since)s
        and near.timestamp < %(until)s::timestamptz + interval '1 hour'
    union all
    select
        chosen.start_time as session_start,
        far.*
    from chosen
    inner join user_sessions as stored
        on stored.session_id = chosen.session_id
        and stored.start_time >= %(since)s
        and stored.start_time < %(until)s
        and stored.latest_seen >= %(until)s::timestamptz + interval '1 hour'
    cross join lateral (
        select *
        from configuration_snapshots
        where session_id = chosen.session_id
          and timestamp >= %(until)s::timestamptz + interval '1 hour'
          and timestamp <= stored.latest_seen
    ) as far
    order by session_start, session_id, timestamp, id
) as event;

-- name: performance
-- One row per value measured in the period, the earliest first; of which sessions, as in
-- performance.sql.
select
    metric.id,
    replace((metric.timestamp at time zone 'UTC')::text, ' ', 'T') || 'Z' as "timestamp",
    replace((metric.received_at at time zone 'UTC')::text, ' ', 'T') || 'Z' as "receivedAt",
    metric.session_id as "sessionId",
    metric.metric_name as "metricName",
    metric.value,
    metric.unit,
    metric.count,
    metric.additional_data as "additionalData"
from performance_metrics as metric
left join chosen on chosen.session_id = metric.session_id
left join user_sessions as session on session.session_id = metric.session_id
where metric.timestamp >= %(since)s
  and metric.timestamp < %(until)s
  and (
      chosen.session_id is not null
      or (session.session_id is null and not %(is_filtered)s::boolean)
  )
order by metric.timestamp, metric.id;
