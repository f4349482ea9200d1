-- name: options
-- One row per cell, category and option that final configurations have: sessions;
-- `unique_sessions`: those that converted. A ticked box, or a quantity alone, means the only option
-- of its category.
with configured as (
    -- Alike configurations are one row from here on, which is counted for all its sessions.
    select
        cell,
        converted,
        width_bucket(final_snapshot_at, %(list_starts)s::timestamptz[]) as list,
        final_configuration as configuration,
        count(*) as sessions
    from chosen
    where final_configuration is not null
    group by
        cell, converted, width_bucket(final_snapshot_at, %(list_starts)s::timestamptz[]),
        final_configuration
)
select
    cell,
    'options' as metric_type,
    category,
    option as value_text,
    sum(sessions)::bigint as count,
    coalesce(sum(sessions) filter (where converted), 0)::bigint as unique_sessions,
    0::bigint as time_sum_ms,
    0::bigint as timed_count,
    0::bigint as amount_sum
from (
    select
        configured.cell,
        configured.converted,
        configured.sessions,
        choice.category,
        case jsonb_typeof(choice.choice)
            when 'string' then choice.choice #>> '{}'
            else coalesce(
                nullif(choice.choice ->> 'value', 'true'),
                %(only_options)s::jsonb -> configured.list ->> choice.category
            )
        end as option
    from configured
    cross join lateral jsonb_each(configured.configuration) as choice (category, choice)
) as options
where option is not null
group by cell, category, option;
