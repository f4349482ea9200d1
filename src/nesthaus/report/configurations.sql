-- name: stored
-- One row per configuration of the days, the most frequent first; its configuration is in canonical
-- form, null where only bots ended with it.
select
    popular.configuration_hash,
    popular.sessions,
    popular.converted,
    popular.average_price,
    popular.last_selected,
    known.configuration_data as example,
    null::timestamptz as example_at
from (
    select
        configuration_hash,
        sum(sessions)::bigint as sessions,
        sum(converted)::bigint as converted,
        round(sum(price_sum) / nullif(sum(priced), 0))::integer as average_price,
        max(last_selected) as last_selected
    from (
        select date, configuration_hash, sessions, converted, price_sum, priced, last_selected
        from daily_configurations
        where %(totals)s::boolean
          and date between %(first)s::date and %(last)s::date
        union all
        select date, configuration_hash, sessions, converted, price_sum, priced, last_selected
        from daily_configurations_by
        where dimension = %(dimension)s::text
          and dimension_value = %(dimension_value)s::text
          and date between %(first)s::date and %(last)s::date
    ) as days
    group by configuration_hash
    order by sessions desc, last_selected desc, configuration_hash
    limit %(limit)s::integer
) as popular
left join popular_configurations as known
    on known.configuration_hash = popular.configuration_hash
order by popular.sessions desc, popular.last_selected desc, popular.configuration_hash;

-- name: most_frequent
-- The same, of the days on which more than `rare` sessions ended with it; no row at all where that
-- cannot be certain. A configuration without such a day has `rare` sessions on each day at most, and
-- any other has so many at most besides those found.
with frequent as (
    select
        configuration_hash,
        sum(sessions) as sessions
    from (
        select daily.configuration_hash, daily.sessions
        from generate_series(%(first)s::date, %(last)s::date, interval '1 day') as day
        inner join daily_configurations as daily
            on daily.date = day::date
            and daily.sessions > %(rare)s::bigint
        where %(totals)s::boolean
        union all
        select daily.configuration_hash, daily.sessions
        from generate_series(%(first)s::date, %(last)s::date, interval '1 day') as day
        inner join daily_configurations_by as daily
            on daily.dimension = %(dimension)s::text
            and daily.dimension_value = %(dimension_value)s::text
            and daily.date = day::date
            and daily.sessions > %(rare)s::bigint
    ) as days
    group by configuration_hash
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
    select frequent.configuration_hash
    from frequent
    cross join unseen
    cross join last_one
    where last_one.sessions > unseen.most
      and frequent.sessions + unseen.most >= last_one.sessions
)
select
    popular.configuration_hash,
    popular.sessions,
    popular.converted,
    popular.average_price,
    popular.last_selected,
    known.configuration_data as example,
    null::timestamptz as example_at
from (
    select
        configuration_hash,
        sum(sessions)::bigint as sessions,
        sum(converted)::bigint as converted,
        round(sum(price_sum) / nullif(sum(priced), 0))::integer as average_price,
        max(last_selected) as last_selected
    from (
        select date, configuration_hash, sessions, converted, price_sum, priced, last_selected
        from daily_configurations
        where %(totals)s::boolean
          and date between %(first)s::date and %(last)s::date
          and configuration_hash = any(array(select configuration_hash from candidates))
        union all
        select date, configuration_hash, sessions, converted, price_sum, priced, last_selected
        from daily_configurations_by
        where dimension = %(dimension)s::text
          and dimension_value = %(dimension_value)s::text
          and date between %(first)s::date and %(last)s::date
          and configuration_hash = any(array(select configuration_hash from candidates))
    ) as days
    group by configuration_hash
    order by sessions desc, last_selected desc, configuration_hash
    limit %(limit)s::integer
) as popular
left join popular_configurations as known
    on known.configuration_hash = popular.configuration_hash
order by popular.sessions desc, popular.last_selected desc, popular.configuration_hash;

-- name: stored_of_all_time
-- The same over all days.
select
    configuration_hash,
    selection_count as sessions,
    completion_count as converted,
    average_price,
    last_selected,
    configuration_data as example,
    null::timestamptz as example_at
from popular_configurations
order by selection_count desc, last_selected desc, configuration_hash
limit %(limit)s::integer;

-- name: counted
-- The same from the sessions chosen; the configuration is as one of them saved it, and when.
select
    popular.configuration_hash,
    popular.sessions,
    popular.converted,
    popular.average_price,
    popular.last_selected,
    example.final_configuration as example,
    example.final_snapshot_at as example_at
from (
    select
        chosen.final_configuration_hash as configuration_hash,
        count(*) as sessions,
        count(*) filter (where chosen.converted) as converted,
        round(avg(chosen.last_price::bigint))::integer as average_price,
        max(chosen.final_snapshot_at) as last_selected,
        max(chosen.session_id) as example_id
    from chosen
    where chosen.final_configuration_hash is not null
    group by chosen.final_configuration_hash
    order by sessions desc, last_selected desc, configuration_hash
    limit %(limit)s::integer
) as popular
inner join user_sessions as example on example.session_id = popular.example_id
order by popular.sessions desc, popular.last_selected desc, popular.configuration_hash;
