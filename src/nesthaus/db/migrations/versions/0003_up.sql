-- What reports need to answer as quickly at a million sessions.

-- Options that final configurations have side by side. A key of `pairs` is a JSON array of two
-- categories, in the order of their code points; its value is a list of
-- [option of the first, option of the second, sessions, converted ones].
create table daily_pairs (
    date date not null,
    dimension text not null check (dimension in ('', 'device_type', 'utm_source', 'bot')),
    dimension_value text not null,               -- of the totals: '', as is `dimension`
    pairs jsonb not null,
    primary key (date, dimension, dimension_value)
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

-- What was measured in a session.
create index idx_performance_metrics_session_id on performance_metrics (session_id)
    where session_id is not null;

alter table session_figures
    drop column decisions,
    drop column changes,
    -- Categories decided about, and in the same place how many milliseconds their first stay took.
    add column decided_categories text[] not null default '{}',
    add column decision_ms bigint[] not null default '{}',
    -- Options selected that did not stand at the end, or were come back to; of each, in the same
    -- place: what its category ended with (null: with none), and whether it was come back to.
    add column changed_categories text[] not null default '{}',
    add column changed_options text[] not null default '{}',
    add column changed_finals text[] not null default '{}',
    add column came_back boolean[] not null default '{}',
    -- Options selected, in the order of category and option by code point; of each, in the same
    -- place: how often, how long in milliseconds, and how many of these times were told.
    add column selected_categories text[] not null default '{}',
    add column selected_options text[] not null default '{}',
    add column selections integer[] not null default '{}',
    add column selection_ms bigint[] not null default '{}',
    add column timed_selections integer[] not null default '{}';

-- All that is there is counted again, for the new figures.
insert into recount_marks (session_id, hour)
select
    '',
    hour
from (
    select date_trunc('hour', start_time, 'UTC') as hour
    from user_sessions
    union
    select date_trunc('hour', timestamp, 'UTC') as hour
    from performance_metrics
) as hours;
