-- name: copy_interactions
-- One interaction per row sent, in the order of InteractionRow. Only rows that certainly are not
-- there yet: a copy knows no "on conflict".
copy interaction_events (
    id, timestamp, received_at, time_spent, sequence, viewport_width, viewport_height, quantity,
    square_meters, over, session_id, event_type, category, element_id, selection_value,
    previous_value, cause, page, device_type
) from stdin (format binary);

-- name: insert_interactions
-- One row per interaction that was not there yet.
insert into interaction_events (
    id, timestamp, received_at, time_spent, sequence, viewport_width, viewport_height, quantity,
    square_meters, over, session_id, event_type, category, element_id, selection_value,
    previous_value, cause, page, device_type
)
select *
from unnest(
    %(id)s::uuid[],
    %(timestamp)s::timestamptz[],
    %(received_at)s::timestamptz[],
    %(time_spent)s::integer[],
    %(sequence)s::integer[],
    %(viewport_width)s::integer[],
    %(viewport_height)s::integer[],
    %(quantity)s::integer[],
    %(square_meters)s::double precision[],
    %(over)s::boolean[],
    %(session_id)s::text[],
    %(event_type)s::text[],
    %(category)s::text[],
    %(element_id)s::text[],
    %(selection_value)s::text[],
    %(previous_value)s::text[],
    %(cause)s::text[],
    %(page)s::text[],
    %(device_type)s::text[]
)
on conflict do nothing
returning
    session_id,
    timestamp as at,
    over;

-- name: insert_entries
-- One row per entry that was not there yet.
insert into session_entries (
    session_id, timestamp, id, received_at, over, implied, user_agent, header_user_agent,
    device_type, viewport_width, viewport_height, referrer, utm_source, utm_medium, utm_campaign,
    tracker_version, configuration_data, flags
)
select *
from unnest(
    %(session_id)s::text[],
    %(timestamp)s::timestamptz[],
    %(id)s::uuid[],
    %(received_at)s::timestamptz[],
    %(over)s::boolean[],
    %(implied)s::boolean[],
    %(user_agent)s::text[],
    %(header_user_agent)s::text[],
    %(device_type)s::text[],
    %(viewport_width)s::integer[],
    %(viewport_height)s::integer[],
    %(referrer)s::text[],
    %(utm_source)s::text[],
    %(utm_medium)s::text[],
    %(utm_campaign)s::text[],
    %(tracker_version)s::text[],
    %(configuration_data)s::jsonb[],
    %(flags)s::jsonb[]
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
    %(id)s::uuid[],
    %(timestamp)s::timestamptz[],
    %(received_at)s::timestamptz[],
    %(over)s::boolean[],
    %(session_id)s::text[],
    %(configuration_data)b::text[]::jsonb[],
    %(configuration_hash)s::text[],
    %(total_price)s::integer[],
    %(completion_percentage)s::numeric[],
    %(price_list_version)s::text[],
    %(price_error)s::text[],
    %(client_price)s::double precision[],
    %(trigger_event)s::text[]
)
on conflict do nothing
returning session_id;

-- name: insert_finalisations
-- One row per finalisation that was not there yet.
insert into session_finalisations (
    session_id, timestamp, id, received_at, over, conversion_status, exit_page, order_id, verified
)
select *
from unnest(
    %(session_id)s::text[],
    %(timestamp)s::timestamptz[],
    %(id)s::uuid[],
    %(received_at)s::timestamptz[],
    %(over)s::boolean[],
    %(conversion_status)s::text[],
    %(exit_page)s::text[],
    %(order_id)s::text[],
    %(verified)s::boolean[]
)
on conflict do nothing
returning
    session_id,
    timestamp as at,
    conversion_status,
    order_id;
