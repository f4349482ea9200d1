-- Which feature flags a session was told to have: key -> on or off; null: none.
alter table session_entries add column flags jsonb;

-- Of earlier days nothing measured is kept; what was counted of them stands.
create table metrics_kept (
    singleton boolean not null default true check (singleton),
    since date not null,                         -- in TIMEZONE
    primary key (singleton)
);
