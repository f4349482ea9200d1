-- name: funnel
-- `funnel`: one row per cell and step that sessions reached: their furthest step and all before it.
-- `drop_off`: one row per cell and step that was the last one of sessions neither converted nor
-- ongoing. `amount_sum`: the sum of their last prices, whole euros.
with furthest as (
    select
        chosen.cell,
        figures.furthest_step as step,
        chosen.conversion_status not in ('converted', 'ongoing') as gone,
        count(*) as sessions,
        coalesce(sum(chosen.last_price), 0)::bigint as last_prices
    from chosen
    inner join session_figures as figures
        on figures.session_id = chosen.session_id
        and figures.start_time between %(first)s::timestamptz and %(last)s::timestamptz
    group by
        chosen.cell, figures.furthest_step,
        chosen.conversion_status not in ('converted', 'ongoing')
),
steps as (
    select
        step,
        place
    from unnest(
        'started'::text || %(required)s::text[] || '{completed,order_attempt,converted}'::text[]
    ) with ordinality as numbered (step, place)
)
select
    furthest.cell,
    'funnel' as metric_type,
    '' as category,
    reached.step as value_text,
    sum(furthest.sessions)::bigint as count,
    sum(furthest.sessions)::bigint as unique_sessions,
    0::bigint as time_sum_ms,
    0::bigint as timed_count,
    0::bigint as amount_sum
from furthest
inner join steps as last on last.step = furthest.step
inner join steps as reached on reached.place <= last.place
group by furthest.cell, reached.step
union all
select
    cell,
    'drop_off' as metric_type,
    '' as category,
    step as value_text,
    sessions as count,
    sessions as unique_sessions,
    0::bigint as time_sum_ms,
    0::bigint as timed_count,
    last_prices as amount_sum
from furthest
where gone;
