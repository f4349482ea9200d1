-- What is counted in hours: sessions are chosen and laid into cells, figures are counted per cell,
-- cells are added up to totals and breakdowns, and these replace what was stored.

-- name: make_chosen
-- No row. As `nesthaus.figures` wants it, and where each session lies. A cell is an hour, a device
-- type and a source kept of that day; all bots of an hour are one cell.
create temp table if not exists chosen (
    session_id text not null,
    cell integer not null,
    start_time timestamptz not null,
    last_activity timestamptz not null,
    conversion_status text not null,
    converted boolean not null,
    verified boolean not null,
    session_duration integer,
    total_interactions integer not null,
    last_price integer,
    tracker_version text,
    clock_skew_ms bigint,
    final_configuration_hash text,
    device_type text not null,
    final_configuration jsonb,
    final_snapshot_at timestamptz,
    cell_hour timestamptz not null,
    cell_device text not null,
    cell_source text not null,
    cell_bot boolean not null
) on commit delete rows;

-- name: make_cell_figures
-- No row. One row of the table is what one figure says of one cell.
create temp table if not exists cell_figures (
    cell integer not null,
    metric_type text not null,
    category text not null,
    value_text text not null,
    count bigint not null,
    unique_sessions bigint not null,
    time_sum_ms bigint not null,
    timed_count bigint not null,
    amount_sum bigint not null
) on commit delete rows;

-- name: make_hour_differences
-- No row. One row of the table is a figure of an hour that is stored otherwise than it is counted;
-- `dimension` is '' for the totals, `count` null where nothing is counted, `stored_count` where
-- nothing is stored.
create temp table if not exists hour_differences (
    hour timestamptz not null,
    dimension text not null,
    dimension_value text not null,
    metric_type text not null,
    category text not null,
    value_text text not null,
    count bigint,
    unique_sessions bigint,
    time_sum_ms bigint,
    timed_count bigint,
    amount_sum bigint,
    stored_count bigint,
    stored_unique_sessions bigint
) on commit delete rows;

-- name: marked_hours
-- One row per hour with a mark, the latest first.
select distinct hour
from recount_marks
order by hour desc;

-- name: marked_among
-- One row per hour with a mark among those named.
select distinct hour
from recount_marks
where hour = any(%(hour)s::timestamptz[]);

-- name: delete_marks
-- No row. Marks of these hours that this transaction sees; those that are committed later stay.
delete from recount_marks
where hour = any(%(hour)s::timestamptz[]);

-- name: hours_between
-- One row per hour of a span in which sessions began, of which figures are stored, or with a mark.
select date_trunc('hour', start_time, %(zone)s::text) as hour
from user_sessions
where start_time >= %(since)s
  and start_time < %(until)s
union
select hour
from hourly_analytics
where hour >= %(since)s
  and hour < %(until)s
union
select hour
from hourly_analytics_by
where hour >= %(since)s
  and hour < %(until)s
union
select hour
from recount_marks
where hour >= %(since)s
  and hour < %(until)s
  and date_trunc('hour', hour, %(zone)s::text) = hour;

-- name: choose
-- No row. Every session that began in one of the hours, each with the day it belongs to.
insert into chosen (
    session_id, cell, start_time, last_activity, conversion_status, converted, verified,
    session_duration, total_interactions, last_price, tracker_version, clock_skew_ms,
    final_configuration_hash, device_type, final_configuration, final_snapshot_at,
    cell_hour, cell_device, cell_source, cell_bot
)
select
    session_id,
    dense_rank() over (order by hour, device, source, bot)::integer as cell,
    start_time,
    last_activity,
    conversion_status,
    converted_at is not null as converted,
    verified_at is not null as verified,
    session_duration,
    total_interactions,
    last_price,
    tracker_version,
    clock_skew_ms,
    final_configuration_hash,
    device_type,
    final_configuration,
    final_snapshot_at,
    hour,
    device,
    source,
    bot
from (
    select
        session.*,
        asked.hour,
        session.bot_reason is not null as bot,
        case when session.bot_reason is null then session.device_type else '' end as device,
        case
            when session.bot_reason is null then coalesce(kept.utm_source, 'other')
            else ''
        end as source
    from unnest(%(hour)s::timestamptz[], %(date)s::date[]) as asked (hour, date)
    -- A clock hour ends within 60 minutes; near a change of the clocks another one may begin in it.
    inner join user_sessions as session
        on session.start_time >= asked.hour
        and session.start_time < asked.hour + interval '1 hour'
        and date_trunc('hour', session.start_time, %(zone)s::text) = asked.hour
    left join
        unnest(%(kept_date)s::date[], %(kept_source)s::text[]) as kept (date, utm_source)
        on kept.date = asked.date
        and kept.utm_source = session.utm_source
) as placed;

-- name: analyze_chosen
-- No row. A plan made for an empty table would join by nested loops.
analyze chosen;

-- name: bounds_of_chosen
-- One row: the first and the last start; null where no session is chosen.
select
    min(start_time),
    max(start_time)
from chosen;

-- name: keep_figure
-- No row. What one figure says of the cells; its text is put in front of this as `cell_figures`, a
-- common table expression that hides the table where it is read.
insert into cell_figures (
    cell, metric_type, category, value_text,
    count, unique_sessions, time_sum_ms, timed_count, amount_sum
)
select
    cell,
    metric_type,
    category,
    value_text,
    count,
    unique_sessions,
    time_sum_ms,
    timed_count,
    amount_sum
