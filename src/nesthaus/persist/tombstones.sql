-- name: share_turn
-- One row: the keys. Until the end of the transaction nobody passes `await_turns`; what is asked of
-- tombstones in later statements is what holds until then.
select
    array(
        select key
        from tombstone_keys
        order by made_at desc, key
    ) as keys,
    pg_advisory_xact_lock_shared(7310, 8) as shared;

-- name: await_turns
-- One row. Returns when every transaction that shared the turn before is over.
select pg_advisory_xact_lock(7310, 8);

-- name: any_at_all
-- One row: whether any session was ever erased. A statement of its own, because the one before may
-- have waited, and then sees what was before.
select exists(select 1 from tombstones);

-- name: named
-- One row per hash among these that an erased session left.
select digest
from tombstones
where digest = any(%(digest)b::bytea[]);

-- name: keys
-- One row per key, the one for new hashes first.
select
    key,
    made_at
from tombstone_keys
order by made_at desc, key;

-- name: stones
-- One row per erased session.
select
    digest,
    erased_at
from tombstones
order by erased_at, digest;

-- name: add_keys
-- No row. Keys of other databases; those that are known stay as they are.
insert into tombstone_keys (key, made_at)
select
    key,
    made_at
from unnest(%(key)s::bytea[], %(made_at)s::timestamptz[]) as brought (key, made_at)
on conflict (key) do nothing;

-- name: add_stones
-- No row. The time of the first erasure stays.
insert into tombstones (digest, erased_at)
select
    digest,
    erased_at
from unnest(%(digest)s::bytea[], %(erased_at)s::timestamptz[]) as brought (digest, erased_at)
on conflict (digest) do nothing;

-- name: has_tombstones
-- One row: whether there is a table of tombstones in this schema.
select to_regclass('tombstones') is not null;
