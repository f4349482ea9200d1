-- name: prices
-- One row per cell with sessions that have a last price; `amount_sum` is the sum of these prices.
select
    cell,
    'prices' as metric_type,
    '' as category,
    '' as value_text,
    count(*) as count,
    count(*) filter (where converted) as unique_sessions,
    0::bigint as time_sum_ms,
    0::bigint as timed_count,
    sum(last_price::bigint)::bigint as amount_sum
from chosen
where last_price is not null
group by cell;
