-- Final configurations by day; those of all days together are the popular ones.

-- name: make_configuration_differences
-- No row. One row of the table is a final configuration of a day that is stored otherwise than it is
-- counted; `dimension` is '' for the totals, `sessions` null where no session ended with it.
create temp table if not exists configuration_differences (
    date date not null,
    dimension text not null,
    dimension_value text not null,
    configuration_hash text not null,
    sessions bigint,
    converted bigint,
    price_sum bigint,
    priced bigint,
    last_selected timestamptz
) on commit delete rows;

-- name: find_differences
-- No row. The sessions of the days are counted by configuration, device type, source and bot, added
-- up to totals and breakdowns, and compared with what is stored.
with cells as (
    select
        day.date,
        session.configuration_hash,
        session.bot,
        session.device,
        coalesce(kept.utm_source, 'other') as source,
        session.sessions,
        session.converted,
        session.price_sum,
        session.priced,
        session.last_selected
    from unnest(
        %(date)s::date[], %(since)s::timestamptz[], %(until)s::timestamptz[]
    ) as day (date, since, until)
    cross join lateral (
        select
            final_configuration_hash as configuration_hash,
            bot_reason is not null as bot,
            device_type as device,
            utm_source,
            count(*) as sessions,
            count(converted_at) as converted,
            coalesce(sum(last_price), 0)::bigint as price_sum,
            count(last_price) as priced,
            max(final_snapshot_at) as last_selected
        from user_sessions
        where start_time >= day.since
          and start_time < day.until
          and final_configuration_hash is not null
        group by final_configuration_hash, bot_reason is not null, device_type, utm_source
    ) as session
    left join
        unnest(%(kept_date)s::date[], %(kept_source)s::text[]) as kept (date, utm_source)
        on kept.date = day.date
        and kept.utm_source = session.utm_source
),
counted as (
    select
        cells.date,
        part.dimension,
        part.dimension_value,
        cells.configuration_hash,
        sum(cells.sessions)::bigint as sessions,
        sum(cells.converted)::bigint as converted,
        sum(cells.price_sum)::bigint as price_sum,
        sum(cells.priced)::bigint as priced,
        max(cells.last_selected) as last_selected
    from cells
    cross join lateral (
        values
        ('', '', not cells.bot),
        ('device_type', cells.device, not cells.bot),
        ('utm_source', cells.source, not cells.bot),
        ('bot', 'true', cells.bot)
    ) as part (dimension, dimension_value, applies)
    where part.applies
    group by cells.date, part.dimension, part.dimension_value, cells.configuration_hash
),
stored as (
    select
        date, '' as dimension, '' as dimension_value, configuration_hash,
        sessions, converted, price_sum, priced, last_selected
    from daily_configurations
    where date = any(%(date)s::date[])
    union all
    select
        date, dimension, dimension_value, configuration_hash,
        sessions, converted, price_sum, priced, last_selected
    from daily_configurations_by
    where date = any(%(date)s::date[])
)
insert into configuration_differences (
    date, dimension, dimension_value, configuration_hash,
    sessions, converted, price_sum, priced, last_selected
)
select
    date,
    dimension,
    dimension_value,
    configuration_hash,
    counted.sessions,
    counted.converted,
    counted.price_sum,
    counted.priced,
    counted.last_selected
from counted
full join stored
    using (date, dimension, dimension_value, configuration_hash)
where (
    counted.sessions, counted.converted, counted.price_sum, counted.priced, counted.last_selected
) is distinct from (
    stored.sessions, stored.converted, stored.price_sum, stored.priced, stored.last_selected
);

-- name: delete_totals
-- No row. Configurations that no session of the day ended with any more.
delete from daily_configurations as stored
using configuration_differences as different
where different.sessions is null
  and different.dimension = ''
  and stored.date = different.date
  and stored.configuration_hash = different.configuration_hash;

-- name: write_totals
-- No row. Configurations that are new or counted otherwise than they were.
insert into daily_configurations (
    date, configuration_hash, sessions, converted, price_sum, priced, last_selected
)
select
    date, configuration_hash, sessions, converted, price_sum, priced, last_selected
from configuration_differences
where dimension = ''
  and sessions is not null
on conflict (date, configuration_hash) do update set
    sessions = excluded.sessions,
    converted = excluded.converted,
    price_sum = excluded.price_sum,
    priced = excluded.priced,
    last_selected = excluded.last_selected;

