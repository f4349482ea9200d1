-- The whole schema as it is after all migrations, kept by hand; a test compares the two through the
-- catalogue. For reading: nothing runs this file but that test.

-- The plan's tables and what the invariants need. Growth rules (docs/decisions): every unique key of
-- a session table begins with session_id, no trigger, no sequence; so the tables can be distributed
-- by session_id over many machines later without a change.

-- One row per session. Everything but the counters is a function of the raw rows below.
create table user_sessions (
    session_id text not null check (length(session_id) between 1 and 255),
    id uuid not null default gen_random_uuid(),
    start_time timestamptz not null,
    last_activity timestamptz not null,          -- latest time within 7 days of the start
    latest_seen timestamptz not null,            -- latest time of anything received, also beyond 7 days
    entry_at timestamptz,                        -- earliest time at which a request told its user agent
    end_time timestamptz,                        -- last_activity of a session that is over, else null
    session_duration integer,                    -- whole seconds from start_time to last_activity
    total_interactions integer not null default 0,
    conversion_status text not null default 'ongoing'
        check (conversion_status in ('ongoing', 'abandoned', 'converted')),
    converted_at timestamptz,
    abandoned_at timestamptz,
    verified_at timestamptz,                     -- a server of the shop reported or confirmed the conversion
    order_id text,
    exit_page text check (length(exit_page) <= 255),
    ip_address inet,                             -- truncated to /24 or /48 before it reaches us
    user_agent text,
    device_type text not null default 'unknown'
        check (device_type in ('mobile', 'tablet', 'desktop', 'unknown')),
    browser_name text not null default 'unknown',
    viewport_width integer,
    viewport_height integer,
    referrer text,
    referrer_host text not null default 'direct',
    utm_source text not null default 'direct',
    utm_medium text,
    utm_campaign text,
    bot_reason text,                             -- null: a person
    final_configuration_hash text,
    final_configuration jsonb,
    final_snapshot_at timestamptz,
    last_price integer,                          -- whole euros
    last_price_list_version text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    tracker_version text,                        -- that of the earliest call that told one
    version_at timestamptz,                      -- earliest time at which a call told one
    clock_skew_ms bigint,                        -- least receipt time minus sentAt over its calls
    primary key (session_id)
) with (fillfactor = 85);
create index idx_user_sessions_start_time on user_sessions (start_time desc, session_id desc);
-- For sources that have no figures of their own.
create index idx_user_sessions_utm_source on user_sessions (utm_source, start_time);
-- For the idle pass. Not a B-tree on last_activity: one on a column that each batch changes would
-- make each of those updates write to all indexes (no HOT update).
create index idx_user_sessions_ongoing on user_sessions (session_id) where conversion_status = 'ongoing';
-- For who was active lately. It lists blocks, not rows, so that an update of a row in its place
-- (HOT) needs no other index; rows stand about in the order of their time.
create index idx_user_sessions_last_activity on user_sessions
    using brin (last_activity) with (pages_per_range = 16, autosummarize = on);
-- The plan's idx_user_sessions_session_id is the primary key.

-- What a page said when it opened a session, one row per create call; or, where no create came
-- first, the user agent and the tracker's version of the earliest requests that told them.
create table session_entries (
    session_id text not null references user_sessions (session_id) on delete cascade,
    timestamp timestamptz not null,
    id uuid not null,
    received_at timestamptz not null,
    over boolean not null default false,
    implied boolean not null,                    -- true: from a call other than create; header or tracker version
    user_agent text,                             -- said by the page
    header_user_agent text,
    device_type text,
    viewport_width integer,
    viewport_height integer,
    referrer text,
    utm_source text,
    utm_medium text,
    utm_campaign text,
    configuration_data jsonb,
    tracker_version text,
    flags jsonb,                                 -- key -> on or off, as the page was told; else null
    primary key (session_id, timestamp, id)
);

-- An event that was accepted again: one row per copy after the first. `copy` counts the copies
-- within one call, from 0; a call that is read twice from the stream makes the same rows.
create table duplicate_events (
    session_id text not null references user_sessions (session_id) on delete cascade,
    id uuid not null,
    received_at timestamptz not null,
    copy smallint not null,
    primary key (session_id, id, received_at, copy)
);

