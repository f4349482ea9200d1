-- Of each session in `chosen` (`nesthaus.figures`): what its raw rows say that is no column of
-- user_sessions. All statements in this order, in one transaction. By steps, each of which the next
-- one can plan for: as one statement it joined by nested loops, without an end.
--
-- Order within a session: time, sequence, id. As in `domain/journeys`, its opening comes before the
-- rest of its millisecond, and what has no sequence, as a snapshot, after it.

-- name: make_numbers
-- No row. One row of the table is a session; its number sorts and hashes faster than its id.
create temp table if not exists session_numbers (
    n integer not null,
    session_id text not null,
    start_time timestamptz not null,
    last_activity timestamptz not null,
    converted boolean not null
) on commit delete rows;

-- name: make_bases
-- No row. One row of the table is what later selections are laid over: a snapshot, numbered from 2;
-- or, as 1, what the page opened with, which stands until the first snapshot. `price_list` is the
-- place in `only_options` of the list in force then; `categories` has a bit for each required
-- category that is chosen, the first one's the lowest.
create temp table if not exists session_bases (
    n integer not null,
    base bigint not null,
    timestamp timestamptz not null,
    id uuid not null,
    configuration jsonb not null,
    price_list integer not null,
    categories bigint not null,
    completed boolean,
    ordered boolean,
    mispriced boolean,
    late boolean
) on commit delete rows;

-- name: make_selections
-- No row. One row of the table is a selection, with its place among those of its session and the
-- base it was laid over (0: none); the base of the last moment; what the last selection of its
-- category said.
create temp table if not exists session_selections (
    n integer not null,
    place bigint not null,
    timestamp timestamptz not null,
    category text not null,
    option text,
    time_spent integer,
    base bigint not null,
    last_base bigint not null,
    latest_option text,
    latest_base bigint not null
) on commit delete rows;

-- name: make_gaps
-- No row. One row of the table is a time of more than 5 minutes between two interactions.
create temp table if not exists session_gaps (
    n integer not null,
    ended_at timestamptz not null,
    gap interval not null
) on commit delete rows;

-- name: make_leftovers
-- No row. One row of the table is a raw row later than 7 days after the start of its session.
create temp table if not exists session_leftovers (
    n integer not null,
    id uuid not null
) on commit delete rows;

-- name: forget
-- No row. What an earlier count of the same transaction left.
truncate session_numbers, session_bases, session_selections, session_gaps, session_leftovers;

-- name: number
-- No row.
insert into session_numbers (n, session_id, start_time, last_activity, converted)
select
    row_number() over () as n,
    session_id,
    start_time,
    last_activity,
    converted
from chosen;

-- name: analyze_numbers
-- No row.
analyze session_numbers;

-- name: find_bases
-- No row. Of several configurations a page is said to have opened with, the earliest one stands.
insert into session_bases (
    n, base, timestamp, id, configuration, price_list, categories, completed, ordered, mispriced,
    late
)
select
    found.n,
    found.base,
    found.timestamp,
    found.id,
    found.configuration_data,
    width_bucket(found.timestamp, %(list_starts)s::timestamptz[]) as price_list,
    (
        select coalesce(bit_or(1::bigint << (required.place - 1)::integer), 0)
        from unnest(%(required)s::text[]) with ordinality as required (category, place)
        where found.configuration_data ? required.category
    ) as categories,
    found.completed,
    found.ordered,
    found.mispriced,
    found.late
from (
    select
        session.n,
        1 + row_number() over (
            partition by session.n order by snapshot.timestamp, snapshot.id
        ) as base,
        snapshot.timestamp,
        snapshot.id,
        snapshot.configuration_data,
        snapshot.completion_percentage = 100 as completed,
        snapshot.trigger_event = 'order_attempt' as ordered,
        abs(snapshot.client_price - snapshot.total_price) >= 1 as mispriced,
        snapshot.received_at - snapshot.timestamp > interval '60 seconds' as late
    from session_numbers as session
    inner join configuration_snapshots as snapshot using (session_id)
    where not snapshot.over
      and snapshot.timestamp between %(first)s::timestamptz and %(last)s::timestamptz
    union all
    (
        select distinct on (session.n)
            session.n,
            1,
            entry.timestamp,
            entry.id,
            entry.configuration_data,
            null,
            null,
            null,
            null
        from session_numbers as session
        inner join session_entries as entry using (session_id)
        where entry.configuration_data is not null
          and not entry.implied
          and not entry.over
        order by session.n, entry.timestamp, entry.configuration_data::text
    )
) as found;

