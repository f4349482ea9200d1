-- name: archived
-- At most one row: where in the archive the session is.
select
    month,
    part
from archived_sessions
where session_id = %(session_id)s;

-- name: opening
-- At most one row: when the page first said that it opened the session, and the configuration it
-- showed then. A repeated or second create changes neither.
select
    e.id,
    e.timestamp,
    (
        select c.configuration_data
        from session_entries as c
        where c.session_id = %(session_id)s
          and c.configuration_data is not null
          and not c.implied
          and not c.over
        order by c.timestamp, c.configuration_data::text
        limit 1
    ) as configuration_data
from session_entries as e
where e.session_id = %(session_id)s
  and not e.implied
  and not e.over
order by e.timestamp, e.id
limit 1;

-- name: interactions
-- One row per interaction of the session, in the order of the session.
select
    id,
    session_id,
    timestamp,
    received_at,
    event_type,
    category,
    element_id,
    selection_value,
    previous_value,
    quantity,
    square_meters,
    time_spent,
    cause,
    page,
    sequence,
    device_type,
    viewport_width,
    viewport_height,
    over
from interaction_events
where session_id = %(session_id)s
order by timestamp, sequence, id
limit %(most)s::integer;

-- name: snapshots
-- One row per saved configuration of the session, in the order of the session.
select
    id,
    session_id,
    timestamp,
    received_at,
    configuration_data,
    configuration_hash,
    total_price,
    completion_percentage::double precision as completion_percentage,
    price_list_version,
    price_error,
    client_price,
    trigger_event,
    over
from configuration_snapshots
where session_id = %(session_id)s
order by timestamp, id
limit %(most)s::integer;

-- name: finalisations
-- One row per reported end of the session that counts: a conversion does whenever it comes.
select
    id,
    timestamp,
    conversion_status,
    exit_page,
    order_id,
    verified,
    over
from session_finalisations
where session_id = %(session_id)s
  and (not over or conversion_status = 'converted')
order by timestamp, id
limit %(most)s::integer;
