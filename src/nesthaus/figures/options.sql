-- name: options
-- One row per cell, category and option that final configurations have: sessions;
-- `unique_sessions`: those that converted. A ticked box, or a quantity alone, means the only option
-- of its category.
select
    cell,
    'options' as metric_type,
    category,
    option as value_text,
    count(*) as count,
    count(*) filter (where converted) as unique_sessions,
    0::bigint as time_sum_ms,
    0::bigint as timed_count,
    0::bigint as amount_sum
from (
    select
        chosen.cell,
        chosen.converted,
        choice.category,
        case jsonb_typeof(choice.choice)
            when 'string' then choice.choice #>> '{}'
            when 'object' then coalesce(
                nullif(choice.choice ->> 'value', 'true'),
                %(only_options)s::jsonb
                    -> width_bucket(chosen.final_snapshot_at, %(list_starts)s::timestamptz[])
                    ->> choice.category
            )
            else %(only_options)s::jsonb
                -> width_bucket(chosen.final_snapshot_at, %(list_starts)s::timestamptz[])
                ->> choice.category
        end as option
    from chosen
    cross join lateral jsonb_each(chosen.final_configuration) as choice (category, choice)
) as options
where option is not null
group by cell, category, option;