-- name: find_selections
-- No row.
insert into session_selections (
    n, place, timestamp, category, option, time_spent, base, last_base, latest_option, latest_base
)
select
    n,
    place,
    timestamp,
    category,
    option,
    time_spent,
    base,
    last_base,
    last_value(option) over whole_category,
    last_value(base) over whole_category
from (
    select
        ordered.*,
        row_number() over so_far as place,
        coalesce(max(opens_base) over so_far, 0) as base,
        coalesce(max(opens_base) over (partition by n), 0) as last_base
    from (
        select
            session.n,
            event.timestamp,
            event.sequence::bigint as sequence,
            event.id,
            event.category,
            nullif(event.selection_value, '') as option,
            event.time_spent,
            null::bigint as opens_base
        from session_numbers as session
        inner join interaction_events as event using (session_id)
        where event.event_type = 'selection'
          and event.category <> ''
          and not event.over
          and event.timestamp between %(first)s::timestamptz and %(last)s::timestamptz
        union all
        select
            n,
            timestamp,
            case base when 1 then -1 end,
            id,
            null,
            null,
            null,
            base
        from session_bases
    ) as ordered
    window so_far as (
        partition by n order by timestamp, sequence, id
        rows between unbounded preceding and current row
    )
) as placed
where category is not null
window whole_category as (
    partition by n, category order by place
    rows between unbounded preceding and unbounded following
);

-- name: find_gaps
-- No row.
insert into session_gaps (n, ended_at, gap)
select
    n,
    timestamp,
    gap
from (
    select
        session.n,
        event.timestamp,
        event.timestamp - lag(event.timestamp) over (
            partition by session.n order by event.timestamp
        ) as gap
    from session_numbers as session
    inner join interaction_events as event using (session_id)
    where not event.over
      and event.timestamp between %(first)s::timestamptz and %(last)s::timestamptz
      -- A shorter session has no such gap.
      and session.last_activity - session.start_time > interval '5 minutes'
) as steps
where gap > interval '5 minutes';

-- name: find_leftovers
-- No row. Without bounds of time, for they may lie in any later month; few sessions have any.
insert into session_leftovers (n, id)
with outlasting as materialized (
    select
        session.n,
        session.session_id
    from session_numbers as session
    inner join user_sessions as stored using (session_id)
    where stored.latest_seen > stored.start_time + interval '7 days'
)
select outlasting.n, event.id
from outlasting
inner join interaction_events as event using (session_id)
where event.over
union all
select outlasting.n, snapshot.id
from outlasting
inner join configuration_snapshots as snapshot using (session_id)
where snapshot.over
union all
select outlasting.n, finalisation.id
from outlasting
inner join session_finalisations as finalisation using (session_id)
where finalisation.over
union all
select outlasting.n, entry.id
from outlasting
inner join session_entries as entry using (session_id)
where entry.over
  and not entry.implied;

-- name: analyze_rows
-- No row.
analyze session_bases, session_selections, session_gaps, session_leftovers;