create table interaction_events (
    id uuid not null,
    timestamp timestamptz not null,
    received_at timestamptz not null,
    time_spent integer check (time_spent between 0 and 86400000), -- milliseconds
    sequence integer,
    viewport_width integer,
    viewport_height integer,
    quantity integer,
    square_meters double precision,
    over boolean not null default false,         -- more than 7 days after the session's start
    session_id text not null references user_sessions (session_id) on delete cascade,
    event_type text not null check (length(event_type) <= 50),
    category text check (length(category) <= 100),
    element_id text check (length(element_id) <= 100),
    selection_value text check (length(selection_value) <= 100),
    previous_value text check (length(previous_value) <= 100),
    cause text,
    page text,
    device_type text,
    primary key (session_id, timestamp, id)
) partition by range (timestamp);
-- BRIN: rows arrive nearly in time order; a b-tree here would cost 20 bytes a row for the same use.
create index idx_interaction_events_timestamp on interaction_events using brin (timestamp);
-- The plan's idx_interaction_events_session_id is the beginning of the primary key.
create table interaction_events_default partition of interaction_events default;

create table configuration_snapshots (
    id uuid not null,
    timestamp timestamptz not null,
    received_at timestamptz not null,
    over boolean not null default false,
    session_id text not null references user_sessions (session_id) on delete cascade,
    configuration_data jsonb not null,
    configuration_hash text not null,
    total_price integer,                         -- whole euros; null: could not be priced
    completion_percentage numeric(5, 2),
    price_list_version text not null,
    price_error text,
    client_price double precision,
    trigger_event text check (trigger_event in ('auto_save', 'page_exit', 'order_attempt')),
    primary key (session_id, timestamp, id)
) partition by range (timestamp);
-- The plan's idx_configuration_snapshots_session_id is the beginning of the primary key.
create table configuration_snapshots_default partition of configuration_snapshots default;

create table session_finalisations (
    session_id text not null references user_sessions (session_id) on delete cascade,
    timestamp timestamptz not null,
    id uuid not null,
    received_at timestamptz not null,
    over boolean not null default false,
    conversion_status text not null check (conversion_status in ('abandoned', 'converted')),
    exit_page text,
    order_id text,
    verified boolean not null,
    primary key (session_id, timestamp, id)
);
-- Who else reported an order, when the session it is counted in is erased.
create index idx_session_finalisations_order_id on session_finalisations (order_id)
    where order_id is not null;

-- What a session's raw rows say that is no column of user_sessions; aggregate writes it with each
-- recount of the hour the session began in. Sessions that are not counted yet have no row.
create table session_figures (
    session_id text not null references user_sessions (session_id) on delete cascade,
    start_time timestamptz not null,             -- as in user_sessions, when it was counted
    furthest_step text not null,                 -- of the funnel
    bounce boolean not null,
    path text[] not null,                        -- categories of successive selections, repeats once
    expected integer not null,                   -- events its page loads sent, by their sequence
    received integer not null,                   -- of those, the distinct ones stored
    late integer not null,                       -- received more than 60 s after their time
    over integer not null,                       -- later than 7 days after its start
    duplicates integer not null,                 -- accepted again
    price_mismatches integer not null,           -- snapshots whose client price differs by 1 € or more
    -- Categories decided about, and in the same place how many milliseconds their first stay took.
    decided_categories text[] not null default '{}',
    decision_ms bigint[] not null default '{}',
    -- Options selected that did not stand at the end, or were come back to; of each, in the same
    -- place: what its category ended with (null: with none), and whether it was come back to.
    changed_categories text[] not null default '{}',
    changed_options text[] not null default '{}',
    changed_finals text[] not null default '{}',
    came_back boolean[] not null default '{}',
    -- Options selected, in the order of category and option by code point; of each, in the same
    -- place: how often, how long in milliseconds, and how many of these times were told.
    selected_categories text[] not null default '{}',
    selected_options text[] not null default '{}',
    selections integer[] not null default '{}',
    selection_ms bigint[] not null default '{}',
    timed_selections integer[] not null default '{}',
    primary key (session_id)
);
create index idx_session_figures_start_time on session_figures (start_time);

