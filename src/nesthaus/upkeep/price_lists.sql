-- name: stored_lists
-- One row per imported price list, drafts last, the published ones in the order of publishing.
select
    version,
    base_version,
    source,
    document,
    imported_at,
    in_force_from,
    published_at
from price_lists
order by published_at nulls last, version collate "C";

-- name: published_lists
-- One row per published price list that is not among the known ones, in the order of publishing.
select
    version,
    in_force_from,
    document
from price_lists
where
    published_at is not null
    and not version = any(%(known)s::text[])
order by published_at, version collate "C";

-- name: lock_price_lists
-- No row. One change after the other, so that each sees what was published before it.
lock table price_lists in share row exclusive mode;

-- name: keep_draft
-- One row where the draft is kept; none where a list of this version is published.
insert into price_lists (version, base_version, source, document, imported_at)
values (%(version)s, %(base_version)s, %(source)s, %(document)s, %(imported_at)s)
on conflict (version) do update set
    base_version = excluded.base_version,
    source = excluded.source,
    document = excluded.document,
    imported_at = excluded.imported_at
where price_lists.published_at is null
returning version;

-- name: publish_draft
-- One row where the draft is published; none where it is not there or published already.
update price_lists
set
    in_force_from = %(in_force_from)s,
    published_at = %(published_at)s
where
    version = %(version)s
    and published_at is null
returning version;
