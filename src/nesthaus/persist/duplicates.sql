-- name: note_interactions
-- One row per acceptance noted now: of an interaction that is stored with another one.
-- Without bounds over all: `raw_rows.interactions_within` says why.
insert into duplicate_events (session_id, id, received_at, copy)
select
    again.session_id,
    again.id,
    again.received_at,
    again.copy
from unnest(
    %(session_id)b::text[],
    %(timestamp)b::timestamptz[],
    %(id)b::uuid[],
    %(received_at)b::timestamptz[],
    %(copy)b::smallint[]
) as again (session_id, timestamp, id, received_at, copy)
inner join interaction_events as stored
    on stored.session_id = again.session_id
    and stored.timestamp = again.timestamp
    and stored.id = again.id
where stored.received_at <> again.received_at
   or again.copy > 0
on conflict do nothing
returning session_id;

-- name: note_snapshots
-- One row per acceptance noted now: likewise, of a snapshot. One that came with a
-- finalisation has its id and time of receipt: together they make one row.
insert into duplicate_events (session_id, id, received_at, copy)
select
    again.session_id,
    again.id,
    again.received_at,
    again.copy
from unnest(
    %(session_id)b::text[],
    %(timestamp)b::timestamptz[],
    %(id)b::uuid[],
    %(received_at)b::timestamptz[],
    %(copy)b::smallint[]
) as again (session_id, timestamp, id, received_at, copy)
inner join configuration_snapshots as stored
    on stored.session_id = again.session_id
    and stored.timestamp = again.timestamp
    and stored.id = again.id
where stored.received_at <> again.received_at
   or again.copy > 0
on conflict do nothing
returning session_id;

-- name: note_finalisations
-- One row per acceptance noted now: likewise, of a finalisation.
insert into duplicate_events (session_id, id, received_at, copy)
select
    again.session_id,
    again.id,
    again.received_at,
    again.copy
from unnest(
    %(session_id)b::text[],
    %(timestamp)b::timestamptz[],
    %(id)b::uuid[],
    %(received_at)b::timestamptz[],
    %(copy)b::smallint[]
) as again (session_id, timestamp, id, received_at, copy)
inner join session_finalisations as stored
    on stored.session_id = again.session_id
    and stored.timestamp = again.timestamp
    and stored.id = again.id
where stored.received_at <> again.received_at
   or again.copy > 0
on conflict do nothing
returning session_id;
