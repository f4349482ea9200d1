-- name: sessions
-- Six figures over the same rows, because looking for these costs more than counting all six.
-- `sessions`: one row per cell. `amount_sum`: the sum of the durations, in seconds; `timed_count`:
-- how many.
-- `status`: one row per cell and conversion status.
-- `conversions`: one row per cell with converted sessions, one more with those that the shop's
-- server confirmed.
-- `interactions`: one row per cell with interactions; `unique_sessions` have any.
-- `prices`: one row per cell with sessions that have a last price; `amount_sum` is the sum of these
-- prices, `unique_sessions` are those that converted.
-- `devices`: one row per cell and device type: its sessions; `unique_sessions`: those that converted.
with alike as (
    -- A handful of rows per cell from here on.
    select
        cell,
        conversion_status,
        device_type,
        converted,
        converted and verified as verified,
        count(*) as sessions,
        count(session_duration) as timed,
        sum(session_duration) as duration_sum,
        sum(total_interactions) as interactions,
        count(*) filter (where total_interactions > 0) as with_interactions,
        count(last_price) as priced,
        sum(last_price) as price_sum
    from chosen
    group by cell, conversion_status, device_type, converted, converted and verified
)
select
    alike.cell,
    figure.metric_type,
    '' as category,
    figure.value_text,
    sum(figure.count)::bigint as count,
    sum(figure.unique_sessions)::bigint as unique_sessions,
    0::bigint as time_sum_ms,
    sum(figure.timed_count)::bigint as timed_count,
    coalesce(sum(figure.amount_sum), 0)::bigint as amount_sum
from alike
cross join lateral (
    values
    ('sessions', '', sessions, sessions, timed, duration_sum),
    ('status', conversion_status, sessions, sessions, 0, 0),
    ('conversions', '', sessions * converted::integer, sessions, 0, 0),
    ('conversions', 'verified', sessions * verified::integer, sessions, 0, 0),
    ('interactions', '', interactions, with_interactions, 0, 0),
    ('prices', '', priced, priced * converted::integer, 0, price_sum),
    ('devices', device_type, sessions, sessions * converted::integer, 0, 0)
) as figure (metric_type, value_text, count, unique_sessions, timed_count, amount_sum)
where figure.count > 0
group by alike.cell, figure.metric_type, figure.value_text;
