-- name: insert
-- No row. One entry of the stream that can never be stored, as it was sent.
insert into dead_letters (id, session_id, reason, detail, payload, created_at)
select
    id,
    session_id,
    reason,
    detail,
    payload,
    %(now)s
from unnest(
    %(id)s::uuid[],
    %(session_id)s::text[],
    %(reason)s::text[],
    %(detail)s::text[],
    %(payload)s::bytea[]
) as buried (id, session_id, reason, detail, payload)
order by id
on conflict (id) do nothing;

-- name: latest
-- One row per dead letter, the latest first.
select
    id,
    session_id,
    reason,
    detail,
    created_at,
    payload
from dead_letters
order by created_at desc, id desc
limit %(limit)s;

-- name: page
-- One row per dead letter, the latest first, from the cursor on.
select
    id,
    session_id,
    reason,
    detail,
    created_at,
    length(payload) as bytes
from dead_letters
where (created_at, id) < (%(before_at)s::timestamptz, %(before_id)s::uuid)
order by created_at desc, id desc
limit %(limit)s::bigint;

-- name: one
-- At most one row: the dead letter with that id.
select
    id,
    session_id,
    reason,
    detail,
    created_at,
    payload
from dead_letters
where id = %(id)s;

-- name: ids
-- One row per dead letter, the oldest first.
select id
from dead_letters
order by created_at, id;

-- name: delete
-- One row per dead letter that was there, as it was.
delete from dead_letters
where id = any(%(id)s)
returning
    id,
    session_id,
    reason,
    detail,
    created_at,
    payload;
