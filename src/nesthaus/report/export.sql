-- name: time_limit
-- One row. For the statements of this transaction alone.
select set_config('statement_timeout', %(milliseconds)s::text, true);

-- name: as_csv
-- One row of the answer per row of the query; the first names its columns.
copy ({rows}) to stdout (format csv, header);

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
    replace(replace(session.start_time::text, ' ', 'T'), '+00', 'Z') as "startTime",
    replace(replace(session.end_time::text, ' ', 'T'), '+00', 'Z') as "endTime",
    replace(replace(session.last_activity::text, ' ', 'T'), '+00', 'Z') as "lastActivity",
    session.session_duration as "sessionDuration",
    session.total_interactions as "totalInteractions",
    session.conversion_status as "conversionStatus",
    replace(replace(session.converted_at::text, ' ', 'T'), '+00', 'Z') as "convertedAt",
    replace(replace(session.abandoned_at::text, ' ', 'T'), '+00', 'Z') as "abandonedAt",
    replace(replace(session.verified_at::text, ' ', 'T'), '+00', 'Z') as "verifiedAt",
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
    replace(replace(session.final_snapshot_at::text, ' ', 'T'), '+00', 'Z') as "finalSnapshotAt",
    session.last_price as "lastPrice",
    session.last_price_list_version as "lastPriceListVersion",
    replace(replace(session.created_at::text, ' ', 'T'), '+00', 'Z') as "createdAt",
    replace(replace(session.updated_at::text, ' ', 'T'), '+00', 'Z') as "updatedAt",
    session.tracker_version as "trackerVersion",
    session.clock_skew_ms as "clockSkewMs"
from chosen
inner join user_sessions as session on session.session_id = chosen.session_id
order by session.start_time, session.session_id;

-- name: interactions
-- One row per interaction of the sessions, also an `over` one, those of a session together and in its
-- order. Session by
-- session they come out of the key as they are needed: nothing is sorted or held that grows. None
-- is earlier than the start of its session, which spares a look into the months before it.
select
    event.id,
    event.session_id as "sessionId",
    replace(replace(event.timestamp::text, ' ', 'T'), '+00', 'Z') as "timestamp",
    replace(replace(event.received_at::text, ' ', 'T'), '+00', 'Z') as "receivedAt",
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
    to_json(event.over) as over
from (
    select session_id, start_time
    from chosen
    order by start_time, session_id
) as session
cross join lateral (
    select *
    from interaction_events
    where interaction_events.session_id = session.session_id
      and interaction_events.timestamp >= session.start_time
    order by timestamp, sequence, id
) as event;

-- name: snapshots
-- One row per saved configuration of the sessions; otherwise as above.
select
    event.id,
    event.session_id as "sessionId",
    replace(replace(event.timestamp::text, ' ', 'T'), '+00', 'Z') as "timestamp",
    replace(replace(event.received_at::text, ' ', 'T'), '+00', 'Z') as "receivedAt",
    event.configuration_data as "configurationData",
    event.configuration_hash as "configurationHash",
    event.total_price as "totalPrice",
    event.completion_percentage as "completionPercentage",
    event.price_list_version as "priceListVersion",
    event.price_error as "priceError",
    event.client_price as "clientPrice",
    event.trigger_event as "triggerEvent",
    to_json(event.over) as over
from (
    select session_id, start_time
    from chosen
    order by start_time, session_id
) as session
cross join lateral (
    select *
    from configuration_snapshots
    where configuration_snapshots.session_id = session.session_id
      and configuration_snapshots.timestamp >= session.start_time
    order by timestamp, id
) as event;

-- name: performance
-- One row per value measured in the period, the earliest first; of which sessions, as in
-- performance.sql.
select
    metric.id,
    replace(replace(metric.timestamp::text, ' ', 'T'), '+00', 'Z') as "timestamp",
    replace(replace(metric.received_at::text, ' ', 'T'), '+00', 'Z') as "receivedAt",
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
