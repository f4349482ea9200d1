-- name: average
-- One row: the average of a metric of our own in a time, and of how many. What a page says is its
-- own is not.
select
    sum(value * count) / nullif(sum(count), 0) as value,
    coalesce(sum(count), 0)::bigint as count
from performance_metrics
where metric_name = %(metric)s
  and timestamp > %(since)s
  and timestamp <= %(until)s
  and buckets is not null;

-- name: error_rate
-- One row: the share of answers that were errors, in percent, and of how many answers. As above.
select
    100.0 * coalesce(sum(count) filter (where metric_name = 'api_error'), 0)
        / nullif(sum(count) filter (where metric_name = 'api_response_time'), 0) as value,
    coalesce(sum(count) filter (where metric_name = 'api_response_time'), 0)::bigint as count
from performance_metrics
where metric_name in ('api_response_time', 'api_error')
  and timestamp > %(since)s
  and timestamp <= %(until)s
  and buckets is not null;

-- name: dead_letters
-- One row: how many wait.
select
    count(*)::double precision as value,
    0 as count
from dead_letters;

-- name: active_sessions
-- One row: sessions that began in the window, or went on in it, and the median of those that
-- began in the same hours of the same weekday of the four weeks before.
select
    (
        select count(*)
        from user_sessions
        where start_time > %(until)s::timestamptz - interval '1 day'
          and start_time <= %(until)s
          and latest_seen > %(since)s
          and bot_reason is null
    )::double precision as value,
    (
        select percentile_disc(0.5) within group (order by sessions)
        from (
            select (
                select count(*)
                from user_sessions
                where start_time > (
                        %(since)s::timestamptz at time zone %(zone)s - make_interval(weeks => week)
                    ) at time zone %(zone)s
                  and start_time <= (
                        %(until)s::timestamptz at time zone %(zone)s - make_interval(weeks => week)
                    ) at time zone %(zone)s
                  and bot_reason is null
            ) as sessions
            from generate_series(1, 4) as weeks (week)
        ) as usual
    ) as count;

-- name: conversion_rate
-- One row: the rate of the whole hours of the window in percent of that of the same hours in the
-- four weeks before, and how many conversions were to be expected.
select
    100.0 * converted / nullif(sessions * usual_rate, 0) as value,
    floor(coalesce(sessions * usual_rate, 0))::bigint as count
from (
    select
        coalesce(sum(count) filter (where metric_type = 'conversions' and week = 0), 0) as converted,
        coalesce(sum(count) filter (where metric_type = 'sessions' and week = 0), 0) as sessions,
        sum(count) filter (where metric_type = 'conversions' and week > 0)
            / nullif(sum(count) filter (where metric_type = 'sessions' and week > 0), 0)
            as usual_rate
    from generate_series(0, 4) as weeks (week)
    join hourly_analytics
        on hour >= (
            %(since)s::timestamptz at time zone %(zone)s - make_interval(weeks => week)
        ) at time zone %(zone)s
       and hour < (
            %(until)s::timestamptz at time zone %(zone)s - make_interval(weeks => week)
        ) at time zone %(zone)s
       and metric_type in ('sessions', 'conversions')
       and category = ''
       and value_text = ''
) as sums;
