-- name: facts
-- One row: the schema in which the tables lie, and the snapshot, for other connections to share.
select
    current_schema(),
    pg_export_snapshot();

-- name: tables
-- One row per table that holds rows of its own right, by name; months of a table are part of it.
select relname
from pg_class
where relnamespace = current_schema()::regnamespace
  and relkind in ('r', 'p')
  and not relispartition
order by relname;

-- name: take_turn
-- One row: whether nobody else restores here. Falls with the connection.
select pg_try_advisory_lock(7310, 2);

-- name: schema_and_rest
-- One row: the schema in which tables lie, whether another of that name exists, and extensions that
-- would move with it.
select
    current_schema(),
    to_regnamespace(quote_ident(%(aside)s)) is not null,
    (
        select string_agg(extname, ', ' order by extname)
        from pg_extension
        where extnamespace = current_schema()::regnamespace
    );

-- name: others
-- One row: how many connections of our own programs there are besides this one.
select count(*)
from pg_stat_activity
where datname = current_database()
  and pid <> pg_backend_pid()
  and application_name like 'nesthaus%%';
