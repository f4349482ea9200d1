-- name: counted_at
-- When the stored figures were last brought up to date.
select counted_at
from aggregation_state;

-- name: counted_weeks
-- One row per week within these days that is told from its sums; none while a release counts that
-- does not know of weeks.
select counted.week
from counted_weeks as counted
inner join aggregation_state as state on state.weeks_at is not distinct from state.counted_at
where counted.week between %(first)s::date and %(last)s::date - 6
order by counted.week;

-- name: stored_by_day
-- One row per metric, category and value of the days; with `apart`, per day as well. Spans of days
-- and weeks are all there is of the period.
select
    case when %(apart)s::boolean then date - %(first)s::date else 0 end as cell,
    metric_type,
    category,
    value_text,
    sum(count)::bigint as count,
    sum(unique_sessions)::bigint as unique_sessions,
    sum(time_sum_ms)::bigint as time_sum_ms,
    sum(timed_count)::bigint as timed_count,
    sum(amount_sum)::bigint as amount_sum
from (
    select
        date, metric_type, category, value_text,
        count, unique_sessions, time_sum_ms, timed_count, amount_sum
    from unnest(%(span_first)s::date[], %(span_last)s::date[]) as span (first, last)
    inner join daily_analytics on date between span.first and span.last
    where %(totals)s::boolean
      and metric_type = any(%(metrics)s::text[])
    union all
    select
        date, metric_type, category, value_text,
        count, unique_sessions, time_sum_ms, timed_count, amount_sum
    from unnest(%(span_first)s::date[], %(span_last)s::date[]) as span (first, last)
    inner join daily_analytics_by on date between span.first and span.last
    where dimension = %(dimension)s::text
      and dimension_value = %(dimension_value)s::text
      and metric_type = any(%(metrics)s::text[])
    union all
    select
        week as date, metric_type, category, value_text,
        count, unique_sessions, time_sum_ms, timed_count, amount_sum
    from weekly_figures
    where dimension = any(%(dimensions)s::text[])
      and dimension_value = any(%(values)s::text[])
      and metric_type = any(%(metrics)s::text[])
      and week = any(%(weeks)s::date[])
) as figures
group by 1, 2, 3, 4;

-- name: stored_by_hour
-- As above, for a period of hours.
select
    case
        when %(apart)s::boolean
            then (extract(epoch from hour - %(since)s::timestamptz) / 3600)::integer
        else 0
    end as cell,
    metric_type,
    category,
    value_text,
    sum(count)::bigint as count,
    sum(unique_sessions)::bigint as unique_sessions,
    sum(time_sum_ms)::bigint as time_sum_ms,
    sum(timed_count)::bigint as timed_count,
    sum(amount_sum)::bigint as amount_sum
from (
    select
        hour, metric_type, category, value_text,
        count, unique_sessions, time_sum_ms, timed_count, amount_sum
    from hourly_analytics
    where %(totals)s::boolean
      and metric_type = any(%(metrics)s::text[])
      and hour >= %(since)s::timestamptz
      and hour < %(until)s::timestamptz
    union all
    select
        hour, metric_type, category, value_text,
        count, unique_sessions, time_sum_ms, timed_count, amount_sum
    from hourly_analytics_by
    where dimension = %(dimension)s::text
      and dimension_value = %(dimension_value)s::text
      and metric_type = any(%(metrics)s::text[])
      and hour >= %(since)s::timestamptz
      and hour < %(until)s::timestamptz
) as figures
group by 1, 2, 3, 4;

-- name: source_is_stored_by_day
-- Whether the stored figures tell of this source alone: on no day is it among the others, and no
-- visitor was sent by a source that is itself called so.
select %(source)s::text <> 'other' and not exists (
    select
    from daily_analytics_by as others
    where others.dimension = 'utm_source'
      and others.dimension_value = 'other'
      and others.metric_type = 'sessions'
      and others.date between %(first)s::date and %(last)s::date
      and not exists (
          select
          from daily_analytics_by as kept
          where kept.dimension = 'utm_source'
            and kept.dimension_value = %(source)s::text
            and kept.metric_type = 'sessions'
            and kept.date = others.date
      )
);

-- name: source_is_stored_by_hour
-- As above, for a period of hours; in doubt it is not, though its day may have kept the source.
select %(source)s::text <> 'other' and not exists (
    select
    from hourly_analytics_by as others
    where others.dimension = 'utm_source'
      and others.dimension_value = 'other'
      and others.metric_type = 'sessions'
      and others.hour >= %(since)s::timestamptz
      and others.hour < %(until)s::timestamptz
      and not exists (
          select
          from hourly_analytics_by as kept
          where kept.dimension = 'utm_source'
            and kept.dimension_value = %(source)s::text
            and kept.metric_type = 'sessions'
            and kept.hour = others.hour
      )
);

-- name: chosen_by_filter
-- The sessions that pass every filter, as the figures want them; `cell` is the part of the period
-- that a session began in, from 0.
select
    session_id,
    width_bucket(start_time, %(starts)s::timestamptz[]) - 1 as cell,
    start_time,
    last_activity,
    conversion_status,
    converted_at is not null as converted,
    verified_at is not null as verified,
    session_duration,
    total_interactions,
    last_price,
    tracker_version,
    clock_skew_ms,
    final_configuration_hash,
    device_type,
    final_configuration,
    final_snapshot_at
from user_sessions
where start_time >= %(since)s
  and start_time < %(until)s
  and (%(bots)s::text = 'include' or (bot_reason is not null) = (%(bots)s::text = 'only'))
  and (%(status)s::text is null or conversion_status = %(status)s::text)
  and (%(device_type)s::text is null or device_type = %(device_type)s::text)
  and (%(browser)s::text is null or browser_name = %(browser)s::text)
  and (%(utm_source)s::text is null or utm_source = %(utm_source)s::text)
  and (%(utm_medium)s::text is null or utm_medium = %(utm_medium)s::text)
  and (%(utm_campaign)s::text is null or utm_campaign = %(utm_campaign)s::text)
  and (%(referrer_host)s::text is null or referrer_host = %(referrer_host)s::text)
  and (%(min_price)s::bigint is null or last_price >= %(min_price)s::bigint)
  and (%(max_price)s::bigint is null or last_price <= %(max_price)s::bigint)
  and (%(q)s::text is null or strpos(session_id, %(q)s::text) > 0)
  and (%(category)s::text is null or final_configuration ? %(category)s::text)
  and (
      %(value)s::text is null
      -- A ticked box, or a quantity alone, means the only option of its category in the list of its
      -- time, as in `figures/options.sql`.
      or case jsonb_typeof(final_configuration -> %(category)s::text)
          when 'string' then final_configuration ->> %(category)s::text
          else coalesce(
              nullif(final_configuration -> %(category)s::text ->> 'value', 'true'),
              %(only_options)s::jsonb
                  -> width_bucket(final_snapshot_at, %(list_starts)s::timestamptz[])
                  ->> %(category)s::text
          )
      end = %(value)s::text
  );