-- Which session an order belongs to: the one that reported it first; but what a server of the shop
-- tells goes before what pages tell, who could name any order and any time. Distributed by order_id.
create table orders (
    order_id text not null check (length(order_id) between 1 and 255),
    session_id text not null,
    ordered_at timestamptz not null,
    verified boolean not null default false,
    primary key (order_id)
);
-- For erasing a session.
create index idx_orders_session_id on orders (session_id);

-- "This session's hour must be counted again." Persist inserts, aggregate deletes; no row is updated.
-- Without a session, '': something was measured in that hour.
create table recount_marks (
    session_id text not null,
    hour timestamptz not null,
    id uuid not null default gen_random_uuid(),
    primary key (session_id, hour, id)
);
create index idx_recount_marks_hour on recount_marks (hour);

create table performance_metrics (
    id uuid not null,
    timestamp timestamptz not null,
    received_at timestamptz not null,
    session_id text,
    metric_name text not null check (length(metric_name) <= 100),
    value double precision not null,             -- the plan's decimal(10,3) overflows at ten million
    unit text,
    additional_data jsonb,
    -- How many values the row stands for, `value` being their mean. 0: a single one told apart,
    -- which another row stands for.
    count bigint not null default 1,
    -- Of several: the greatest of those that no row of their own tells; null: each has one.
    greatest double precision,
    -- Of several: the buckets they lie in, ascending (null: that of 0 and what is below), and how
    -- many in each. Null: a single value.
    buckets integer[],
    counts bigint[],
    primary key (id, timestamp)
) partition by range (timestamp);
create index idx_performance_metrics_timestamp on performance_metrics (timestamp);
create index idx_performance_metrics_name on performance_metrics (metric_name, timestamp);
-- What was measured in a session.
create index idx_performance_metrics_session_id on performance_metrics (session_id)
    where session_id is not null;
create table performance_metrics_default partition of performance_metrics default;

-- How often a process refused calls for a reason; a day's refusals are the sum of its rows.
create table refusals (
    id uuid not null,
    date date not null,
    reason text not null,
    count integer not null,
    primary key (id)
);
create index idx_refusals_date on refusals (date);

-- What could not be stored, and why. The id is made from the place in the stream: twice is once.
create table dead_letters (
    id uuid not null,
    session_id text,
    reason text not null,
    detail text not null,
    payload bytea not null,
    created_at timestamptz not null,
    primary key (id)
);

-- Stored figures. '' where a category or value does not apply, so that keys are never null.
-- `amount_sum`: whole euros for prices, seconds for durations; metric_type says which.
create table hourly_analytics (
    hour timestamptz not null,
    metric_type text not null,
    category text not null default '',
    value_text text not null default '',
    count bigint not null default 0,
    unique_sessions bigint not null default 0,
    time_sum_ms bigint not null default 0,
    timed_count bigint not null default 0,
    amount_sum bigint not null default 0,
    primary key (hour, metric_type, category, value_text)
);
create index idx_hourly_analytics_metric on hourly_analytics (metric_type, hour);
create table hourly_analytics_by (
    hour timestamptz not null,
    dimension text not null check (dimension in ('device_type', 'utm_source', 'bot')),
    dimension_value text not null,
    metric_type text not null,
    category text not null default '',
    value_text text not null default '',
    count bigint not null default 0,
    unique_sessions bigint not null default 0,
    time_sum_ms bigint not null default 0,
    timed_count bigint not null default 0,
    amount_sum bigint not null default 0,
    primary key (hour, dimension, dimension_value, metric_type, category, value_text)
);
create index idx_hourly_analytics_by_metric
    on hourly_analytics_by (dimension, dimension_value, metric_type, hour);
create table daily_analytics (
    id uuid not null default gen_random_uuid(),
    date date not null,
    metric_type text not null,
    category text not null default '',
    value_text text not null default '',
    count bigint not null default 0,
    unique_sessions bigint not null default 0,
    time_sum_ms bigint not null default 0,
    timed_count bigint not null default 0,
    average_time numeric(10, 2) generated always as
        (case when timed_count > 0 then round(time_sum_ms::numeric / timed_count, 2) end) stored,
    amount_sum bigint not null default 0,
    primary key (date, metric_type, category, value_text)
);
-- The plan's idx_daily_analytics_date is the beginning of the primary key.
create index idx_daily_analytics_metric_type on daily_analytics (metric_type, date);
-- The most frequent orders of categories of a day.
create index idx_daily_analytics_orders on daily_analytics (date, count)
    where metric_type = 'orders';
