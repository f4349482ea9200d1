-- name: buckets
-- One row per part of the period, bucket and unit of the metric's values. What belongs to no
-- session is there unless sessions are filtered; what does, if its session is among those chosen.
select
    width_bucket(metric.timestamp, %(starts)s::timestamptz[]) - 1 as slot,
    case
        when metric.value > 0
            then ceil(ln(metric.value) / ln(%(growth)s::double precision))::integer
    end as bucket,
    metric.unit,
    count(*) as count,
    sum(metric.value) as value_sum,
    max(metric.value) as value_max
from performance_metrics as metric
left join chosen on chosen.session_id = metric.session_id
left join user_sessions as session on session.session_id = metric.session_id
where metric.metric_name = %(metric)s::text
  and metric.timestamp >= %(since)s
  and metric.timestamp < %(until)s
  and (
      chosen.session_id is not null
      or (session.session_id is null and not %(is_filtered)s::boolean)
  )
group by 1, 2, 3;

-- name: slowest
-- One row per value, the greatest first.
select
    metric.timestamp as at,
    metric.value,
    coalesce(
        metric.additional_data ->> 'route',
        metric.additional_data ->> 'url',
        metric.additional_data ->> 'path'
    ) as route,
    metric.additional_data ->> 'requestId' as request_id
from performance_metrics as metric
left join chosen on chosen.session_id = metric.session_id
left join user_sessions as session on session.session_id = metric.session_id
where metric.metric_name = %(metric)s::text
  and metric.timestamp >= %(since)s
  and metric.timestamp < %(until)s
  and (
      chosen.session_id is not null
      or (session.session_id is null and not %(is_filtered)s::boolean)
  )
order by metric.value desc, metric.timestamp desc, metric.id
limit %(limit)s::integer;
