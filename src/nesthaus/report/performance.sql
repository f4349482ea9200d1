-- name: stored
-- One row per day of values and of sessions, and breakdown: values in buckets, all in the period.
select
    date - %(first)s::date as slot,
    unit,
    value_sum,
    slowest_values[1] as value_max,
    buckets,
    counts
from daily_performance
where date between %(first)s::date and %(last)s::date
  and session_date between %(first)s::date and %(last)s::date
  and dimension = any(%(dimensions)s::text[])
  and dimension_value = any(%(values)s::text[])
  and metric_name = %(metric)s::text;

-- name: stored_slowest
-- One row per value, the greatest first.
select
    slow.at,
    slow.value,
    slow.route,
    slow.request_id
from daily_performance as day
cross join lateral unnest(
    day.slowest_at, day.slowest_values, day.slowest_ids,
    day.slowest_routes, day.slowest_request_ids
) as slow (at, value, id, route, request_id)
where day.date between %(first)s::date and %(last)s::date
  and day.session_date between %(first)s::date and %(last)s::date
  and day.dimension = any(%(dimensions)s::text[])
  and day.dimension_value = any(%(values)s::text[])
  and day.metric_name = %(metric)s::text
order by slow.value desc, slow.at desc, slow.id
limit %(slowest)s::integer;

-- name: measured
-- One row per part of the period: the metric's values in buckets; on each the slowest of them all.
-- What belongs to no session is there unless sessions are filtered; what does, if its session is
-- among those chosen.
with found as (
    -- Of few sessions each one's values, by an index.
    select
        id,
        timestamp,
        value,
        unit,
        count,
        greatest,
        buckets,
        counts
    from performance_metrics
    where (select count(*) from chosen) <= %(few)s::integer
      and session_id = any(array(select session_id from chosen))
      and metric_name = %(metric)s::text
      and timestamp >= %(since)s
      and timestamp < %(until)s
    union all
    -- Of many all values of the period. How many there are is not known before: were there an index
    -- on what is compared here, it would be taken for few.
    select
        metric.id,
        metric.timestamp,
        metric.value,
        metric.unit,
        metric.count,
        metric.greatest,
        metric.buckets,
        metric.counts
    from performance_metrics as metric
    inner join chosen on chosen.session_id = metric.session_id || ''
    where (select count(*) from chosen) > %(few)s::integer
      and metric.metric_name = %(metric)s::text
      and metric.timestamp >= %(since)s
      and metric.timestamp < %(until)s
    union all
    select
        metric.id,
        metric.timestamp,
        metric.value,
        metric.unit,
        metric.count,
        metric.greatest,
        metric.buckets,
        metric.counts
    from performance_metrics as metric
    where not %(is_filtered)s::boolean
      and metric.metric_name = %(metric)s::text
      and metric.timestamp >= %(since)s
      and metric.timestamp < %(until)s
      and not exists (
          select
          from user_sessions as session
          where session.session_id = metric.session_id
      )
),
of_metric as materialized (
    select
        width_bucket(timestamp, %(starts)s::timestamptz[]) - 1 as slot,
        case
            when value > 0
                then ceil(ln(value) / ln(%(growth)s::double precision))::integer
        end as bucket,
        value,
        count,
        buckets,
        counts,
        case when buckets is null then value else greatest end as greatest,
        unit,
        timestamp as at,
        id
    from found
),
slots as (
    select
        slot,
        min(unit) as unit,
        sum(value_sum) as value_sum,
        max(value_max) as value_max,
        array_agg(bucket order by bucket nulls first) as buckets,
        array_agg(count order by bucket nulls first) as counts
    from (
        select
            slot,
            bucket,
            min(unit) as unit,
            sum(count)::bigint as count,
            sum(value_sum) as value_sum,
            max(value_max) as value_max
        from (
            select
                slot,
                bucket,
                min(unit) as unit,
                count(*) as count,
                sum(value::numeric) as value_sum,
                max(value) as value_max
            from of_metric
            where buckets is null
              and count = 1
            group by slot, bucket
            union all
            -- Of rows that stand for many values.
            select
                of_metric.slot,
                held.bucket,
                min(of_metric.unit) as unit,
                sum(held.count) as count,
                0 as value_sum,
                null as value_max
            from of_metric
            cross join lateral unnest(of_metric.buckets, of_metric.counts) as held (bucket, count)
            where of_metric.buckets is not null
            group by of_metric.slot, held.bucket
            union all
            -- Their sum stands in one of their buckets.
            select
                slot,
                buckets[1] as bucket,
                min(unit) as unit,
                0 as count,
                sum(value::numeric * count) as value_sum,
                max(greatest) as value_max
            from of_metric
            where buckets is not null
            group by slot, buckets[1]
            union all
            -- What is told apart counts in these.
            select
                slot,
                bucket,
                min(unit) as unit,
                0 as count,
                0 as value_sum,
                max(value) as value_max
            from of_metric
            where count = 0
            group by slot, bucket
        ) as of_kind
        group by slot, bucket
    ) as of_bucket
    group by slot
),
slowest as (
    select
        array_agg(metric.timestamp order by place) as slowest_at,
        array_agg(ranked.greatest order by place) as slowest_values,
        array_agg(
            coalesce(
                metric.additional_data ->> 'route',
                metric.additional_data ->> 'url',
                metric.additional_data ->> 'path'
            )
            order by place
        ) as slowest_routes,
        array_agg(metric.additional_data ->> 'requestId' order by place) as slowest_request_ids
    from (
        select
            id,
            at,
            greatest,
            row_number() over (order by greatest desc, at desc, id) as place
        from (
            select
                id,
                at,
                greatest
            from of_metric
            where greatest is not null
            order by greatest desc, at desc, id
            limit %(slowest)s::integer
        ) as the_slowest
    ) as ranked
    inner join performance_metrics as metric
        on metric.id = ranked.id
        and metric.timestamp = ranked.at
)
select *
from slots
cross join slowest;
