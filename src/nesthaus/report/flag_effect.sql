-- name: sides
-- One row per answer to the flag (`has_it`: on), kind of value and bucket: the sessions that were
-- told it, by the first word; the events sent and stored of those that are quiet long enough; what
-- the pages of all of them measured of their calls.
with told as materialized (
    select distinct on (entry.session_id)
        entry.session_id,
        chosen.last_activity < %(quiet_since)s::timestamptz as is_quiet,
        (entry.flags ->> %(key)s::text)::boolean as has_it
    from chosen
    inner join session_entries as entry on entry.session_id = chosen.session_id
    where not entry.over
      and entry.flags ? %(key)s::text
    order by entry.session_id, entry.timestamp, entry.id
)
select
    told.has_it,
    kind.name as kind,
    null::integer as bucket,
    sum(kind.count)::bigint as count,
    0::numeric as value_sum,
    0::double precision as value_max
from told
left join session_figures as figures
    on figures.session_id = told.session_id
    and told.is_quiet
cross join lateral (
    values
        ('sessions', 1),
        ('expected', coalesce(figures.expected, 0)),
        ('received', coalesce(figures.received, 0))
) as kind (name, count)
group by told.has_it, kind.name
union all
select
    told.has_it,
    metric.metric_name as kind,
    case
        when metric.value > 0
            then ceil(ln(metric.value) / ln(%(growth)s::double precision))::integer
    end as bucket,
    count(*) as count,
    sum(metric.value::numeric) as value_sum,
    max(metric.value) as value_max
from told
inner join performance_metrics as metric on metric.session_id = told.session_id
where metric.metric_name in ('client_api_time', 'client_api_error')
  and metric.timestamp >= %(since)s
  and metric.timestamp < %(until)s::timestamptz + interval '7 days'
group by 1, 2, 3;
