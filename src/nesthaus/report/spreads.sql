-- name: stored_ends
-- One row per day or week, category, converted or not: how many amounts lie in each bucket and those
-- before. Spans of days and weeks are all there is of the period.
select
    category,
    converted,
    first_bucket,
    ends
from unnest(%(span_first)s::date[], %(span_last)s::date[]) as span (first, last)
inner join daily_spreads on date between span.first and span.last
where dimension = any(%(dimensions)s::text[])
  and dimension_value = any(%(values)s::text[])
  and metric_type = %(metric)s::text
union all
select
    category,
    converted,
    first_bucket,
    ends
from weekly_spreads
where dimension = any(%(dimensions)s::text[])
  and dimension_value = any(%(values)s::text[])
  and metric_type = %(metric)s::text
  and week = any(%(weeks)s::date[]);

-- name: stored_amounts
-- One row per day or week and bucket asked for: its amounts in order, of a week packed. Appending
-- nothing unpacks an array, once for all buckets of a day instead of once for each.
with wanted as (
    select *
    from unnest(
        %(categories)s::text[], %(converted)s::boolean[], %(buckets)s::integer[]
    ) as wanted (category, converted, bucket)
)
select
    wanted.category,
    wanted.converted,
    wanted.bucket,
    spread.amounts[
        case
            when wanted.bucket = spread.first_bucket then 1
            else spread.ends[wanted.bucket - spread.first_bucket] + 1
        end
        : spread.ends[wanted.bucket - spread.first_bucket + 1]
    ] as amounts,
    null as packed
from (
    select
        category,
        converted,
        first_bucket,
        ends || '{}'::integer[] as ends,
        amounts || '{}'::bigint[] as amounts
    from unnest(%(span_first)s::date[], %(span_last)s::date[]) as span (first, last)
    inner join daily_spreads on date between span.first and span.last
    where dimension = any(%(dimensions)s::text[])
      and dimension_value = any(%(values)s::text[])
      and metric_type = %(metric)s::text
    offset 0
) as spread
inner join wanted
    on spread.category = wanted.category
    and spread.converted = wanted.converted
    and wanted.bucket between
        spread.first_bucket and spread.first_bucket + cardinality(spread.ends) - 1
union all
select
    wanted.category,
    wanted.converted,
    wanted.bucket,
    null,
    substr(spread.amounts, 8 * held.before + 1, 8 * (held.until_here - held.before))
from (
    select
        category,
        converted,
        first_bucket,
        ends || '{}'::integer[] as ends,
        amounts
    from weekly_spreads
    where dimension = any(%(dimensions)s::text[])
      and dimension_value = any(%(values)s::text[])
      and metric_type = %(metric)s::text
      and week = any(%(weeks)s::date[])
    offset 0
) as spread
inner join wanted
    on spread.category = wanted.category
    and spread.converted = wanted.converted
    and wanted.bucket between
        spread.first_bucket and spread.first_bucket + cardinality(spread.ends) - 1
cross join lateral (
    select
        case
            when wanted.bucket = spread.first_bucket then 0
            else spread.ends[wanted.bucket - spread.first_bucket]
        end as before,
        spread.ends[wanted.bucket - spread.first_bucket + 1] as until_here
) as held;
