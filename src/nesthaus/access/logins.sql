-- name: begin_login
-- One row, unless the account is gone or its password is another one by now.
insert into logins (token_hash, account_id, created_at, last_used_at, expires_at)
select
    %(token_hash)s,
    id,
    %(at)s,
    %(at)s,
    %(expires_at)s
from accounts
where id = %(account_id)s
  and password_hash = %(password_hash)s
returning token_hash;

-- name: delete_expired
-- No row. Logins that are over.
delete from logins
where expires_at <= %(at)s;

-- name: valid_login
-- At most one row: the login with that hash and its account, unless it is over.
select
    accounts.email,
    accounts.role,
    logins.created_at,
    logins.last_used_at
from logins
join accounts on accounts.id = logins.account_id
where logins.token_hash = %(token_hash)s
  and logins.expires_at > %(at)s;

-- name: note_use
-- No row. Another process may have noted it meanwhile.
update logins
set last_used_at = %(at)s,
    expires_at = %(expires_at)s
where token_hash = %(token_hash)s
  and last_used_at <= %(noted_before)s;

-- name: end_login
-- No row. Ended twice is ended.
delete from logins
where token_hash = %(token_hash)s;
