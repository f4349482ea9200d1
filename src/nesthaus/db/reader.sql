-- name: become_reader
-- One row where from now on the connection has the reader's rights alone; none where there is no
-- such role, it is not ours to take, or it cannot read a table that it should.
select set_config('role', rolname, false)
from pg_roles
where rolname = 'nesthaus_report'
    and pg_has_role(oid, 'set')
    and to_regclass('user_sessions') is not null
    and not exists (
        select
        from pg_class
        where relkind in ('r', 'p')
            and not relispartition
            and relnamespace = (
                select relnamespace
                from pg_class
                where oid = to_regclass('user_sessions')
            )
            and relname not in ('accounts', 'logins', 'api_tokens', 'tombstone_keys')
            and not has_table_privilege(pg_roles.oid, pg_class.oid, 'select')
    );

-- name: reader
-- One row: whether there is the role, and whether we may take it.
select
    count(*) > 0 as is_there,
    coalesce(bool_or(pg_has_role(oid, 'set')), false) as is_ours
from pg_roles
where rolname = 'nesthaus_report';

-- name: make_reader
-- No row. Nobody can log in as it.
create role nesthaus_report nologin;

-- name: take_reader
-- No row. Who migrates is who serves, or its administrator grants it to who serves.
grant nesthaus_report to current_user;

-- name: open_schema
-- No row.
grant usage on schema public to nesthaus_report;

-- name: open_tables
-- No row. Of partitions made later only the whole table is asked.
grant select on all tables in schema public to nesthaus_report;

-- name: close_secrets
-- No row. Passwords, logins and tokens are for `access` alone; with the keys of tombstones who knows
-- a session could tell that it was erased.
revoke all on accounts, logins, api_tokens, tombstone_keys from nesthaus_report;
