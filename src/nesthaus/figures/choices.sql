-- name: choices
-- Two figures over the same rows, because looking for these costs as much as counting either;
-- `choices`, the parameter, names those asked for: `selected`, `changed`.
-- `selections`: one row per cell, category and option that was selected; and one per cell and
-- category over all its options, with '' for the option. Selections that take a category away are
-- not among them.
-- Changes of mind: `abandoned_for`: sessions that selected the first option of `value_text`, a JSON
-- array of two, and ended with the second or, if null, with none. `returned_to`: sessions that
-- selected the option, then another one of its category, then the option again.
with made as (
    -- Arrays of the same places side by side. In a list of columns they are unpacked one place at a
    -- time; `from unnest` puts each of them aside first.
    select
        chosen.cell,
        list.kind,
        unnest(
            case list.kind
                when 'selected' then figures.selected_categories
                else figures.changed_categories
            end
        ) as category,
        unnest(
            case list.kind
                when 'selected' then figures.selected_options
                else figures.changed_options
            end
        ) as option,
        unnest(
            case list.kind when 'selected' then null::text || figures.selected_categories end
        ) as category_before,
        unnest(case list.kind when 'changed' then figures.changed_finals end) as final,
        unnest(case list.kind when 'changed' then figures.came_back end) as returned,
        unnest(case list.kind when 'selected' then figures.selections end) as selections,
        unnest(case list.kind when 'selected' then figures.selection_ms end) as time_sum_ms,
        unnest(case list.kind when 'selected' then figures.timed_selections end) as timed
    from chosen
    inner join session_figures as figures
        on figures.session_id = chosen.session_id
        and figures.start_time between %(first)s::timestamptz and %(last)s::timestamptz
    cross join unnest(%(choices)s::text[]) as list (kind)
),
choices as (
    select
        cell,
        kind,
        category,
        option,
        final,
        count(*) as sessions,
        count(*) filter (where returned) as returned,
        -- Each session that selected anything in the category has one option that is its first.
        count(*) filter (where category is distinct from category_before) as deciders,
        sum(selections)::bigint as selections,
        sum(time_sum_ms)::bigint as time_sum_ms,
        sum(timed)::bigint as timed
    from made
    where category is not null -- as it is behind the last place, where there is one before still
    group by cell, kind, category, option, final
)
select
    cell,
    'selections' as metric_type,
    category,
    option as value_text,
    selections as count,
    sessions as unique_sessions,
    time_sum_ms,
    timed as timed_count,
    0::bigint as amount_sum
from choices
where kind = 'selected'
union all
select
    cell,
    'selections' as metric_type,
    category,
    '' as value_text,
    sum(selections)::bigint as count,
    sum(deciders)::bigint as unique_sessions,
    sum(time_sum_ms)::bigint as time_sum_ms,
    sum(timed)::bigint as timed_count,
    0::bigint as amount_sum
from choices
where kind = 'selected'
group by cell, category
union all
select
    cell,
    'abandoned_for' as metric_type,
    category,
    jsonb_build_array(option, final)::text as value_text,
    sessions as count,
    sessions as unique_sessions,
    0::bigint as time_sum_ms,
    0::bigint as timed_count,
    0::bigint as amount_sum
from choices
where kind = 'changed'
  and option is distinct from final
union all
select
    cell,
    'returned_to' as metric_type,
    category,
    option as value_text,
    sum(returned)::bigint as count,
    sum(returned)::bigint as unique_sessions,
    0::bigint as time_sum_ms,
    0::bigint as timed_count,
    0::bigint as amount_sum
from choices
where returned > 0
group by cell, category, option;
