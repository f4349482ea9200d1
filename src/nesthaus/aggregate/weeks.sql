-- Weeks are the sums of their days: what is said of a week says nothing that its days do not.

-- name: forget
-- No row. Days of these weeks are other than when they were added up.
delete from counted_weeks
where week = any(%(week)s::date[]);

-- name: missing
-- One row per week that is over, has a day with figures and is not added up, in order.
select asked.week::date
from generate_series(
    date_trunc(
        'week',
        least(
            (select min(date) from daily_analytics),
            (select min(date) from daily_analytics_by)
        )::timestamp
    ),
    (%(today)s::date - 7)::timestamp,
    interval '1 week'
) as asked (week)
where not exists (
    select
    from counted_weeks as counted
    where counted.week = asked.week::date
)
and exists (
    select
    from daily_analytics as day
    where day.date between asked.week::date and asked.week::date + 6
    union all
    select
    from daily_analytics_by as day
    where day.date between asked.week::date and asked.week::date + 6
)
order by asked.week;

-- name: is_counted
-- One row: whether the week is added up.
select exists (
    select
    from counted_weeks
    where week = %(week)s::date
);

-- name: keep
-- No row. From now on the week is told from its sums.
insert into counted_weeks (week)
values (%(week)s)
on conflict (week) do nothing;

-- name: delete_figures
-- No row. Figures of the week that none of its days has.
delete from weekly_figures as weekly
where weekly.week = %(week)s::date
  and not exists (
      select
      from daily_analytics as day
      where weekly.dimension = ''
        and day.date between %(week)s::date and %(week)s::date + 6
        and day.metric_type = weekly.metric_type
        and day.category = weekly.category
        and day.value_text = weekly.value_text
      union all
      select
      from daily_analytics_by as day
      where day.date between %(week)s::date and %(week)s::date + 6
        and day.dimension = weekly.dimension
        and day.dimension_value = weekly.dimension_value
        and day.metric_type = weekly.metric_type
        and day.category = weekly.category
        and day.value_text = weekly.value_text
  );

-- name: write_figures
-- No row. Figures of the week that are new or other than they were.
insert into weekly_figures as weekly (
    week, dimension, dimension_value, metric_type, category, value_text,
    count, unique_sessions, time_sum_ms, timed_count, amount_sum
)
select
    %(week)s::date,
    dimension,
    dimension_value,
    metric_type,
    category,
    value_text,
    sum(count)::bigint,
    sum(unique_sessions)::bigint,
    sum(time_sum_ms)::bigint,
    sum(timed_count)::bigint,
    sum(amount_sum)::bigint
from (
    select
        '' as dimension, '' as dimension_value, metric_type, category, value_text,
        count, unique_sessions, time_sum_ms, timed_count, amount_sum
    from daily_analytics
    where date between %(week)s::date and %(week)s::date + 6
      and metric_type <> all(%(not_in_weeks)s::text[])
    union all
    select
        dimension, dimension_value, metric_type, category, value_text,
        count, unique_sessions, time_sum_ms, timed_count, amount_sum
    from daily_analytics_by
    where date between %(week)s::date and %(week)s::date + 6
      and metric_type <> all(%(not_in_weeks)s::text[])
) as days
group by dimension, dimension_value, metric_type, category, value_text
on conflict (dimension, dimension_value, metric_type, week, category, value_text) do update set
    count = excluded.count,
    unique_sessions = excluded.unique_sessions,
    time_sum_ms = excluded.time_sum_ms,
    timed_count = excluded.timed_count,
    amount_sum = excluded.amount_sum
where (
    weekly.count, weekly.unique_sessions, weekly.time_sum_ms, weekly.timed_count, weekly.amount_sum
) is distinct from (
    excluded.count, excluded.unique_sessions, excluded.time_sum_ms, excluded.timed_count,
    excluded.amount_sum
);

-- name: delete_spreads
-- No row. Spreads of the week that none of its days has.
delete from weekly_spreads as weekly
where weekly.week = %(week)s::date
  and not exists (
      select
      from daily_spreads as day
      where day.date between %(week)s::date and %(week)s::date + 6
        and day.dimension = weekly.dimension
        and day.dimension_value = weekly.dimension_value
        and day.metric_type = weekly.metric_type
        and day.category = weekly.category
        and day.converted = weekly.converted
  );

-- name: write_spreads
-- No row. Spreads of the week that are new or other than they were. They are numbered, because
-- comparing numbers takes a small part of the time of comparing names.
insert into weekly_spreads as weekly (
    week, dimension, dimension_value, metric_type, category, converted,
    first_bucket, ends, amounts
)
with days as materialized (
    select
        dense_rank() over (
            order by dimension, dimension_value, metric_type, category, converted
        ) as kind,
        *
    from daily_spreads
    where date between %(week)s::date and %(week)s::date + 6
),
held as (
    select
        days.kind,
        days.first_bucket + held.place::integer - 1 as bucket,
        held.until_here - lag(held.until_here, 1, 0) over so_far as held
    from days
    cross join lateral unnest(days.ends) with ordinality as held (until_here, place)
    window so_far as (partition by days.kind, days.date order by held.place)
),
buckets as (
    select
        kind,
        bucket,
        sum(sum(held)) over so_far as until_here,
        lead(bucket) over so_far as next_bucket
    from held
    where held > 0
    group by kind, bucket
    window so_far as (partition by kind order by bucket)
),
ends as (
    select
        kind,
        min(bucket) as first_bucket,
        array_agg(until_here::integer order by place) as ends
    from buckets
    cross join lateral generate_series(bucket, coalesce(next_bucket - 1, bucket)) as place
    group by kind
),
ordered as (
    select
        days.kind,
        string_agg(int8send(amount.amount), '' order by amount.amount) as amounts
    from days
    cross join lateral unnest(days.amounts) as amount (amount)
    group by days.kind
),
named as (
    select distinct kind, dimension, dimension_value, metric_type, category, converted
    from days
)
select
    %(week)s::date,
    named.dimension,
    named.dimension_value,
    named.metric_type,
    named.category,
    named.converted,
    ends.first_bucket,
    ends.ends,
    ordered.amounts
from ends
inner join ordered using (kind)
inner join named using (kind)
on conflict (dimension, dimension_value, metric_type, week, category, converted) do update set
    first_bucket = excluded.first_bucket,
    ends = excluded.ends,
    amounts = excluded.amounts
where (weekly.first_bucket, weekly.ends, weekly.amounts)
    is distinct from (excluded.first_bucket, excluded.ends, excluded.amounts);
