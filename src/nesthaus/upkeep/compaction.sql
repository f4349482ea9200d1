-- name: uncompacted
-- One row per table or partition in whose files rows of erased sessions may lie.
select
    relation,
    since,
    to_regclass(quote_ident(relation)) is not null as is_there
from uncompacted
order by relation;

-- name: compacted
-- No row. Unless a session was erased from it since.
delete from uncompacted
where relation = %(relation)s
  and since = %(since)s;

-- name: mark
-- One row: a transaction id that is younger than all that was committed.
select pg_current_xact_id()::text;

-- name: older
-- One row: how many transactions, or copies of this database, may still see what was deleted before.
select count(*)
from (
    select backend_xmin as seen
    from pg_stat_activity
    where pid <> pg_backend_pid()
      and (datname = current_database() or backend_type = 'walsender')
    union all
    select backend_xid
    from pg_stat_activity
    where pid <> pg_backend_pid()
      and datname = current_database()
    union all
    select transaction
    from pg_prepared_xacts
    where database = current_database()
    union all
    select xmin
    from pg_replication_slots
) as snapshots
where age(seen) > age(%(mark)s::xid8::xid);

-- name: switch_wal
-- One row. What follows is written to a new file.
select pg_switch_wal();

-- name: emit
-- One row. Something in the present file, so that there is something to switch from.
select pg_logical_emit_message(false, 'nesthaus', '');

-- name: wal_ahead
-- One row: how many files wait to be written to, and keep what was in them until then; and whether
-- old ones are kept for that.
select
    (
        select count(*)
        from pg_ls_waldir()
        where name ~ '^[0-9A-F]{24}$'
          and name > pg_walfile_name(pg_current_wal_insert_lsn())
    ) as ahead,
    current_setting('wal_recycle') = 'on' as is_recycled;

-- name: sampled
-- One row per table of which the planner keeps samples, some of them of ids.
select relname
from pg_class
where relnamespace = current_schema()::regnamespace
  and relkind in ('r', 'p')
  and not relispartition
order by relname;

-- name: drop_samples
-- No row. Samples of tables that are empty now, which looking at them anew leaves as they are; and of
-- other connections' temporary tables, of which they make new ones when they fill them.
delete from pg_statistic
where starelid in (
    select oid
    from pg_class
    where relkind in ('r', 'p')
      and (
          relpersistence = 't'
          or relnamespace = current_schema()::regnamespace and reltuples = 0
      )
);
