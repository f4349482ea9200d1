-- name: version_table_exists
-- One row: whether a migration has ever run here.
select to_regclass('alembic_version') is not null;

-- name: current_revision
-- One row: the newest migration that has run; none where all have been taken back.
select version_num from alembic_version;

-- name: allowed_program
-- One row: the schema up to which an older program must know to start here all the same; else null.
select obj_description('alembic_version'::regclass, 'pg_class');
