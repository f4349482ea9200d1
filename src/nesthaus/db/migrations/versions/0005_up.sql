-- What alerts need to be told once: their states, and the way of each notice.

-- `alert_rules` holds what an administrator changed; the other rules are in the code.
alter table alert_events drop constraint alert_events_rule_id_fkey;

-- A change is its own notice, which is sent until every channel has it.
alter table alert_events
    add column title text not null default '',
    add column body text not null default '',
    add column attempts integer not null default 0,
    add column next_attempt_at timestamptz,      -- null: it was told, or is not to be
    add column told_channels text[] not null default '{}',
    add column error text;                       -- of the last attempt
create index idx_alert_events_next_attempt_at on alert_events (next_attempt_at)
    where next_attempt_at is not null;

create table alert_states (
    rule_id text not null,
    phase text not null check (phase in ('quiet', 'firing')),
    since timestamptz not null,
    told text not null check (told in ('quiet', 'firing')),
    turning_since timestamptz,                   -- since when the figure says otherwise than `phase`
    value double precision,                      -- the last figure, and over how many
    count bigint not null,
    looked_at timestamptz,
    primary key (rule_id)
);
