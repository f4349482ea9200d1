-- name: durability
-- One row: the settings on which PostgreSQL's promises rest, and its clock.
select
    current_setting('fsync'),
    current_setting('full_page_writes'),
    current_setting('synchronous_commit'),
    clock_timestamp();
