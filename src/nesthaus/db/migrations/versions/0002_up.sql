-- What stored figures, tracking health, jobs and logins need.

alter table user_sessions
    add column tracker_version text,             -- that of the earliest call that told one
    add column version_at timestamptz,           -- earliest time at which a call told one
    add column clock_skew_ms bigint;             -- least receipt time minus sentAt over its calls

alter table session_entries add column tracker_version text;

-- For sources that have no figures of their own.
create index idx_user_sessions_utm_source on user_sessions (utm_source, start_time);

-- Who else reported an order, when the session it is counted in is erased.
create index idx_session_finalisations_order_id on session_finalisations (order_id)
    where order_id is not null;

-- An event that was accepted again: one row per copy after the first. `copy` counts the copies
-- within one call, from 0; a call that is read twice from the stream makes the same rows.
create table duplicate_events (
    session_id text not null references user_sessions (session_id) on delete cascade,
    id uuid not null,
    received_at timestamptz not null,
    copy smallint not null,
    primary key (session_id, id, received_at, copy)
);

-- What a session's raw rows say that is no column of user_sessions; aggregate writes it with each
-- recount of the hour the session began in. Sessions that are not counted yet have no row.
create table session_figures (
    session_id text not null references user_sessions (session_id) on delete cascade,
    start_time timestamptz not null,             -- as in user_sessions, when it was counted
    furthest_step text not null,                 -- of the funnel
    bounce boolean not null,
    path text[] not null,                        -- categories of successive selections, repeats once
    decisions jsonb not null,                    -- category -> milliseconds of its first stay
    changes jsonb not null,                      -- [{category, option, final, abandoned, returned}]
    expected integer not null,                   -- events its page loads sent, by their sequence
    received integer not null,                   -- of those, the distinct ones stored
    late integer not null,                       -- received more than 60 s after their time
    over integer not null,                       -- later than 7 days after its start
    duplicates integer not null,                 -- accepted again
    price_mismatches integer not null,           -- snapshots whose client price differs by 1 € or more
    primary key (session_id)
);
create index idx_session_figures_start_time on session_figures (start_time);

-- `amount_sum`: whole euros for prices, seconds for durations; metric_type says which.
alter table hourly_analytics add column amount_sum bigint not null default 0;
alter table hourly_analytics_by add column amount_sum bigint not null default 0;
alter table daily_analytics add column amount_sum bigint not null default 0;
alter table daily_analytics_by add column amount_sum bigint not null default 0;
create index idx_hourly_analytics_metric on hourly_analytics (metric_type, hour);
create index idx_hourly_analytics_by_metric
    on hourly_analytics_by (dimension, dimension_value, metric_type, hour);
drop index idx_daily_analytics_metric_type;
create index idx_daily_analytics_metric_type on daily_analytics (metric_type, date);
create index idx_daily_analytics_by_metric
    on daily_analytics_by (dimension, dimension_value, metric_type, date);
-- The most frequent orders of categories of a day.
create index idx_daily_analytics_orders on daily_analytics (date, count)
    where metric_type = 'orders';
create index idx_daily_analytics_by_orders
    on daily_analytics_by (dimension, dimension_value, date, count)
    where metric_type = 'orders';

-- popular_configurations is the sum over all days.
create index idx_daily_configurations_hash on daily_configurations (configuration_hash, date);
-- The most frequent of a day.
create index idx_daily_configurations_sessions on daily_configurations (date, sessions);
create table daily_configurations_by (
    date date not null,
    dimension text not null check (dimension in ('device_type', 'utm_source', 'bot')),
    dimension_value text not null,
    configuration_hash text not null,
    sessions bigint not null,
    converted bigint not null,
    price_sum bigint not null,
    priced bigint not null,
    last_selected timestamptz not null,
    primary key (date, dimension, dimension_value, configuration_hash)
);
create index idx_daily_configurations_by_sessions
    on daily_configurations_by (dimension, dimension_value, date, sessions);

-- The exact amounts of a day's sessions, ascending, for figures that do not add up: quantiles. Of
-- `converted` sessions and others apart; `clock_skew` is told of all together. Buckets of amounts are
-- numbered without a gap from `first_bucket` on, and `ends` says how many amounts lie in each and
-- all before it: so that only those near a quantile need be read.
create table daily_spreads (
    date date not null,
    dimension text not null check (dimension in ('', 'device_type', 'utm_source', 'bot')),
    dimension_value text not null,               -- of the totals: '', as is `dimension`
    metric_type text not null check (metric_type in ('price', 'decision_time', 'clock_skew')),
    category text not null,
    converted boolean not null,
    first_bucket integer not null,
    ends integer[] not null,
    amounts bigint[] not null,                   -- whole euros, milliseconds
    primary key (date, dimension, dimension_value, metric_type, category, converted)
);
create index idx_daily_spreads_metric
    on daily_spreads (dimension, dimension_value, metric_type, date);

-- One row: how the stored figures were counted. Days are cut in `time_zone`; another one needs
-- `nesthaus rebuild` first. `counted_at` is the `asOf` of every answer from stored figures.
create table aggregation_state (
    singleton boolean not null default true check (singleton),
    time_zone text not null,
    counted_at timestamptz,
    primary key (singleton)
);

-- Months whose raw rows are archived; their stored figures stay as they are.
create table closed_months (
    month date not null check (extract(day from month) = 1),
    closed_at timestamptz not null,
    primary key (month)
);

-- The last run of each periodic job.
create table jobs (
    name text not null,
    started_at timestamptz not null,
    finished_at timestamptz,                     -- null: running, or broken off
    duration_ms double precision,
    result text,                                 -- in a few words what it did
    error text,                                  -- why it failed; null: it did not
    next_run_at timestamptz,
    primary key (name)
);

-- Dashboard logins. The cookie's value is kept as its SHA-256 only.
create table logins (
    token_hash bytea not null,
    account_id uuid not null references accounts (id) on delete cascade,
    created_at timestamptz not null,
    last_used_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (token_hash)
);
create index idx_logins_account_id on logins (account_id);

-- One metric over a span of time.
create index idx_performance_metrics_name on performance_metrics (metric_name, timestamp);
