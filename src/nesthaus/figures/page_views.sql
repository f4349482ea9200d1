-- name: page_views
-- One row per cell and path that was viewed; '' where a view did not tell its path.
select
    viewed.cell,
    'page_views' as metric_type,
    '' as category,
    viewed.path as value_text,
    sum(viewed.views)::bigint as count,
    count(*) as unique_sessions,
    0::bigint as time_sum_ms,
    0::bigint as timed_count,
    0::bigint as amount_sum
from (
    select
        chosen.cell,
        chosen.session_id,
        coalesce(event.selection_value, '') as path,
        count(*) as views
    from chosen
    inner join interaction_events as event using (session_id)
    where event.event_type = 'page_view'
      and not event.over
      and event.timestamp between %(first)s::timestamptz and %(last)s::timestamptz
      -- So says `over` too; but this spares a look into other months for each session.
      and event.timestamp between
          chosen.start_time and chosen.start_time + interval '7 days'
    group by chosen.cell, chosen.session_id, coalesce(event.selection_value, '')
) as viewed
group by viewed.cell, viewed.path;
