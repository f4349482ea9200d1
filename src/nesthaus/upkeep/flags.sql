-- name: flags
-- One row per flag that somebody has set, by key.
select
    key,
    enabled,
    percentage,
    updated_at
from feature_flags
order by key collate "C";

-- name: lock_flags
-- No row. One change after the other: each sees what was before it, and how many there are.
lock table feature_flags in share row exclusive mode;

-- name: set_flag
-- No row.
insert into feature_flags (key, enabled, percentage, updated_at)
values (%(key)s, %(enabled)s, %(percentage)s, %(updated_at)s)
on conflict (key) do update set
    enabled = excluded.enabled,
    percentage = excluded.percentage,
    updated_at = excluded.updated_at;
