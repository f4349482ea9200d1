-- name: lock_accounts
-- No row. One change of accounts, or one new login, after the other: the last admin stays, and no
-- login outlives the password it was made with.
lock table accounts in share row exclusive mode;

-- name: create_account
-- One row, unless the name is taken.
insert into accounts (id, email, role, password_hash, created_at)
values (%(id)s, %(email)s, %(role)s, %(password_hash)s, %(created_at)s)
on conflict (email) do nothing
returning id;

-- name: any_account
-- One row where there is an account.
select id
from accounts
limit 1;

-- name: page_of_accounts
-- One row per account, the latest first, from the cursor on.
select
    id,
    email,
    role,
    created_at
from accounts
where (created_at, id) < (%(before_at)s::timestamptz, %(before_id)s::uuid)
order by created_at desc, id desc
limit %(limit)s::bigint;

-- name: account_named
-- At most one row: the account of that name.
select
    id,
    email,
    role,
    password_hash,
    created_at
from accounts
where email = %(email)s;

-- name: delete_account
-- One row where there was such an account. Its logins go with it.
delete from accounts
where id = %(id)s
returning email, role;

-- name: any_admin
-- One row where there is an admin.
select id
from accounts
where role = 'admin'
limit 1;

-- name: change_password
-- One row where there is such an account.
update accounts
set password_hash = %(password_hash)s
where id = %(id)s
returning email;

-- name: end_logins
-- No row. All logins of an account.
delete from logins
where account_id = %(id)s;
