-- What was measured on each day: values in buckets, and the slowest.

-- name: days_of_sessions
-- One row per other day on which values of sessions of these days are stored.
select distinct date
from daily_performance
where session_date = any(%(date)s::date[])
  and session_date <> date;

-- name: days_before_sessions
-- One row per day on which something was measured in a session that is counted for the first time:
-- it was counted as if it belonged to none.
select distinct (metric.timestamp at time zone %(zone)s::text)::date as date
from chosen
inner join performance_metrics as metric using (session_id)
where not exists (
    select
    from session_figures as figures
    where figures.session_id = chosen.session_id
);

-- name: make_performance_differences
-- No row. One row of the table is a row of `daily_performance` that is stored otherwise than it is
-- counted; `buckets` is null where nothing was measured.
create temp table if not exists performance_differences (
    date date not null,
    session_date date not null,
    dimension text not null,
    dimension_value text not null,
    metric_name text not null,
    unit text,
    value_sum numeric,
    buckets integer[],
    counts bigint[],
    slowest_values double precision[],
    slowest_at timestamptz[],
    slowest_ids uuid[],
    slowest_routes text[],
    slowest_request_ids text[]
) on commit delete rows;

-- name: find_differences
-- No row. The values of the days: of no session, or of the totals and each breakdown in which their
-- session counts on its day. Sessions of closed months are as they were.
with told as (
    select
        day.date,
        coalesce(
            (
                coalesce(session.start_time, archived.start_time) at time zone %(zone)s::text
            )::date,
            day.date
        ) as session_date,
        coalesce(session.session_id, archived.session_id) is not null as of_session,
        session.bot_reason is not null as bot,
        coalesce(session.device_type, '') as device,
        coalesce(session.utm_source, '') as source,
        metric.id,
        metric.timestamp as at,
        metric.metric_name,
        metric.value,
        metric.count,
        metric.buckets,
        metric.counts,
        case when metric.buckets is null then metric.value else metric.greatest end as greatest,
        metric.unit,
        metric.additional_data,
        case
            when metric.value > 0
                then ceil(ln(metric.value) / ln(%(growth)s::double precision))::integer
        end as bucket
    from performance_metrics as metric
    -- Which of the days it is. Joined by their bounds, a ninth of the values would be expected of a
    -- day, and their sessions looked up one by one: three times the time of a day.
    cross join lateral (
        select width_bucket(metric.timestamp, %(since)s::timestamptz[])
    ) as numbered (n)
    cross join lateral (
        select
            (%(date)s::date[])[numbered.n],
            (%(until)s::timestamptz[])[numbered.n]
    ) as day (date, until)
    left join user_sessions as session using (session_id)
    left join archived_sessions as archived using (session_id)
    -- Without these bounds a plan would be made for all days there are.
    where metric.timestamp >= %(first)s
      and metric.timestamp < %(last)s
      and metric.timestamp < day.until
),
measured as materialized (
    select *
    from told
    where date_trunc('month', session_date)::date <> all(%(closed)s::date[])
),
-- Numbered, because the slowest are put in order: comparing seven names took a third of the time.
kinds as materialized (
    select
        row_number() over () as kind,
        named.*
    from (
        select distinct
            date,
            session_date,
            of_session,
            bot,
            device,
            source,
            metric_name
        from measured
    ) as named
),
placed as materialized (
    select
        kinds.kind,
        measured.*
    from measured
    -- Each has one. But of an inner join over seven columns no row would be expected.
    left join kinds
        using (date, session_date, of_session, bot, device, source, metric_name)
),
-- Of these days alone: joined as they stand, those of all days there are would be looked through.
kept_sources as (
    select
        date,
        dimension_value as source
    from daily_analytics_by
    where date = any(array(select distinct session_date from kinds))
      and dimension = 'utm_source'
      and dimension_value <> 'other'
      and metric_type = 'sessions'
      and category = ''
      and value_text = ''
),
parts as (
    select
        kinds.kind,
        kinds.date,
        kinds.session_date,
        kinds.metric_name,
        part.dimension,
        part.dimension_value
    from kinds
    left join kept_sources as kept
        on kept.date = kinds.session_date
        and kept.source = kinds.source
    cross join lateral (
        values
        ('', '', kinds.of_session and not kinds.bot),
        ('device_type', kinds.device, kinds.of_session and not kinds.bot),
        (
            'utm_source',
            coalesce(kept.source, 'other'),
            kinds.of_session and not kinds.bot
        ),
        ('bot', 'true', kinds.bot),
        ('session', 'none', not kinds.of_session)
    ) as part (dimension, dimension_value, applies)
    where part.applies
),
bucketed as (
    select
        kind,
        bucket,
        count(*) as count,
        sum(value::numeric) as value_sum,
        min(unit) as unit
    from placed
    where buckets is null
      and count = 1
    group by kind, bucket
    union all
    -- Of rows that stand for many values.
    select
        placed.kind,
        held.bucket,
        sum(held.count) as count,
        0 as value_sum,
        min(placed.unit) as unit
    from placed
    cross join lateral unnest(placed.buckets, placed.counts) as held (bucket, count)
    where placed.buckets is not null
    group by placed.kind, held.bucket
    union all
    -- Their sum stands in one of their buckets.
    select
        kind,
        buckets[1] as bucket,
        0 as count,
        sum(value::numeric * count) as value_sum,
        min(unit) as unit
    from placed
    where buckets is not null
    group by kind, buckets[1]
),
added as (
    select
        date,
        session_date,
        dimension,
        dimension_value,
        metric_name,
        min(unit) as unit,
        sum(value_sum) as value_sum,
        array_agg(bucket order by bucket nulls first) as buckets,
        array_agg(count order by bucket nulls first) as counts
    from (
        select
            parts.date,
            parts.session_date,
            parts.dimension,
            parts.dimension_value,
            parts.metric_name,
            bucketed.bucket,
            min(bucketed.unit) as unit,
            sum(bucketed.value_sum) as value_sum,
            sum(bucketed.count)::bigint as count
        from parts
        inner join bucketed using (kind)
        group by
            parts.date, parts.session_date, parts.dimension, parts.dimension_value,
            parts.metric_name, bucketed.bucket
    ) as of_bucket
    group by date, session_date, dimension, dimension_value, metric_name
),
slowest as (
    select
        date,
        session_date,
        dimension,
        dimension_value,
        metric_name,
        array_agg(value order by place) as slowest_values,
        array_agg(at order by place) as slowest_at,
        array_agg(id order by place) as slowest_ids,
        array_agg(route order by place) as slowest_routes,
        array_agg(request_id order by place) as slowest_request_ids
    from (
        select
            parts.date,
            parts.session_date,
            parts.dimension,
            parts.dimension_value,
            parts.metric_name,
            placed.greatest as value,
            placed.at,
            placed.id,
            coalesce(
                placed.additional_data ->> 'route',
                placed.additional_data ->> 'url',
                placed.additional_data ->> 'path'
            ) as route,
            placed.additional_data ->> 'requestId' as request_id,
            row_number() over (
                partition by
                    parts.date, parts.session_date, parts.dimension, parts.dimension_value,
                    parts.metric_name
                order by placed.greatest desc, placed.at desc, placed.id
            ) as place
        from parts
        inner join (
            select
                placed.*,
                row_number() over (
                    partition by kind order by greatest desc, at desc, id
                ) as place
            from placed
            where greatest is not null
        ) as placed using (kind)
        where placed.place <= %(slowest)s::integer
    ) as ranked
    where place <= %(slowest)s::integer
    group by date, session_date, dimension, dimension_value, metric_name
),
counted as (
    select *
    from added
    inner join slowest
        using (date, session_date, dimension, dimension_value, metric_name)
),
stored as (
    select *
    from daily_performance
    where date = any(%(date)s::date[])
      and date_trunc('month', session_date)::date <> all(%(closed)s::date[])
)
insert into performance_differences (
    date, session_date, dimension, dimension_value, metric_name,
    unit, value_sum, buckets, counts,
    slowest_values, slowest_at, slowest_ids, slowest_routes, slowest_request_ids
)
select
    date,
    session_date,
    dimension,
    dimension_value,
    metric_name,
    counted.unit,
    counted.value_sum,
    counted.buckets,
    counted.counts,
    counted.slowest_values,
    counted.slowest_at,
    counted.slowest_ids,
    counted.slowest_routes,
    counted.slowest_request_ids