-- name: delete_breakdowns
-- No row. As above, of the breakdowns.
delete from daily_configurations_by as stored
using configuration_differences as different
where different.sessions is null
  and stored.date = different.date
  and stored.dimension = different.dimension
  and stored.dimension_value = different.dimension_value
  and stored.configuration_hash = different.configuration_hash;

-- name: write_breakdowns
-- No row. As above, of the breakdowns.
insert into daily_configurations_by (
    date, dimension, dimension_value, configuration_hash,
    sessions, converted, price_sum, priced, last_selected
)
select
    date, dimension, dimension_value, configuration_hash,
    sessions, converted, price_sum, priced, last_selected
from configuration_differences
where dimension <> ''
  and sessions is not null
on conflict (date, dimension, dimension_value, configuration_hash) do update set
    sessions = excluded.sessions,
    converted = excluded.converted,
    price_sum = excluded.price_sum,
    priced = excluded.priced,
    last_selected = excluded.last_selected;

-- name: differing_days
-- One row per day of which a configuration was stored otherwise than it is counted, and how many.
select
    date,
    count(*)
from configuration_differences
group by date
order by date;

-- name: hashes_concerned
-- One row per configuration whose sum over all days may have changed.
select distinct configuration_hash
from configuration_differences
where dimension = '';

-- name: all_hashes
-- One row per configuration that any day knows, or that is stored as popular.
select configuration_hash
from daily_configurations
union
select configuration_hash
from popular_configurations;

-- name: unknown_hashes
-- One row per configuration among those named that is not stored as popular yet.
select asked.configuration_hash
from unnest(%(configuration_hash)s::text[]) as asked (configuration_hash)
where not exists (
    select
    from popular_configurations as popular
    where popular.configuration_hash = asked.configuration_hash
);

-- name: chosen_by_someone
-- One row per configuration: what one session chose that ended with it, and the price list it was
-- saved under.
select distinct on (session.final_configuration_hash)
    session.final_configuration_hash as configuration_hash,
    session.final_configuration::text as configuration,
    snapshot.price_list_version
from user_sessions as session
left join configuration_snapshots as snapshot
    on snapshot.session_id = session.session_id
    and snapshot.timestamp = session.final_snapshot_at
    and snapshot.configuration_hash = session.final_configuration_hash
where session.final_configuration_hash = any(%(configuration_hash)s::text[])
  and session.start_time >= %(since)s
  and session.start_time < %(until)s
order by
    session.final_configuration_hash, session.start_time, session.session_id,
    snapshot.price_list_version;

-- name: sum_days
-- No row. Sums over all days. `data` holds the canonical form of those not stored yet.
insert into popular_configurations (
    configuration_hash, configuration_data, selection_count, completion_count, average_price,
    last_selected
)
select
    total.configuration_hash,
    coalesce(popular.configuration_data, %(data)s::jsonb -> total.configuration_hash),
    total.sessions,
    total.converted,
    total.average_price,
    total.last_selected
from (
    select
        configuration_hash,
        sum(sessions)::bigint as sessions,
        sum(converted)::bigint as converted,
        -- Half up; sums are whole and not negative.
        div(2 * sum(price_sum) + sum(priced), nullif(2 * sum(priced), 0))::integer as average_price,
        max(last_selected) as last_selected
    from daily_configurations
    where configuration_hash = any(%(configuration_hash)s::text[])
    group by configuration_hash
) as total
left join popular_configurations as popular using (configuration_hash)
where (
    popular.selection_count, popular.completion_count, popular.average_price, popular.last_selected
) is distinct from (total.sessions, total.converted, total.average_price, total.last_selected)
  and coalesce(
      popular.configuration_data, %(data)s::jsonb -> total.configuration_hash
  ) is not null
on conflict (configuration_hash) do update set
    selection_count = excluded.selection_count,
    completion_count = excluded.completion_count,
    average_price = excluded.average_price,
    last_selected = excluded.last_selected;

-- name: delete_vanished
-- No row. Configurations that no day knows any more.
delete from popular_configurations as popular
where popular.configuration_hash = any(%(configuration_hash)s::text[])
  and not exists (
      select
      from daily_configurations as daily
      where daily.configuration_hash = popular.configuration_hash
  );
