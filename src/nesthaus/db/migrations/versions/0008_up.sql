-- What is left of erased sessions, and where their dead rows may still lie.

-- The keys with which ids are hashed; new hashes are made with the latest. A restore may bring more.
create table tombstone_keys (
    key bytea not null check (length(key) = 32),
    made_at timestamptz not null,
    primary key (key)
);
-- Two random UUIDs are 244 random bits.
insert into tombstone_keys (key, made_at)
select
    decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'),
    now();

-- One row per erased session: HMAC-SHA256 of its id.
create table tombstones (
    digest bytea not null check (length(digest) = 32),
    erased_at timestamptz not null,
    primary key (digest)
);

-- Tables, or partitions, in whose files rows of erased sessions may still lie as dead ones.
create table uncompacted (
    relation text not null,
    since timestamptz not null,
    primary key (relation)
);
