-- name: paths
-- Three kinds of rows. `path_nodes`: sessions that came to a category. `path_links`: how often a
-- category was followed by another, or the last one by the end or a conversion; `unique_sessions`
-- is 0. `orders`: sessions by the order of their first selections, `unique_sessions` converted. It
-- becomes part of a key, which PostgreSQL bounds: what does not fit into 1,000 bytes is left out at
-- the end. A list of thirty categories with names of thirty letters fits.
with walked as (
    select
        chosen.cell,
        chosen.converted,
        figures.path,
        count(*) as sessions
    from chosen
    inner join session_figures as figures
        on figures.session_id = chosen.session_id
        and figures.start_time between %(first)s::timestamptz and %(last)s::timestamptz
    where cardinality(figures.path) > 0
    group by chosen.cell, chosen.converted, figures.path
),
-- Alike paths are one row from here on, which is counted for all its sessions.
walks as (
    select
        row_number() over () as walk,
        walked.*
    from walked
),
visits as (
    select
        walks.walk,
        walks.cell,
        walks.converted,
        walks.sessions,
        stay.category,
        stay.place,
        walks.path[stay.place + 1] as next
    from walks
    cross join unnest(walks.path) with ordinality as stay (category, place)
),
first_visits as (
    select
        walk,
        cell,
        converted,
        sessions,
        category,
        min(place) as place
    from visits
    group by walk, cell, converted, sessions, category
),
orders as (
    select
        cell,
        converted,
        sessions,
        jsonb_agg(category order by place)::text as categories
    from (
        select
            first_visits.*,
            sum(octet_length(to_json(category)::text) + 2) over (
                partition by walk order by place
            ) as bytes
        from first_visits
    ) as named
    where bytes <= 1000
    group by walk, cell, converted, sessions
)
select
    cell,
    'path_nodes' as metric_type,
    category,
    '' as value_text,
    sum(sessions)::bigint as count,
    sum(sessions)::bigint as unique_sessions,
    0::bigint as time_sum_ms,
    0::bigint as timed_count,
    0::bigint as amount_sum
from first_visits
group by cell, category
union all
select
    cell,
    'path_links' as metric_type,
    category,
    coalesce(next, case when converted then 'converted' else 'end' end) as value_text,
    sum(sessions)::bigint as count,
    0::bigint as unique_sessions,
    0::bigint as time_sum_ms,
    0::bigint as timed_count,
    0::bigint as amount_sum
from visits
group by cell, category, coalesce(next, case when converted then 'converted' else 'end' end)
union all
select
    cell,
    'orders' as metric_type,
    '' as category,
    categories as value_text,
    sum(sessions)::bigint as count,
    coalesce(sum(sessions) filter (where converted), 0)::bigint as unique_sessions,
    0::bigint as time_sum_ms,
    0::bigint as timed_count,
    0::bigint as amount_sum
from orders
group by cell, categories;
