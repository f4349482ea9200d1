-- name: changes
-- Two kinds of rows. `abandoned_for`: sessions that selected the first option of `value_text`, a
-- JSON array of two, and ended with the second or, if null, with none. `returned_to`: sessions that
-- selected the option, then another one of its category, then the option again.
with changes as (
    select
        chosen.cell,
        change.category,
        change.option,
        change.final,
        change.returned
    from chosen
    inner join session_figures as figures
        on figures.session_id = chosen.session_id
        and figures.start_time between %(first)s::timestamptz and %(last)s::timestamptz
    cross join lateral unnest(
        figures.changed_categories, figures.changed_options, figures.changed_finals,
        figures.came_back
    ) as change (category, option, final, returned)
)
select
    cell,
    'abandoned_for' as metric_type,
    category,
    jsonb_build_array(option, final)::text as value_text,
    count(*) as count,
    count(*) as unique_sessions,
    0::bigint as time_sum_ms,
    0::bigint as timed_count,
    0::bigint as amount_sum
from changes
where option is distinct from final
group by cell, category, option, final
union all
select
    cell,
    'returned_to' as metric_type,
    category,
    option as value_text,
    count(*) as count,
    count(*) as unique_sessions,
    0::bigint as time_sum_ms,
    0::bigint as timed_count,
    0::bigint as amount_sum
from changes
where returned
group by cell, category, option;
