-- Price lists that were imported from a sheet. A published one is never changed again.
create table price_lists (
    version text not null,
    base_version text not null,                  -- the list whose categories and rules it has
    source text not null,                        -- the name of the file it came from
    document text not null,                      -- JSON, as catalogue/forms.py reads it
    imported_at timestamptz not null,
    in_force_from date,                          -- its first day; null: a draft
    published_at timestamptz,
    primary key (version),
    check ((in_force_from is null) = (published_at is null))
);

-- What is mirrored from Google Drive, by Drive's own id.
create table media_files (
    file_id text not null,
    folder_id text not null,
    name text not null,                          -- as in Drive
    number integer not null,
    title text not null,
    variant text not null check (variant in ('desktop', 'mobile')),
    mime_type text not null,
    size_bytes bigint not null,
    md5 text not null,                           -- as Drive tells it
    sha256 text not null,                        -- the file is stored under it
    object_name text not null,
    modified_at timestamptz,                     -- in Drive
    mirrored_at timestamptz not null,
    primary key (file_id)
);
-- Files of the store that no manifest will name any more; they go after the next one is published.
create table media_stale_objects (
    object_name text not null,
    since timestamptz not null,
    primary key (object_name)
);
-- One row: what the configurator reads.
create table media_manifest (
    id smallint not null check (id = 1),
    document text not null,
    published_at timestamptz not null,
    primary key (id)
);
create table media_syncs (
    id uuid not null,
    requested_at timestamptz not null,
    requested_by text not null,
    dry_run boolean not null,
    confirmed_deletions integer,                 -- so many files may be deleted
    state text not null check (state in ('waiting', 'running', 'done', 'failed')),
    started_at timestamptz,
    finished_at timestamptz,
    phase text,
    files_done integer not null default 0,
    files_total integer not null default 0,
    bytes_copied bigint not null default 0,
    result jsonb,
    error text,
    primary key (id)
);
create index idx_media_syncs_requested_at on media_syncs (requested_at);
-- One at a time.
create unique index idx_media_syncs_open on media_syncs ((true)) where finished_at is null;