create table daily_analytics_by (
    date date not null,
    dimension text not null check (dimension in ('device_type', 'utm_source', 'bot')),
    dimension_value text not null,
    metric_type text not null,
    category text not null default '',
    value_text text not null default '',
    count bigint not null default 0,
    unique_sessions bigint not null default 0,
    time_sum_ms bigint not null default 0,
    timed_count bigint not null default 0,
    amount_sum bigint not null default 0,
    primary key (date, dimension, dimension_value, metric_type, category, value_text)
);
create index idx_daily_analytics_by_metric
    on daily_analytics_by (dimension, dimension_value, metric_type, date);
create index idx_daily_analytics_by_orders
    on daily_analytics_by (dimension, dimension_value, date, count)
    where metric_type = 'orders';
create table daily_configurations (
    date date not null,
    configuration_hash text not null,
    sessions bigint not null,
    converted bigint not null,
    price_sum bigint not null,
    priced bigint not null,
    last_selected timestamptz not null,
    primary key (date, configuration_hash)
);
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
-- Sums of the seven days from a Monday on, of weeks in counted_weeks; totals are the dimension ''.
create table weekly_figures (
    week date not null check (extract(isodow from week) = 1),
    dimension text not null check (dimension in ('', 'device_type', 'utm_source', 'bot')),
    dimension_value text not null,
    metric_type text not null,
    category text not null,
    value_text text not null,
    count bigint not null,
    unique_sessions bigint not null,
    time_sum_ms bigint not null,
    timed_count bigint not null,
    amount_sum bigint not null,
    primary key (dimension, dimension_value, metric_type, week, category, value_text)
);
-- The same of spreads. `amounts` in eight bytes each, the greatest first (int8send), and stored as
-- they are: so that those of a bucket are read without the rest.
create table weekly_spreads (
    week date not null check (extract(isodow from week) = 1),
    dimension text not null check (dimension in ('', 'device_type', 'utm_source', 'bot')),
    dimension_value text not null,
    metric_type text not null check (metric_type in ('price', 'decision_time', 'clock_skew')),
    category text not null,
    converted boolean not null,
    first_bucket integer not null,
    ends integer[] not null,
    amounts bytea not null,
    primary key (dimension, dimension_value, metric_type, week, category, converted)
);
alter table weekly_spreads alter column amounts set storage external;
-- Weeks that are told from their sums: a day that changes takes its week off, in its transaction.
create table counted_weeks (
    week date not null check (extract(isodow from week) = 1),
    primary key (week)
);
-- The measured values of a day, by the day their session began: a report speaks of sessions of its
-- range and of values of its range. Values of no session are the dimension `session`, and in no other.
create table daily_performance (
    date date not null,                          -- of the values
    session_date date not null,                  -- of their sessions; of no session: `date`
    dimension text not null
        check (dimension in ('', 'device_type', 'utm_source', 'bot', 'session')),
    dimension_value text not null,               -- of the totals: '', of no session: 'none'
    metric_name text not null,
    unit text,
    value_sum numeric not null,                  -- the same in whatever order it was added up
    buckets integer[] not null,                  -- ascending; null: that of 0 and what is below
    counts bigint[] not null,                    -- how many values lie in each of `buckets`
    slowest_values double precision[] not null,  -- the ten greatest, the greatest first
    slowest_at timestamptz[] not null,
    slowest_ids uuid[] not null,
    slowest_routes text[] not null,
    slowest_request_ids text[] not null,
    primary key (date, session_date, dimension, dimension_value, metric_name)
);
create index idx_daily_performance_metric
    on daily_performance (dimension, dimension_value, metric_name, date);
-- On which other days the sessions of a day were measured.
create index idx_daily_performance_session_date on daily_performance (session_date)
    where session_date <> date;

-- Options that final configurations have side by side. A key of `pairs` is a JSON array of two
-- categories, in the order of their code points; its value is a list of
-- [option of the first, option of the second, sessions, converted ones].
create table daily_pairs (
    date date not null,
    dimension text not null check (dimension in ('', 'device_type', 'utm_source', 'bot')),
    dimension_value text not null,               -- of the totals: '', as is `dimension`
    pairs jsonb not null,                        -- `null` where there are too many
    primary key (date, dimension, dimension_value)
);

