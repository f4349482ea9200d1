-- What the recount of a day has to find out, as one would write it by hand: each result from the raw
-- rows, by the plainest grouping that gives it. {session} are the hour, bot, device type and source
-- of a session.

-- name: sessions
select {session}, conversion_status as a, (verified_at is not null)::text as b,
    count(*) as n, count(converted_at) as m, sum(session_duration) + sum(total_interactions) as s
from user_sessions as session
group by 1, 2, 3, 4, 5, 6;

-- name: prices
select {session}, last_price::text as a, '' as b,
    count(*) as n, count(converted_at) as m, sum(last_price) as s
from user_sessions as session
where last_price is not null
group by 1, 2, 3, 4, 5;

-- name: clocks
select {session}, clock_skew_ms::text as a, '' as b, count(*) as n, 0 as m, 0 as s
from user_sessions as session
where clock_skew_ms is not null
group by 1, 2, 3, 4, 5;

-- name: options
select hour, bot, device_type, utm_source, choice.key as a,
    coalesce(choice.value ->> 'value', choice.value #>> '{{}}') as b,
    sum(n) as n, sum(m) as m, 0 as s
from (
    select {session}, final_configuration, count(*) as n, count(converted_at) as m
    from user_sessions as session
    where final_configuration is not null
    group by 1, 2, 3, 4, 5
) as alike
cross join jsonb_each(final_configuration) as choice
group by 1, 2, 3, 4, 5, 6;

-- name: traffic
select {session}, (acts < 2)::text as a, tracker_version as b,
    count(*) as n, sum(expected - received) as m, sum(late) as s
from user_sessions as session
inner join (
    select session_id, sum(acts) as acts, sum(late) as late,
        sum(expected) as expected, sum(received) as received
    from (
        select session_id, page,
            count(*) filter (where event_type not in ('hover', 'scroll')) as acts,
            count(*) filter (where received_at - timestamp > interval '60 seconds') as late,
            max(sequence) as expected,
            count(distinct sequence) as received
        from interaction_events
        where not over
        group by 1, 2
    ) as page_loads
    group by 1
) as fact using (session_id)
group by 1, 2, 3, 4, 5, 6;

-- name: page_views
select {session}, selection_value as a, '' as b,
    count(*) as n, count(distinct session_id) as m, 0 as s
from user_sessions as session
inner join interaction_events as event using (session_id)
where event_type = 'page_view' and not over
group by 1, 2, 3, 4, 5;

-- name: selections
select {session}, category as a, selection_value as b,
    count(*) as n, count(distinct session_id) as m, sum(time_spent) + count(time_spent) as s
from user_sessions as session
inner join interaction_events as event using (session_id)
where event_type = 'selection' and selection_value <> '' and not over
group by 1, 2, 3, 4, 5, 6;

-- name: categories
select {session}, category as a, '' as b,
    count(*) as n, count(distinct session_id) as m, sum(time_spent) + count(time_spent) as s
from user_sessions as session
inner join interaction_events as event using (session_id)
where event_type = 'selection' and selection_value <> '' and not over
group by 1, 2, 3, 4, 5;

-- name: links
select {session}, category as a, coalesce(next, case when converted_at is null then 'end' end) as b,
    count(*) as n, 0 as m, 0 as s
from user_sessions as session
inner join (
    select session_id, category,
        lead(category) over (partition by session_id order by timestamp, sequence, id) as next
    from interaction_events
    where event_type = 'selection' and not over
) as fact using (session_id)
where next is distinct from category
group by 1, 2, 3, 4, 5, 6;

-- name: orders
select {session}, categories::text as a, '' as b, count(*) as n, count(converted_at) as m, 0 as s
from user_sessions as session
inner join (
    select session_id, array_agg(category order by first) as categories
    from (
        select session_id, category, min(timestamp) as first
        from interaction_events
        where event_type = 'selection' and not over
        group by 1, 2
    ) as firsts
    group by 1
) as fact using (session_id)
group by 1, 2, 3, 4, 5;

-- name: funnel
select {session}, categories::text as a, furthest::text as b,
    count(*) as n, count(converted_at) as m, sum(last_price) as s
from user_sessions as session
left join (
    select session_id, array_agg(distinct category order by category) as categories
    from (
        select session_id, category
        from interaction_events
        where event_type = 'selection' and selection_value <> '' and not over
        union
        select session_id, jsonb_object_keys(configuration_data)
        from configuration_snapshots
        where not over
    ) as named
    group by 1
) as fact using (session_id)
left join (
    select session_id,
        max(case when trigger_event = 'order_attempt' then 2 end) as furthest,
        bool_or(completion_percentage = 100) as completed
    from configuration_snapshots
    where not over
    group by 1
) as saved using (session_id)
group by 1, 2, 3, 4, 5, 6;

-- name: changes_of_mind
select {session}, fact.category || option as a,
    coalesce(final_configuration -> fact.category ->> 'value',
        final_configuration ->> fact.category) as b,
    count(*) as n, count(*) filter (where returned) as m, 0 as s
from user_sessions as session
inner join (
    select session_id, category, option, coalesce(bool_or(option = before_last), false) as returned
    from (
        select session_id, category, selection_value as option,
            lag(selection_value, 2) over (
                partition by session_id, category order by timestamp, sequence, id
            ) as before_last
        from interaction_events
        where event_type = 'selection' and selection_value <> '' and not over
    ) as turns
    group by 1, 2, 3
) as fact using (session_id)
group by 1, 2, 3, 4, 5, 6;

-- name: spread_of_prices
select {session}, converted_at is not null as a, last_price as amount
from user_sessions as session
where last_price is not null;

-- name: spread_of_clocks
select {session}, false as a, clock_skew_ms as amount
from user_sessions as session
where clock_skew_ms is not null;

-- name: spread_of_decisions
select {session}, category || (converted_at is not null)::text as a,
    extract(epoch from ended - coalesce(began, start_time)) * 1000 - coalesce(idle_ms, 0) as amount
from user_sessions as session
inner join (
    select session_id, category, ended,
        lag(began) over (partition by session_id order by began) as began
    from (
        select session_id, category, stay, min(timestamp) as began, max(timestamp) as ended
        from (
            select session_id, category, timestamp,
                row_number() over (partition by session_id order by timestamp, sequence, id)
                - row_number() over (
                    partition by session_id, category order by timestamp, sequence, id
                ) as stay
            from interaction_events
            where event_type = 'selection' and not over
        ) as turns
        group by 1, 2, 3
    ) as stays
) as fact using (session_id)
left join (
    select session_id, sum(extract(epoch from gap) * 1000) as idle_ms
    from (
        select session_id,
            timestamp - lag(timestamp) over (partition by session_id order by timestamp) as gap
        from interaction_events
        where not over
    ) as steps
    where gap > interval '5 minutes'
    group by 1
) as idle using (session_id);

-- name: configurations
select {session}, final_configuration_hash as a, '' as b,
    count(*) as n, count(converted_at) as m, sum(last_price) as s
from user_sessions as session
where final_configuration_hash is not null
group by 1, 2, 3, 4, 5;

-- name: pairs
select hour, bot, device_type, utm_source, one.key || one.value::text as a,
    other.key || other.value::text as b, sum(n) as n, sum(m) as m, 0 as s
from (
    select {session}, final_configuration, count(*) as n, count(converted_at) as m
    from user_sessions as session
    where final_configuration is not null
    group by 1, 2, 3, 4, 5
) as alike
cross join jsonb_each(final_configuration) as one
inner join jsonb_each(final_configuration) as other on other.key > one.key
group by 1, 2, 3, 4, 5, 6;

-- name: measured_values
select {session}, metric_name as a, ceil(ln(greatest(value, 1e-9)) / ln(1.02))::text as b,
    count(*) as n, 0 as m, sum(value) as s
from user_sessions as session
inner join performance_metrics as metric using (session_id)
group by 1, 2, 3, 4, 5, 6;
