-- name: price
-- One row per cell and last price in whole euros; `unique_sessions` of them converted, `amount_sum`
-- is the sum of the prices.
select
    cell,
    'price' as metric_type,
    '' as category,
    last_price::text as value_text,
    count(*) as count,
    count(*) filter (where converted) as unique_sessions,
    0::bigint as time_sum_ms,
    0::bigint as timed_count,
    sum(last_price::bigint)::bigint as amount_sum
from chosen
where last_price is not null
group by cell, last_price;
