-- name: create_token
-- The new token's row.
insert into api_tokens (id, name, role, token_hash, created_at)
values (%(id)s, %(name)s, %(role)s, %(token_hash)s, %(at)s);

-- name: page_of_tokens
-- One row per token, revoked ones too, the latest first, from the cursor on.
select
    id,
    name,
    role,
    created_at,
    last_used_at,
    revoked_at
from api_tokens
where (created_at, id) < (%(before_at)s::timestamptz, %(before_id)s::uuid)
order by created_at desc, id desc
limit %(limit)s::bigint;

-- name: revoke_token
-- One row where there is such a token that is not revoked yet.
update api_tokens
set revoked_at = %(at)s
where id = %(id)s
  and revoked_at is null
returning name, role;

-- name: is_token
-- One row where there is such a token.
select id
from api_tokens
where id = %(id)s;

-- name: valid_token
-- At most one row: the token with that hash, unless it is revoked.
select
    id,
    name,
    role,
    last_used_at
from api_tokens
where token_hash = %(token_hash)s
  and revoked_at is null;

-- name: note_use
-- No row. Another process may have noted it meanwhile.
update api_tokens
set last_used_at = %(at)s
where id = %(id)s
  and (last_used_at is null or last_used_at <= %(noted_before)s);
