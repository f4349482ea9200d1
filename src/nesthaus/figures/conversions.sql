-- name: conversions
-- One row per cell with converted sessions, one more with those that the shop's server confirmed.
select
    cell,
    'conversions' as metric_type,
    '' as category,
    kind.value_text,
    count(*) as count,
    count(*) as unique_sessions,
    0::bigint as time_sum_ms,
    0::bigint as timed_count,
    0::bigint as amount_sum
from chosen
cross join (values (''), ('verified')) as kind (value_text)
where converted
  and (kind.value_text = '' or verified)
group by cell, kind.value_text;