-- name: write_session_figures
-- No row. A row that is right already is left alone.
insert into session_figures (
    session_id, start_time, furthest_step, bounce, path, decided_categories, decision_ms,
    changed_categories, changed_options, changed_finals, came_back, selected_categories,
    selected_options, selections, selection_ms, timed_selections, expected, received, late, over,
    duplicates, price_mismatches
)
with traffic as (
    select
        n,
        sum(acts) as acts,
        sum(late) as late,
        sum(expected) as expected,
        sum(received) as received
    from (
        select
            session.n,
            count(*) filter (where event.event_type not in ('hover', 'scroll')) as acts,
            count(*) filter (
                where event.received_at - event.timestamp > interval '60 seconds'
            ) as late,
            max(event.sequence) filter (where event.page is not null) as expected,
            count(distinct event.sequence) filter (where event.page is not null) as received
        from session_numbers as session
        inner join interaction_events as event using (session_id)
        where not event.over
          and event.timestamp between %(first)s::timestamptz and %(last)s::timestamptz
        group by session.n, event.page
    ) as page_loads
    group by n
),
-- A finalisation that brings a configuration makes a snapshot with its id: together they are one.
other_late as (
    select
        n,
        count(distinct id) as late
    from (
        select n, id
        from session_bases
        where late
        union all
        select session.n, finalisation.id
        from session_numbers as session
        inner join session_finalisations as finalisation using (session_id)
        where not finalisation.over
          and finalisation.received_at - finalisation.timestamp > interval '60 seconds'
    ) as late_rows
    group by n
),
duplicates as (
    select
        session.n,
        count(*) as duplicates
    from session_numbers as session
    inner join duplicate_events as duplicate using (session_id)
    where not exists (
        select
        from session_leftovers as leftover
        where leftover.n = session.n
          and leftover.id = duplicate.id
    )
    group by session.n
),
selected as (
    select
        n,
        array_agg(category order by category collate "C", option collate "C") as categories,
        array_agg(option order by category collate "C", option collate "C") as options,
        array_agg(selections order by category collate "C", option collate "C") as selections,
        array_agg(time_sum_ms order by category collate "C", option collate "C") as time_sums_ms,
        array_agg(timed order by category collate "C", option collate "C") as timed
    from (
        select
            n,
            category,
            option,
            count(*)::integer as selections,
            coalesce(sum(time_spent), 0)::bigint as time_sum_ms,
            count(time_spent)::integer as timed
        from session_selections
        where option is not null
        group by n, category, option
    ) as options
    group by n
),
-- A stay is a run of selections in one category.
stays as (
    select
        n,
        number,
        category,
        min(timestamp) as began_at,
        max(timestamp) as ended_at
    from (
        select
            n,
            category,
            timestamp,
            count(*) filter (where is_first) over (partition by n order by place) as number
        from (
            select
                n,
                place,
                category,
                timestamp,
                category is distinct from lag(category) over (
                    partition by n order by place
                ) as is_first
            from session_selections
        ) as turns
    ) as numbered
    group by n, number, category
),
paths as (
    select
        n,
        array_agg(category order by number) as path
    from stays
    group by n
),
-- From the beginning of the stay before, or null, to the end of each first stay.
deliberations as (
    select
        n,
        category,
        began_at,
        ended_at
    from (
        select
            n,
            category,
            lag(began_at) over (partition by n order by number) as began_at,
            ended_at,
            row_number() over (partition by n, category order by number) as visit
        from stays
    ) as visits
    where visit = 1
),
decisions as (
    select
        n,
        array_agg(category order by category collate "C") as categories,
        array_agg(
            (extract(epoch from took) * 1000)::bigint order by category collate "C"
        ) as took_ms
    from (
        select
            stay.n,
            stay.category,
            stay.ended_at - coalesce(stay.began_at, session.start_time)
                - coalesce(sum(gaps.gap), interval '0') as took
        from deliberations as stay
        inner join session_numbers as session using (n)
        left join session_gaps as gaps
            on gaps.n = stay.n
            and gaps.ended_at > coalesce(stay.began_at, session.start_time)
            and gaps.ended_at <= stay.ended_at
        group by stay.n, stay.category, stay.began_at, stay.ended_at, session.start_time
    ) as times
    group by n
),
-- The options selected in a category one after another, each once in a row.
different as (
    select
        options.*,
        lag(option, 2) over (partition by n, category order by place) as option_before_last
    from (
        select
            n,
            place,
            category,
            option,
            latest_option,
            latest_base,
            last_base,
            lag(option) over (partition by n, category order by place) as option_before
        from session_selections
        where option is not null
    ) as options
    where option is distinct from option_before
),
minds as (
    select
        n,
        category,
        option,
        latest_option,
        latest_base,
        last_base,
        coalesce(bool_or(option = option_before_last), false) as returned
    from different
    group by n, category, option, latest_option, latest_base, last_base
),
finals as (
    select
        minds.n,
        minds.category,
        minds.option,
        minds.returned,
        case
            when minds.latest_base = minds.last_base then minds.latest_option
            when jsonb_typeof(stood.choice) = 'string' then stood.choice #>> '{}'
            when jsonb_typeof(stood.choice -> 'value') = 'string' then stood.choice ->> 'value'
            when stood.choice is not null
                then %(only_options)s::jsonb -> base.price_list ->> minds.category
        end as final
    from minds
    left join session_bases as base
        on base.n = minds.n
        and base.base = minds.last_base
        and minds.latest_base <> minds.last_base
    cross join lateral (select base.configuration -> minds.category) as stood (choice)
),
changes as (
    select
        n,
        array_agg(category order by category collate "C", option collate "C") as categories,
        array_agg(option order by category collate "C", option collate "C") as options,
        array_agg(final order by category collate "C", option collate "C") as finals,
        array_agg(returned order by category collate "C", option collate "C") as returned
    from finals
    -- Most options stand at the end, and were chosen once.
    where option is distinct from final
       or returned
    group by n
),
named as (
    select
        n,
        bit_or(categories) as categories
    from (
        select
            n,
            1::bigint << (array_position(%(required)s::text[], category) - 1) as categories
        from session_selections
        where option is not null
          and category = any(%(required)s::text[])
        union all
        select n, categories
        from session_bases
        where base > 1
    ) as names
    group by n
),
saved as (
    select
        n,
        bool_or(completed) as completed,
        bool_or(ordered) as ordered,
        count(*) filter (where mispriced) as mispriced
    from session_bases
    where base > 1
    group by n
),
leftovers as (
    select
        n,
        count(*) as over
    from session_leftovers
    group by n
),
-- How many required categories, from the first on, were chosen: named, or left as the page opened
-- with them by a visitor who went on to a later one.
reached as (
    select
        session.n,
        (
            select coalesce(min(place), cardinality(%(required)s::text[]) + 1) - 1
            from generate_series(1, cardinality(%(required)s::text[])) as place
            where coalesce(named.categories >> (place - 1) & 1, 0) = 0
              and coalesce(
                  opening.categories >> (place - 1) & 1 = 0
                  or named.categories >> place = 0,
                  true
              )
        ) as categories
    from session_numbers as session
    left join named using (n)
    left join session_bases as opening
        on opening.n = session.n
        and opening.base = 1
)
select
    session.session_id,
    session.start_time,
    case
        when session.converted then 'converted'
        when reached.categories = 0 then 'started'
        when reached.categories < cardinality(%(required)s::text[])
          or not coalesce(saved.completed, false)
            then (%(required)s::text[])[reached.categories]
        when not coalesce(saved.ordered, false) then 'completed'
        else 'order_attempt'
    end as furthest_step,
    coalesce(traffic.acts, 0) < 2 as bounce,
    coalesce(paths.path, '{}') as path,
    coalesce(decisions.categories, '{}') as decided_categories,
    coalesce(decisions.took_ms, '{}') as decision_ms,
    coalesce(changes.categories, '{}') as changed_categories,
    coalesce(changes.options, '{}') as changed_options,
    coalesce(changes.finals, '{}') as changed_finals,
    coalesce(changes.returned, '{}') as came_back,
    coalesce(selected.categories, '{}') as selected_categories,
    coalesce(selected.options, '{}') as selected_options,
    coalesce(selected.selections, '{}') as selections,
    coalesce(selected.time_sums_ms, '{}') as selection_ms,
    coalesce(selected.timed, '{}') as timed_selections,
    -- A page may send any number as a sequence.
    least(coalesce(traffic.expected, 0), 2147483647)::integer as expected,
    coalesce(traffic.received, 0)::integer as received,
    (coalesce(traffic.late, 0) + coalesce(other_late.late, 0))::integer as late,
    coalesce(leftovers.over, 0)::integer as over,
    coalesce(duplicates.duplicates, 0)::integer as duplicates,
    coalesce(saved.mispriced, 0)::integer as price_mismatches
from session_numbers as session
inner join reached using (n)
left join traffic using (n)
left join other_late using (n)
left join paths using (n)
left join decisions using (n)
left join changes using (n)
left join selected using (n)
left join saved using (n)
left join duplicates using (n)
left join leftovers using (n)
on conflict (session_id) do update set
    start_time = excluded.start_time,
    furthest_step = excluded.furthest_step,
    bounce = excluded.bounce,
    path = excluded.path,
    decided_categories = excluded.decided_categories,
    decision_ms = excluded.decision_ms,
    changed_categories = excluded.changed_categories,
    changed_options = excluded.changed_options,
    changed_finals = excluded.changed_finals,
    came_back = excluded.came_back,
    selected_categories = excluded.selected_categories,
    selected_options = excluded.selected_options,
    selections = excluded.selections,
    selection_ms = excluded.selection_ms,
    timed_selections = excluded.timed_selections,
    expected = excluded.expected,
    received = excluded.received,
    late = excluded.late,
    over = excluded.over,
    duplicates = excluded.duplicates,
    price_mismatches = excluded.price_mismatches
where session_figures is distinct from excluded;
