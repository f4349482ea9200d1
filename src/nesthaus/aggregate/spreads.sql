-- The exact amounts of each day whose quantiles reports tell.

-- name: make_spread_differences
-- No row. One row of the table is a spread of a day that is stored otherwise than it is counted;
-- `ends` is null where no session of the day has an amount.
create temp table if not exists spread_differences (
    date date not null,
    dimension text not null,
    dimension_value text not null,
    metric_type text not null,
    category text not null,
    converted boolean not null,
    first_bucket integer,
    ends integer[],
    amounts bigint[]
) on commit delete rows;

-- name: find_differences
-- No row. The amounts of each session of the days, in the totals and in each breakdown it counts in.
-- Parts and kinds are numbered, because the amounts are put in order, and comparing numbers takes a
-- small part of the time of comparing names.
with placed as materialized (
    select
        dense_rank() over (
            order by day.date, session.bot_reason is not null, session.device_type, kept.utm_source
        ) as cell,
        day.date,
        session.session_id,
        session.bot_reason is not null as bot,
        session.device_type as device,
        coalesce(kept.utm_source, 'other') as source,
        session.converted_at is not null as converted,
        session.last_price,
        session.clock_skew_ms
    from unnest(
        %(date)s::date[], %(since)s::timestamptz[], %(until)s::timestamptz[]
    ) as day (date, since, until)
    inner join user_sessions as session
        on session.start_time >= day.since
        and session.start_time < day.until
    left join
        unnest(%(kept_date)s::date[], %(kept_source)s::text[]) as kept (date, utm_source)
        on kept.date = day.date
        and kept.utm_source = session.utm_source
),
told as materialized (
    select
        cell,
        'price' as metric_type,
        '' as category,
        converted,
        last_price::bigint as amount,
        least(last_price / %(price_step)s::integer, %(last_price_bucket)s::integer) as bucket
    from placed
    where last_price is not null
    union all
    select
        cell,
        metric_type,
        category,
        is_of,
        amount,
        (
            sign(amount) * ceil(
                ln(greatest(abs(amount), 1)::double precision)
                / ln(%(time_growth)s::double precision)
            )
        )::integer as bucket
    from (
        select
            cell,
            'clock_skew' as metric_type,
            '' as category,
            false as is_of,
            clock_skew_ms as amount
        from placed
        where clock_skew_ms is not null
        union all
        select
            placed.cell,
            'decision_time',
            unnest(figures.decided_categories),
            placed.converted,
            unnest(figures.decision_ms)
        from placed
        -- Each has its figures. But where PostgreSQL takes their table for empty, as a vacuum does that
        -- comes before they are committed, an inner join goes through all sessions for each of them.
        left join session_figures as figures using (session_id)
    ) as times
),
parts as materialized (
    select
        cells.cell,
        dense_rank() over (order by cells.date, place.dimension, place.dimension_value) as part,
        cells.date,
        place.dimension,
        place.dimension_value
    from (
        select distinct cell, date, bot, device, source
        from placed
    ) as cells
    cross join lateral (
        values
        ('', '', not cells.bot),
        ('device_type', cells.device, not cells.bot),
        ('utm_source', cells.source, not cells.bot),
        ('bot', 'true', cells.bot)
    ) as place (dimension, dimension_value, applies)
    where place.applies
),
kinds as materialized (
    select
        row_number() over () as kind,
        metric_type,
        category,
        converted
    from (
        select distinct metric_type, category, converted
        from told
    ) as named
),
amounts as materialized (
    select
        told.cell,
        kinds.kind,
        told.amount,
        told.bucket
    from told
    inner join kinds using (metric_type, category, converted)
),
buckets as (
    select
        parts.part,
        alike.kind,
        alike.bucket,
        sum(sum(alike.count)) over so_far as until_here,
        lead(alike.bucket) over so_far as next_bucket
    from (
        select
            cell,
            kind,
            bucket,
            count(*) as count
        from amounts
        group by cell, kind, bucket
    ) as alike
    inner join parts using (cell)
    group by parts.part, alike.kind, alike.bucket
    window so_far as (partition by parts.part, alike.kind order by alike.bucket)
),
ends as (
    select
        part,
        kind,
        min(bucket) as first_bucket,
        array_agg(until_here::integer order by place) as ends
    from buckets
    cross join lateral generate_series(bucket, coalesce(next_bucket - 1, bucket)) as place
    group by part, kind
),
ordered as (
    select
        parts.part,
        amounts.kind,
        array_agg(amounts.amount order by amounts.amount) as amounts
    from amounts
    inner join parts using (cell)
    group by parts.part, amounts.kind
),
counted as (
    select
        named.date,
        named.dimension,
        named.dimension_value,
        kinds.metric_type,
        kinds.category,
        kinds.converted,
        ends.first_bucket,
        ends.ends,
        ordered.amounts
    from ends
    inner join ordered using (part, kind)
    inner join kinds using (kind)
    inner join (
        select distinct part, date, dimension, dimension_value
        from parts
    ) as named using (part)
),
stored as (
    select *
    from daily_spreads
    where date = any(%(date)s::date[])
)
insert into spread_differences (
    date, dimension, dimension_value, metric_type, category, converted,
    first_bucket, ends, amounts
)
select
    date,
    dimension,
    dimension_value,
    metric_type,
    category,
    converted,
    counted.first_bucket,
    counted.ends,
    counted.amounts
from counted
full join stored
    using (date, dimension, dimension_value, metric_type, category, converted)
where (counted.first_bucket, counted.ends, counted.amounts)
    is distinct from (stored.first_bucket, stored.ends, stored.amounts);

-- name: delete_vanished
-- No row. Spreads of which no session has an amount any more.
delete from daily_spreads as stored
using spread_differences as different
where different.ends is null
  and stored.date = different.date
  and stored.dimension = different.dimension
  and stored.dimension_value = different.dimension_value
  and stored.metric_type = different.metric_type
  and stored.category = different.category
  and stored.converted = different.converted;

-- name: write
-- No row. Spreads that are new or other than they were.
insert into daily_spreads (
    date, dimension, dimension_value, metric_type, category, converted,
    first_bucket, ends, amounts
)
select
    date, dimension, dimension_value, metric_type, category, converted,
    first_bucket, ends, amounts
from spread_differences
where ends is not null
on conflict (date, dimension, dimension_value, metric_type, category, converted) do update set
    first_bucket = excluded.first_bucket,
    ends = excluded.ends,
    amounts = excluded.amounts;

-- name: differing_days
-- One row per day of which a spread was stored otherwise than it is counted, and how many.
select
    date,
    count(*)
from spread_differences
group by date
order by date;
