-- name: pairs
-- One row per pair of options that final configurations have in two categories. A ticked box, or a
-- quantity alone, means the only option of its category.
select
    a,
    b,
    count(*) as sessions,
    count(*) filter (where converted) as converted
from (
    select
        chosen.converted,
        case jsonb_typeof(chosen.final_configuration -> %(a)s::text)
            when 'string' then chosen.final_configuration ->> %(a)s::text
            when 'object' then coalesce(
                nullif(chosen.final_configuration -> %(a)s::text ->> 'value', 'true'),
                told.options ->> %(a)s::text
            )
            else told.options ->> %(a)s::text
        end as a,
        case jsonb_typeof(chosen.final_configuration -> %(b)s::text)
            when 'string' then chosen.final_configuration ->> %(b)s::text
            when 'object' then coalesce(
                nullif(chosen.final_configuration -> %(b)s::text ->> 'value', 'true'),
                told.options ->> %(b)s::text
            )
            else told.options ->> %(b)s::text
        end as b
    from chosen
    cross join lateral (
        select %(only_options)s::jsonb
            -> width_bucket(chosen.final_snapshot_at, %(list_starts)s::timestamptz[])
    ) as told (options)
    where chosen.final_configuration ?& array[%(a)s::text, %(b)s::text]
) as options
where a is not null
  and b is not null
group by a, b;

-- name: stored_pairs
-- One row per pair of options, as above, of the days; `first` and `second` in the order of their
-- categories' code points. And one of nulls where of any of the days none are stored, because its
-- sessions have too many.
select
    pair.pair ->> 0 as first,
    pair.pair ->> 1 as second,
    sum((pair.pair ->> 2)::bigint)::bigint as sessions,
    sum((pair.pair ->> 3)::bigint)::bigint as converted
from daily_pairs as daily
cross join lateral jsonb_array_elements(
    case when daily.pairs = 'null' then '[[]]' else daily.pairs -> %(categories)s::text end
) as pair (pair)
where daily.date between %(first)s::date and %(last)s::date
  and (
      (%(totals)s::boolean and daily.dimension = '')
      or (
          daily.dimension = %(dimension)s::text
          and daily.dimension_value = %(dimension_value)s::text
      )
  )
group by 1, 2;
