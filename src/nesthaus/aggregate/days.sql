-- Days are the sums of their hours.

-- name: make_day_differences
-- No row. One row of the table is a figure of a day that is stored otherwise than its hours add up
-- to; `dimension` is '' for the totals, `count` null where no hour has the figure.
create temp table if not exists day_differences (
    date date not null,
    dimension text not null,
    dimension_value text not null,
    metric_type text not null,
    category text not null,
    value_text text not null,
    count bigint,
    unique_sessions bigint,
    time_sum_ms bigint,
    timed_count bigint,
    amount_sum bigint
) on commit delete rows;

-- name: find_differences
-- No row. What is stored of the days and equals the sum of their hours is left out.
with days as (
    select *
    from unnest(
        %(date)s::date[], %(since)s::timestamptz[], %(until)s::timestamptz[]
    ) as asked (date, since, until)
),
counted as (
    select
        days.date,
        '' as dimension,
        '' as dimension_value,
        hourly.metric_type,
        hourly.category,
        hourly.value_text,
        sum(hourly.count)::bigint as count,
        sum(hourly.unique_sessions)::bigint as unique_sessions,
        sum(hourly.time_sum_ms)::bigint as time_sum_ms,
        sum(hourly.timed_count)::bigint as timed_count,
        sum(hourly.amount_sum)::bigint as amount_sum
    from days
    inner join hourly_analytics as hourly
        on hourly.hour >= days.since
        and hourly.hour < days.until
    group by days.date, hourly.metric_type, hourly.category, hourly.value_text
    union all
    select
        days.date,
        hourly.dimension,
        hourly.dimension_value,
        hourly.metric_type,
        hourly.category,
        hourly.value_text,
        sum(hourly.count)::bigint as count,
        sum(hourly.unique_sessions)::bigint as unique_sessions,
        sum(hourly.time_sum_ms)::bigint as time_sum_ms,
        sum(hourly.timed_count)::bigint as timed_count,
        sum(hourly.amount_sum)::bigint as amount_sum
    from days
    inner join hourly_analytics_by as hourly
        on hourly.hour >= days.since
        and hourly.hour < days.until
    group by
        days.date, hourly.dimension, hourly.dimension_value,
        hourly.metric_type, hourly.category, hourly.value_text
),
stored as (
    select
        date, '' as dimension, '' as dimension_value, metric_type, category, value_text,
        count, unique_sessions, time_sum_ms, timed_count, amount_sum
    from daily_analytics
    where date = any(%(date)s::date[])
    union all
    select
        date, dimension, dimension_value, metric_type, category, value_text,
        count, unique_sessions, time_sum_ms, timed_count, amount_sum
    from daily_analytics_by
    where date = any(%(date)s::date[])
)
insert into day_differences (
    date, dimension, dimension_value, metric_type, category, value_text,
    count, unique_sessions, time_sum_ms, timed_count, amount_sum
)
select
    date,
    dimension,
    dimension_value,
    metric_type,
    category,
    value_text,
    counted.count,
    counted.unique_sessions,
    counted.time_sum_ms,
    counted.timed_count,
    counted.amount_sum
from counted
full join stored
    using (date, dimension, dimension_value, metric_type, category, value_text)
where (
    counted.count, counted.unique_sessions, counted.time_sum_ms, counted.timed_count,
    counted.amount_sum
) is distinct from (
    stored.count, stored.unique_sessions, stored.time_sum_ms, stored.timed_count, stored.amount_sum
);

-- name: delete_totals
-- No row. Totals that no hour has any more.
delete from daily_analytics as stored
using day_differences as different
where different.count is null
  and different.dimension = ''
  and stored.date = different.date
  and stored.metric_type = different.metric_type
  and stored.category = different.category
  and stored.value_text = different.value_text;

-- name: write_totals
-- No row. Totals that are new or other than they were.
insert into daily_analytics (
    date, metric_type, category, value_text,
    count, unique_sessions, time_sum_ms, timed_count, amount_sum
)
select
    date, metric_type, category, value_text,
    count, unique_sessions, time_sum_ms, timed_count, amount_sum
from day_differences
where dimension = ''
  and count is not null
on conflict (date, metric_type, category, value_text) do update set
    count = excluded.count,
    unique_sessions = excluded.unique_sessions,
    time_sum_ms = excluded.time_sum_ms,
    timed_count = excluded.timed_count,
    amount_sum = excluded.amount_sum;

-- name: delete_breakdowns
-- No row. As above, of the breakdowns.
delete from daily_analytics_by as stored
using day_differences as different
where different.count is null
  and stored.date = different.date
  and stored.dimension = different.dimension
  and stored.dimension_value = different.dimension_value
  and stored.metric_type = different.metric_type
  and stored.category = different.category
  and stored.value_text = different.value_text;

-- name: write_breakdowns
-- No row. As above, of the breakdowns.
insert into daily_analytics_by (
    date, dimension, dimension_value, metric_type, category, value_text,
    count, unique_sessions, time_sum_ms, timed_count, amount_sum
)
select
    date, dimension, dimension_value, metric_type, category, value_text,
    count, unique_sessions, time_sum_ms, timed_count, amount_sum
from day_differences
where dimension <> ''
  and count is not null
on conflict (date, dimension, dimension_value, metric_type, category, value_text) do update set
    count = excluded.count,
    unique_sessions = excluded.unique_sessions,
    time_sum_ms = excluded.time_sum_ms,
    timed_count = excluded.timed_count,
    amount_sum = excluded.amount_sum;

-- name: differing_days
-- One row per day of which a figure was stored otherwise than its hours add up to, and how many.
select
    date,
    count(*)
from day_differences
group by date
order by date;
