-- name: page_of_sessions
-- One row per session of the period that passes every filter, the latest start first, from the
-- cursor on. Callers ask for one more than they show, to know whether there is a next page.
select
    session_id,
    id,
    start_time,
    end_time,
    last_activity,
    session_duration,
    total_interactions,
    conversion_status,
    converted_at,
    abandoned_at,
    verified_at,
    order_id,
    exit_page,
    host(ip_address) as ip_address,
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
    final_configuration,
    final_configuration_hash,
    final_snapshot_at,
    last_price,
    last_price_list_version,
    created_at,
    updated_at,
    tracker_version,
    clock_skew_ms
from user_sessions
where start_time >= %(since)s
  and start_time < %(until)s
  -- The first page starts at (until, ''), so that every page is one range of the index.
  and (start_time, session_id) < (%(before_start)s, %(before_id)s::text)
  and (%(bots)s::text = 'include' or (bot_reason is not null) = (%(bots)s::text = 'only'))
  and (%(status)s::text is null or conversion_status = %(status)s::text)
  and (%(device_type)s::text is null or device_type = %(device_type)s::text)
  and (%(browser)s::text is null or browser_name = %(browser)s::text)
  and (%(utm_source)s::text is null or utm_source = %(utm_source)s::text)
  and (%(utm_medium)s::text is null or utm_medium = %(utm_medium)s::text)
  and (%(utm_campaign)s::text is null or utm_campaign = %(utm_campaign)s::text)
  and (%(referrer_host)s::text is null or referrer_host = %(referrer_host)s::text)
  and (%(min_price)s::bigint is null or last_price >= %(min_price)s::bigint)
  and (%(max_price)s::bigint is null or last_price <= %(max_price)s::bigint)
  and (%(q)s::text is null or strpos(session_id, %(q)s::text) > 0)
  and (%(category)s::text is null or final_configuration ? %(category)s::text)
  and (
      %(value)s::text is null
      -- A ticked box, or a quantity alone, means the only option of its category in the list of its
      -- time, as in `figures/options.sql`.
      or case jsonb_typeof(final_configuration -> %(category)s::text)
          when 'string' then final_configuration ->> %(category)s::text
          else coalesce(
              nullif(final_configuration -> %(category)s::text ->> 'value', 'true'),
              %(only_options)s::jsonb
                  -> width_bucket(final_snapshot_at, %(list_starts)s::timestamptz[])
                  ->> %(category)s::text
          )
      end = %(value)s::text
  )
order by start_time desc, session_id desc
limit %(limit)s::integer;

-- name: one_session
-- The session, as in the list.
select
    session_id,
    id,
    start_time,
    end_time,
    last_activity,
    session_duration,
    total_interactions,
    conversion_status,
    converted_at,
    abandoned_at,
    verified_at,
    order_id,
    exit_page,
    host(ip_address) as ip_address,
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
    final_configuration,
    final_configuration_hash,
    final_snapshot_at,
    last_price,
    last_price_list_version,
    created_at,
    updated_at,
    tracker_version,
    clock_skew_ms
from user_sessions
where session_id = %(session_id)s;
