-- Which options final configurations of a day have side by side.

-- name: make_pair_differences
-- No row. One row of the table is a part of a day whose pairs are stored otherwise than they are
-- counted; `pairs` is null where no session of it has any.
create temp table if not exists pair_differences (
    date date not null,
    dimension text not null,
    dimension_value text not null,
    pairs jsonb
) on commit delete rows;

-- name: configured
-- One row per kind of visitors of the day and what they ended with. A ticked box, or a quantity
-- alone, means the only option of its category, as in `figures/options.sql`.
select
    session.bot_reason is not null as bot,
    session.device_type as device,
    coalesce(kept.utm_source, 'other') as source,
    told.options,
    count(*) as sessions,
    count(*) filter (where session.converted_at is not null) as converted
from user_sessions as session
left join
    unnest(%(kept_date)s::date[], %(kept_source)s::text[]) as kept (date, utm_source)
    on kept.date = %(date)s::date
    and kept.utm_source = session.utm_source
cross join lateral (
    select %(only_options)s::jsonb
        -> width_bucket(session.final_snapshot_at, %(list_starts)s::timestamptz[])
) as list (only_options)
cross join lateral (
    select jsonb_object_agg(each.category, each.option)
    from (
        select
            choice.category,
            case jsonb_typeof(choice.choice)
                when 'string' then choice.choice #>> '{}'
                when 'object' then coalesce(
                    nullif(choice.choice ->> 'value', 'true'),
                    list.only_options ->> choice.category
                )
                else list.only_options ->> choice.category
            end as option
        from jsonb_each(session.final_configuration) as choice (category, choice)
    ) as each
    where each.option is not null
) as told (options)
where session.start_time >= %(since)s::timestamptz
  and session.start_time < %(until)s::timestamptz
  and told.options is not null
group by 1, 2, 3, 4;

-- name: find_differences
-- No row. `pairs` are of the parts of a day, as they are stored.
with counted as (
    select
        dimension,
        dimension_value,
        pairs::jsonb as pairs
    from unnest(
        %(dimension)s::text[], %(dimension_value)s::text[], %(pairs)s::text[]
    ) as part (dimension, dimension_value, pairs)
),
stored as (
    select
        dimension,
        dimension_value,
        pairs
    from daily_pairs
    where date = %(date)s::date
)
insert into pair_differences (date, dimension, dimension_value, pairs)
select
    %(date)s::date,
    dimension,
    dimension_value,
    counted.pairs
from counted
full join stored using (dimension, dimension_value)
where counted.pairs is distinct from stored.pairs;

-- name: delete_vanished
-- No row. Parts of a day that have no pairs any more.
delete from daily_pairs as stored
using pair_differences as different
where different.pairs is null
  and stored.date = different.date
  and stored.dimension = different.dimension
  and stored.dimension_value = different.dimension_value;

-- name: write
-- No row. Pairs that are new or other than they were.
insert into daily_pairs (date, dimension, dimension_value, pairs)
select date, dimension, dimension_value, pairs
from pair_differences
where pairs is not null
on conflict (date, dimension, dimension_value) do update set
    pairs = excluded.pairs;

-- name: forget_differences
-- No row. Before the next day.
delete from pair_differences;