from counted
full join stored
    using (date, session_date, dimension, dimension_value, metric_name)
where (
    counted.unit, counted.value_sum, counted.buckets, counted.counts,
    counted.slowest_values, counted.slowest_at, counted.slowest_ids,
    counted.slowest_routes, counted.slowest_request_ids
) is distinct from (
    stored.unit, stored.value_sum, stored.buckets, stored.counts,
    stored.slowest_values, stored.slowest_at, stored.slowest_ids,
    stored.slowest_routes, stored.slowest_request_ids
);

-- name: delete_vanished
-- No row. Rows of which nothing is measured any more.
delete from daily_performance as stored
using performance_differences as different
where different.buckets is null
  and stored.date = different.date
  and stored.session_date = different.session_date
  and stored.dimension = different.dimension
  and stored.dimension_value = different.dimension_value
  and stored.metric_name = different.metric_name;

-- name: write
-- No row. Rows that are new or other than they were.
insert into daily_performance (
    date, session_date, dimension, dimension_value, metric_name,
    unit, value_sum, buckets, counts,
    slowest_values, slowest_at, slowest_ids, slowest_routes, slowest_request_ids
)
select
    date, session_date, dimension, dimension_value, metric_name,
    unit, value_sum, buckets, counts,
    slowest_values, slowest_at, slowest_ids, slowest_routes, slowest_request_ids
from performance_differences
where buckets is not null
on conflict (date, session_date, dimension, dimension_value, metric_name) do update set
    unit = excluded.unit,
    value_sum = excluded.value_sum,
    buckets = excluded.buckets,
    counts = excluded.counts,
    slowest_values = excluded.slowest_values,
    slowest_at = excluded.slowest_at,
    slowest_ids = excluded.slowest_ids,
    slowest_routes = excluded.slowest_routes,
    slowest_request_ids = excluded.slowest_request_ids;

-- name: differing_days
-- One row per day of values and of sessions with rows that were stored otherwise than they are
-- counted, and how many.
select
    date,
    session_date,
    count(*)
from performance_differences
group by date, session_date
order by date, session_date;