-- The sum of daily_configurations.
create table popular_configurations (
    id uuid not null default gen_random_uuid(),
    configuration_hash text not null,
    configuration_data jsonb not null,
    selection_count bigint not null default 0,
    completion_count bigint not null default 0,
    average_price integer,
    last_selected timestamptz not null,
    created_at timestamptz not null default now(),
    primary key (configuration_hash)
);
-- The plan's idx_popular_configurations_hash is the primary key.
-- For the most frequent of all time.
create index idx_popular_configurations_selection_count
    on popular_configurations (selection_count desc, last_selected desc, configuration_hash);

-- One row: how the stored figures were counted. Days are cut in `time_zone`; another one needs
-- `nesthaus rebuild` first. `counted_at` is the `asOf` of every answer from stored figures.
-- `weeks_at` is the same: where it is not, a release has counted that does not know of weeks, and
-- they are not told.
create table aggregation_state (
    singleton boolean not null default true check (singleton),
    time_zone text not null,
    counted_at timestamptz,
    weeks_at timestamptz,
    primary key (singleton)
);

-- Months whose raw rows are archived; their stored figures stay as they are.
create table closed_months (
    month date not null check (extract(day from month) = 1),
    closed_at timestamptz not null,
    primary key (month)
);

-- Where an archived session is, and when it began: what comes of it later is not counted again, and
-- its journey is found. Its other rows are in the files of that part of the month.
create table archived_sessions (
    session_id text not null check (length(session_id) between 1 and 255),
    start_time timestamptz not null,
    month date not null check (extract(day from month) = 1),
    part integer not null,
    primary key (session_id)
);
-- For counting and checking months.
create index idx_archived_sessions_month on archived_sessions (month, part);

-- Of earlier days nothing measured is kept; what was counted of them stands.
create table metrics_kept (
    singleton boolean not null default true check (singleton),
    since date not null,                         -- in TIMEZONE
    primary key (singleton)
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

-- Small tables that administrators write.
create table feature_flags (
    key text not null,
    enabled boolean not null,
    percentage integer not null check (percentage between 0 and 100),
    updated_at timestamptz not null,
    primary key (key)
);
-- The rules that an administrator changed; the others are in the code.
create table alert_rules (
    id text not null,
    metric text not null,
    statistic text not null,
    threshold double precision not null,
    window_s integer not null,
    min_count integer not null,
    hold_s integer not null,
    enabled boolean not null,
    silenced_until timestamptz,
    primary key (id)
);
-- A change of an alert is its own notice, which is sent until every channel has it.
create table alert_events (
    id uuid not null,
    rule_id text not null,
    at timestamptz not null,
    state text not null check (state in ('quiet', 'pending', 'firing')),
    value double precision,
    notified_at timestamptz,
    title text not null default '',
    body text not null default '',
    attempts integer not null default 0,
    next_attempt_at timestamptz,                 -- null: it was told, or is not to be
    told_channels text[] not null default '{}',
    error text,                                  -- of the last attempt
    primary key (id)
);
create index idx_alert_events_rule on alert_events (rule_id, at);
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
create table accounts (
    id uuid not null,
    email text not null unique,
    role text not null check (role in ('viewer', 'admin')),
    password_hash text not null,
    created_at timestamptz not null,
    primary key (id)
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

create table api_tokens (
    id uuid not null,
    name text not null check (length(name) between 1 and 100),
    role text not null check (role in ('viewer', 'admin', 'tracker')),
    token_hash bytea not null unique,            -- SHA-256 of 256 random bits
    created_at timestamptz not null,
    last_used_at timestamptz,
    revoked_at timestamptz,
    primary key (id)
);
create table audit_log (
    id uuid not null,
    at timestamptz not null,
    actor text not null,
    action text not null,
    subject text not null,
    detail jsonb,
    primary key (id)
);
create index idx_audit_log_at on audit_log (at);
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

-- The keys with which ids are hashed; new hashes are made with the latest. A restore may bring more.
create table tombstone_keys (
    key bytea not null check (length(key) = 32),
    made_at timestamptz not null,
    primary key (key)
);
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
