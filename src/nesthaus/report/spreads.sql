-- name: stored_ends
-- One row per day, category, converted or not: how many amounts lie in each bucket and those before.
select
    category,
    converted,
    first_bucket,
    ends
from daily_spreads
where date between %(first)s::date and %(last)s::date
  and dimension = any(%(dimensions)s::text[])
  and dimension_value = any(%(values)s::text[])
  and metric_type = %(metric)s::text;

-- name: stored_amounts
-- One row per bucket asked for: its amounts of all days, in no order. Appending nothing unpacks an array, once
-- for all buckets of a day instead of once for each.
select
    wanted.category,
    wanted.converted,
    wanted.bucket,
    array_agg(amount) as amounts
from (
    select
        category,
        converted,
        first_bucket,
        ends || '{}'::integer[] as ends,
        amounts || '{}'::bigint[] as amounts
    from daily_spreads
    where date between %(first)s::date and %(last)s::date
      and dimension = any(%(dimensions)s::text[])
      and dimension_value = any(%(values)s::text[])
      and metric_type = %(metric)s::text
    offset 0
) as spread
inner join unnest(
    %(categories)s::text[], %(converted)s::boolean[], %(buckets)s::integer[]
) as wanted (category, converted, bucket)
    on spread.category = wanted.category
    and spread.converted = wanted.converted
    and wanted.bucket between
        spread.first_bucket and spread.first_bucket + cardinality(spread.ends) - 1
cross join lateral unnest(
    spread.amounts[
        case
            when wanted.bucket = spread.first_bucket then 1
            else spread.ends[wanted.bucket - spread.first_bucket] + 1
        end
        : spread.ends[wanted.bucket - spread.first_bucket + 1]
    ]
) as amount
group by wanted.category, wanted.converted, wanted.bucket;
