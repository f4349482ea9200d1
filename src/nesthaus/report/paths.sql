-- name: frequent_orders
-- One row per order of categories that may be among the most frequent of the days; no row at all
-- where those with more than `rare` sessions on a day are not enough to be certain. An order without
-- such a day has `rare` sessions on each day at most, and any other so many at most besides those.
with frequent as (
    select
        value_text,
        sum(count) as sessions
    from (
        select daily.value_text, daily.count
        from generate_series(%(first)s::date, %(last)s::date, interval '1 day') as day
        inner join daily_analytics as daily
            on daily.metric_type = 'orders'
            and daily.date = day::date
            and daily.count > %(rare)s::bigint
        where %(totals)s::boolean
        union all
        select daily.value_text, daily.count
        from generate_series(%(first)s::date, %(last)s::date, interval '1 day') as day
        inner join daily_analytics_by as daily
            on daily.metric_type = 'orders'
            and daily.dimension = %(dimension)s::text
            and daily.dimension_value = %(dimension_value)s::text
            and daily.date = day::date
            and daily.count > %(rare)s::bigint
    ) as days
    group by value_text
),
unseen as (
    select (%(last)s::date - %(first)s::date + 1) * %(rare)s::bigint * %(parts)s::integer as most
),
last_one as (
    select sessions
    from frequent
    order by sessions desc
    offset %(limit)s::integer - 1
    limit 1
),
candidates as materialized (
    -- As an array, a handful in the planner's eyes, too: it looks each up by its key. As rows it
    -- expects many, and looks through all orders of the days.
    select array_agg(frequent.value_text) as orders
    from frequent
    cross join unseen
    cross join last_one
    where last_one.sessions > unseen.most
      and frequent.sessions + unseen.most >= last_one.sessions
)
select
    value_text,
    sum(count)::bigint as sessions,
    sum(unique_sessions)::bigint as converted
from (
    select daily.value_text, daily.count, daily.unique_sessions
    from generate_series(%(first)s::date, %(last)s::date, interval '1 day') as day
    inner join daily_analytics as daily
        on daily.date = day::date
        and daily.metric_type = 'orders'
        and daily.category = ''
        and daily.value_text = any((select orders from candidates)::text[])
    where %(totals)s::boolean
    union all
    select daily.value_text, daily.count, daily.unique_sessions
    from generate_series(%(first)s::date, %(last)s::date, interval '1 day') as day
    inner join daily_analytics_by as daily
        on daily.date = day::date
        and daily.dimension = %(dimension)s::text
        and daily.dimension_value = %(dimension_value)s::text
        and daily.metric_type = 'orders'
        and daily.category = ''
        and daily.value_text = any((select orders from candidates)::text[])
) as days
group by value_text;
