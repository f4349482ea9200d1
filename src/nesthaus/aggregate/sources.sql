-- Which sources have rows of their own on a day.

-- name: frequent_sources
-- One row per source that has rows of its own on a day: the most frequent of each day. `other` is
-- the name of all the rest, whoever else is called so.
select
    date,
    utm_source
from (
    select
        day.date,
        session.utm_source,
        row_number() over (
            partition by day.date
            order by count(*) desc, session.utm_source collate "C"
        ) as place
    from unnest(
        %(date)s::date[], %(since)s::timestamptz[], %(until)s::timestamptz[]
    ) as day (date, since, until)
    inner join user_sessions as session
        on session.start_time >= day.since
        and session.start_time < day.until
    where session.bot_reason is null
      and session.utm_source <> 'other'
    group by day.date, session.utm_source
) as ranked
where place <= %(most)s::integer;

-- name: stored_sources
-- One row per source that has rows of its own among the stored figures of a day.
select
    date,
    dimension_value
from daily_analytics_by
where dimension = 'utm_source'
  and metric_type = 'sessions'
  and dimension_value <> 'other'
  and date = any(%(date)s::date[]);

-- name: days_with_others
-- One row per day of which figures of other sources are stored.
select distinct date
from daily_analytics_by
where dimension = 'utm_source'
  and metric_type = 'sessions'
  and dimension_value = 'other'
  and date = any(%(date)s::date[]);

-- name: hours_of_sources
-- One row per hour in which a session of one of these sources began.
select distinct date_trunc('hour', session.start_time, %(zone)s::text) as hour
from unnest(
    %(source)s::text[], %(since)s::timestamptz[], %(until)s::timestamptz[]
) as moved (utm_source, since, until)
inner join user_sessions as session
    on session.start_time >= moved.since
    and session.start_time < moved.until
    and session.utm_source = moved.utm_source
where session.bot_reason is null;