from cell_figures;

-- name: analyze_cell_figures
-- No row.
analyze cell_figures;

-- name: find_differences
-- No row. Cells are added up to the totals and the values of each dimension; what is stored of the
-- hours and equals that is left out.
with cells as (
    select distinct
        cell,
        cell_hour,
        cell_device,
        cell_source,
        cell_bot
    from chosen
),
parts as (
    select
        cells.cell,
        cells.cell_hour as hour,
        part.dimension,
        part.dimension_value
    from cells
    cross join lateral (
        values
        ('', '', not cells.cell_bot),
        ('device_type', cells.cell_device, not cells.cell_bot),
        ('utm_source', cells.cell_source, not cells.cell_bot),
        ('bot', 'true', cells.cell_bot)
    ) as part (dimension, dimension_value, applies)
    where part.applies
),
counted as (
    select
        parts.hour,
        parts.dimension,
        parts.dimension_value,
        figure.metric_type,
        figure.category,
        figure.value_text,
        sum(figure.count)::bigint as count,
        sum(figure.unique_sessions)::bigint as unique_sessions,
        sum(figure.time_sum_ms)::bigint as time_sum_ms,
        sum(figure.timed_count)::bigint as timed_count,
        sum(figure.amount_sum)::bigint as amount_sum
    from parts
    inner join cell_figures as figure using (cell)
    group by
        parts.hour, parts.dimension, parts.dimension_value,
        figure.metric_type, figure.category, figure.value_text
),
stored as (
    select
        hour, '' as dimension, '' as dimension_value, metric_type, category, value_text,
        count, unique_sessions, time_sum_ms, timed_count, amount_sum
    from hourly_analytics
    where hour = any(%(hour)s::timestamptz[])
    union all
    select
        hour, dimension, dimension_value, metric_type, category, value_text,
        count, unique_sessions, time_sum_ms, timed_count, amount_sum
    from hourly_analytics_by
    where hour = any(%(hour)s::timestamptz[])
)
insert into hour_differences (
    hour, dimension, dimension_value, metric_type, category, value_text,
    count, unique_sessions, time_sum_ms, timed_count, amount_sum,
    stored_count, stored_unique_sessions
)
select
    hour,
    dimension,
    dimension_value,
    metric_type,
    category,
    value_text,
    counted.count,
    counted.unique_sessions,
    counted.time_sum_ms,
    counted.timed_count,
    counted.amount_sum,
    stored.count,
    stored.unique_sessions
from counted
full join stored
    using (hour, dimension, dimension_value, metric_type, category, value_text)
where (
    counted.count, counted.unique_sessions, counted.time_sum_ms, counted.timed_count,
    counted.amount_sum
) is distinct from (
    stored.count, stored.unique_sessions, stored.time_sum_ms, stored.timed_count, stored.amount_sum
);

-- name: delete_totals
-- No row. Totals of which nothing is counted any more.
delete from hourly_analytics as stored
using hour_differences as different
where different.count is null
  and different.dimension = ''
  and stored.hour = different.hour
  and stored.metric_type = different.metric_type
  and stored.category = different.category
  and stored.value_text = different.value_text;

-- name: write_totals
-- No row. Totals that are new or other than they were.
insert into hourly_analytics (
    hour, metric_type, category, value_text,
    count, unique_sessions, time_sum_ms, timed_count, amount_sum
)
select
    hour, metric_type, category, value_text,
    count, unique_sessions, time_sum_ms, timed_count, amount_sum
from hour_differences
where dimension = ''
  and count is not null
on conflict (hour, metric_type, category, value_text) do update set
    count = excluded.count,
    unique_sessions = excluded.unique_sessions,
    time_sum_ms = excluded.time_sum_ms,
    timed_count = excluded.timed_count,
    amount_sum = excluded.amount_sum;

-- name: delete_breakdowns
-- No row. As above, of the breakdowns.
delete from hourly_analytics_by as stored
using hour_differences as different
where different.count is null
  and stored.hour = different.hour
  and stored.dimension = different.dimension
  and stored.dimension_value = different.dimension_value
  and stored.metric_type = different.metric_type
  and stored.category = different.category
  and stored.value_text = different.value_text;

-- name: write_breakdowns
-- No row. As above, of the breakdowns.
insert into hourly_analytics_by (
    hour, dimension, dimension_value, metric_type, category, value_text,
    count, unique_sessions, time_sum_ms, timed_count, amount_sum
)
select
    hour, dimension, dimension_value, metric_type, category, value_text,
    count, unique_sessions, time_sum_ms, timed_count, amount_sum
from hour_differences
where dimension <> ''
  and count is not null
on conflict (hour, dimension, dimension_value, metric_type, category, value_text) do update set
    count = excluded.count,
    unique_sessions = excluded.unique_sessions,
    time_sum_ms = excluded.time_sum_ms,
    timed_count = excluded.timed_count,
    amount_sum = excluded.amount_sum;

-- name: differences
-- One row per figure that was stored otherwise than it is counted.
select
    hour,
    dimension,
    dimension_value,
    metric_type,
    category,
    value_text,
    stored_count,
    stored_unique_sessions,
    count,
    unique_sessions
from hour_differences
order by hour, dimension, dimension_value, metric_type, category, value_text;
