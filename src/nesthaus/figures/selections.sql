-- name: selections
-- One row per cell, category and option that was selected; and one per cell and category over all
-- its options, with '' for the option. Selections that take a category away are not among them.
with by_option as (
    select
        chosen.cell,
        selected.category,
        selected.option as value_text,
        sum(selected.selections)::bigint as count,
        count(*) as unique_sessions,
        -- Each session that selected anything in the category has one option that is its first.
        count(*) filter (
            where selected.category
                is distinct from figures.selected_categories[selected.place - 1]
        ) as deciders,
        sum(selected.time_sum_ms)::bigint as time_sum_ms,
        sum(selected.timed)::bigint as timed_count
    from chosen
    inner join session_figures as figures
        on figures.session_id = chosen.session_id
        and figures.start_time between %(first)s::timestamptz and %(last)s::timestamptz
    cross join lateral unnest(
        figures.selected_categories, figures.selected_options, figures.selections,
        figures.selection_ms, figures.timed_selections
    ) with ordinality as selected (category, option, selections, time_sum_ms, timed, place)
    group by chosen.cell, selected.category, selected.option
)
select
    cell,
    'selections' as metric_type,
    category,
    value_text,
    count,
    unique_sessions,
    time_sum_ms,
    timed_count,
    0::bigint as amount_sum
from by_option
union all
select
    cell,
    'selections' as metric_type,
    category,
    '' as value_text,
    sum(count)::bigint as count,
    sum(deciders)::bigint as unique_sessions,
    sum(time_sum_ms)::bigint as time_sum_ms,
    sum(timed_count)::bigint as timed_count,
    0::bigint as amount_sum
from by_option
group by cell, category;
