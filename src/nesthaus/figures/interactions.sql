-- name: interactions
-- One row per cell with interactions; `unique_sessions` have any.
select
    cell,
    'interactions' as metric_type,
    '' as category,
    '' as value_text,
    sum(total_interactions) as count,
    count(*) as unique_sessions,
    0::bigint as time_sum_ms,
    0::bigint as timed_count,
    0::bigint as amount_sum
from chosen
where total_interactions > 0
group by cell;
