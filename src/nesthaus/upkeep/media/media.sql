-- name: mirrored
-- One row per mirrored file.
select
    file_id,
    folder_id,
    name,
    number,
    title,
    variant,
    mime_type,
    size_bytes,
    md5,
    sha256,
    object_name,
    modified_at
from media_files
order by number, variant, file_id collate "C";

-- name: keep_file
-- No row. A file is stored, or is called otherwise now.
insert into media_files (
    file_id, folder_id, name, number, title, variant, mime_type, size_bytes, md5, sha256,
    object_name, modified_at, mirrored_at
)
values (
    %(file_id)s, %(folder_id)s, %(name)s, %(number)s, %(title)s, %(variant)s, %(mime_type)s,
    %(size_bytes)s, %(md5)s, %(sha256)s, %(object_name)s, %(modified_at)s, %(mirrored_at)s
)
on conflict (file_id) do update set
    folder_id = excluded.folder_id,
    name = excluded.name,
    number = excluded.number,
    title = excluded.title,
    variant = excluded.variant,
    mime_type = excluded.mime_type,
    size_bytes = excluded.size_bytes,
    md5 = excluded.md5,
    sha256 = excluded.sha256,
    object_name = excluded.object_name,
    modified_at = excluded.modified_at,
    mirrored_at = excluded.mirrored_at;

-- name: drop_files
-- No row. Files that are in Drive no more.
delete from media_files
where file_id = any(%(file_ids)s::text[]);

-- name: note_stale
-- No row. Files of the store that may go once no manifest names them.
insert into media_stale_objects (object_name, since)
select
    name,
    %(since)s
from unnest(%(names)s::text[]) as stale (name)
on conflict (object_name) do nothing;

-- name: stale
-- One row per file of the store that no mirrored file has.
select object_name
from media_stale_objects as stale
where not exists (
    select
    from media_files as kept
    where kept.object_name = stale.object_name
)
order by object_name collate "C";

-- name: forget_stale
-- No row. They are gone, or in use again.
delete from media_stale_objects as stale
where
    stale.object_name = any(%(names)s::text[])
    or exists (
        select
        from media_files as kept
        where kept.object_name = stale.object_name
    );

-- name: publish_manifest
-- No row.
insert into media_manifest (id, document, published_at)
values (1, %(document)s, %(published_at)s)
on conflict (id) do update set
    document = excluded.document,
    published_at = excluded.published_at;

-- name: manifest
-- At most one row: what the configurator reads.
select document
from media_manifest;

-- name: order_sync
-- One row where the order is taken; none where another is not finished.
insert into media_syncs (
    id, requested_at, requested_by, dry_run, confirmed_deletions, state
)
values (%(id)s, %(at)s, %(by)s, %(dry_run)s, %(confirmed_deletions)s, 'waiting')
on conflict do nothing
returning id;

-- name: open_sync
-- At most one row: the order that waits, runs, or was broken off.
select
    id,
    state,
    dry_run,
    confirmed_deletions,
    requested_by
from media_syncs
where finished_at is null;

-- name: begin_sync
-- No row.
update media_syncs
set
    state = 'running',
    started_at = %(at)s
where id = %(id)s;

-- name: note_progress
-- No row.
update media_syncs
set
    phase = %(phase)s,
    files_done = %(files_done)s,
    files_total = %(files_total)s,
    bytes_copied = %(bytes_copied)s
where id = %(id)s;

-- name: end_sync
-- No row.
update media_syncs
set
    state = %(state)s,
    finished_at = %(at)s,
    result = %(result)s::jsonb,
    error = %(error)s
where
    id = %(id)s
    and finished_at is null;

-- name: latest_syncs
-- One row per sync, the latest first.
select
    id,
    requested_at,
    requested_by,
    dry_run,
    confirmed_deletions,
    state,
    started_at,
    finished_at,
    phase,
    files_done,
    files_total,
    bytes_copied,
    result,
    error
from media_syncs
order by requested_at desc, id desc
limit %(limit)s::bigint;
