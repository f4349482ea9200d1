-- name: selections
-- One row per cell, category and option that was selected; and one per cell and category over all
-- its options, with '' for the option. Selections that take a category away are not among them.
with by_session as (
    select
        chosen.cell,
        chosen.session_id,
        event.category,
        event.selection_value,
        count(*) as selections,
        coalesce(sum(event.time_spent), 0)::bigint as time_sum_ms,
        count(event.time_spent) as timed
    from chosen
    inner join interaction_events as event using (session_id)
    where event.event_type = 'selection'
      and event.category <> ''
      and event.selection_value <> ''
      and not event.over
      and event.timestamp between %(first)s::timestamptz and %(last)s::timestamptz
      -- So says `over` too; but this spares a look into other months for each session.
      and event.timestamp between
          chosen.start_time and chosen.start_time + interval '7 days'
    group by chosen.cell, chosen.session_id, event.category, event.selection_value
),
by_option as (
    select
        cell,
        category,
        selection_value as value_text,
        sum(selections)::bigint as count,
        count(*) as unique_sessions,
        sum(time_sum_ms)::bigint as time_sum_ms,
        sum(timed)::bigint as timed_count
    from by_session
    group by cell, category, selection_value
),
deciders as (
    select
        cell,
        category,
        count(*) as unique_sessions
    from (select distinct cell, session_id, category from by_session) as decided
    group by cell, category
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
    sum(by_option.count)::bigint as count,
    deciders.unique_sessions,
    sum(by_option.time_sum_ms)::bigint as time_sum_ms,
    sum(by_option.timed_count)::bigint as timed_count,
    0::bigint as amount_sum
from by_option
inner join deciders using (cell, category)
group by cell, category, deciders.unique_sessions;
