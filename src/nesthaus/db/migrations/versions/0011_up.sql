-- Sums of weeks beside those of days, for what is asked of many days. Nothing is added up here: the
-- scheduler does it, and until then days are read.

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

create table counted_weeks (
    week date not null check (extract(isodow from week) = 1),
    primary key (week)
);

alter table aggregation_state add column weeks_at timestamptz;
