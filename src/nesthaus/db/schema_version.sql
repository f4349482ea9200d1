-- name: version_table_exists
-- One row: whether a migration has ever run here.
select to_regclass('alembic_version') is not null;

-- name: current_revision
-- One row: the newest migration that has run; none where all have been taken back.
select version_num from alembic_version;
