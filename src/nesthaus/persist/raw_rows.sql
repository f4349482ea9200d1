-- name: copy_interactions
-- One interaction per row sent. Only rows that are not there yet: a copy knows no "on conflict".
copy interaction_events (
    id, timestamp, received_at, time_spent, sequence, viewport_width, viewport_height, quantity,
    square_meters, over, session_id, event_type, category, element_id, selection_value,
    previous_value, cause, page, device_type
) from stdin (format binary);

-- name: interactions_within
-- One row per interaction stored of a session within the span named. Without a bound over all spans:
-- where many rows are newer than the planner's figures it takes that for nearly none, and reads the
-- whole key for it.
select
    asked.session_id,
    stored.timestamp,
    stored.id
from unnest(
    %(session_id)b::text[], %(first)b::timestamptz[], %(end)b::timestamptz[]
) as asked (session_id, first, "end")
inner join interaction_events as stored
    on stored.session_id = asked.session_id
    and stored.timestamp >= asked.first
    and stored.timestamp < asked."end";

-- name: insert_entries
-- One row per entry that was not there yet.
insert into session_entries (
    session_id, timestamp, id, received_at, over, implied, user_agent, header_user_agent,
    device_type, viewport_width, viewport_height, referrer, utm_source, utm_medium, utm_campaign,
    tracker_version, configuration_data, flags
)
select *
from unnest(
    %(session_id)b::text[],
    %(timestamp)b::timestamptz[],
    %(id)b::uuid[],
    %(received_at)b::timestamptz[],
    %(over)b::boolean[],
    %(implied)b::boolean[],
    %(user_agent)b::text[],
    %(header_user_agent)b::text[],
    %(device_type)b::text[],
    %(viewport_width)b::integer[],
    %(viewport_height)b::integer[],
    %(referrer)b::text[],
    %(utm_source)b::text[],
    %(utm_medium)b::text[],
    %(utm_campaign)b::text[],
    %(tracker_version)b::text[],
    %(configuration_data)b::jsonb[],
    %(flags)b::jsonb[]
)
on conflict do nothing
returning session_id;

-- name: insert_snapshots
-- One row per snapshot that was not there yet.
insert into configuration_snapshots (
    id, timestamp, received_at, over, session_id, configuration_data, configuration_hash,
    total_price, completion_percentage, price_list_version, price_error, client_price,
    trigger_event
)
select *
from unnest(
    %(id)b::uuid[],
    %(timestamp)b::timestamptz[],
    %(received_at)b::timestamptz[],
    %(over)b::boolean[],
    %(session_id)b::text[],
    %(configuration_data)b::text[]::jsonb[],
    %(configuration_hash)b::text[],
    %(total_price)b::integer[],
    %(completion_percentage)b::numeric[],
    %(price_list_version)b::text[],
    %(price_error)b::text[],
    %(client_price)b::double precision[],
    %(trigger_event)b::text[]
)
on conflict do nothing
returning session_id;

-- name: insert_finalisations
-- One row per finalisation that was not there yet, or is verified only now: whoever tells it first,
-- it is verified once a server tells it.
insert into session_finalisations (
    session_id, timestamp, id, received_at, over, conversion_status, exit_page, order_id, verified
)
select *
from unnest(
    %(session_id)b::text[],
    %(timestamp)b::timestamptz[],
    %(id)b::uuid[],
    %(received_at)b::timestamptz[],
    %(over)b::boolean[],
    %(conversion_status)b::text[],
    %(exit_page)b::text[],
    %(order_id)b::text[],
    %(verified)b::boolean[]
)
on conflict (session_id, timestamp, id) do update set verified = true
where excluded.verified
  and not session_finalisations.verified
returning
    session_id,
    timestamp as at,
    conversion_status,
    order_id,
    verified,
    xmax = 0 as is_new;
