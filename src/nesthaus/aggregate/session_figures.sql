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
-- No row. One row of the table is a session with a configuration: the last one that was saved or,
-- where none was, the one its page opened with; selections after it are laid over it. `sequence` puts
-- it in order among them. `price_list` is the place in `only_options` of the list in force then.
-- `opened_with` and `named` have a bit for each required category, the first one's the lowest: those
-- the page opened with, and those that any snapshot has.
create temp table if not exists session_bases (
    n integer not null,
    timestamp timestamptz not null,
    sequence bigint not null,
    id uuid not null,
    configuration jsonb not null,
    price_list integer not null,
    opened_with bigint,
    named bigint,
    completed boolean,
    ordered boolean,
    price_mismatches bigint,
    late_ids uuid[]
) on commit delete rows;

-- name: make_selections
-- No row. One row of the table is a selection, with its place among those of its session; what the
-- last selection of its category said, and whether that came after the base of its session.
create temp table if not exists session_selections (
    n integer not null,
    place bigint not null,
    timestamp timestamptz not null,
    category text not null,
    option text,
    time_spent integer,
    latest_option text,
    latest_stands boolean not null
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
    n, timestamp, sequence, id, configuration, price_list, opened_with, named, completed, ordered,
    price_mismatches, late_ids
)
with required as (
    select
        category,
        1::bigint << (place - 1)::integer as bit
    from unnest(%(required)s::text[]) with ordinality as required (category, place)
),
saved as (
    select
        n,
        max(timestamp) as timestamp,
        (array_agg(id) filter (where is_last))[1] as id,
        (array_agg(configuration_data) filter (where is_last))[1] as configuration,
        bit_or(categories) as categories,
        bool_or(completed) as completed,
        bool_or(ordered) as ordered,
        count(*) filter (where mispriced) as price_mismatches,
        array_agg(id) filter (where late) as late_ids
    from (
        select
            session.n,
            snapshot.timestamp,
            snapshot.id,
            snapshot.configuration_data,
            lead(false, 1, true) over (
                partition by session.n order by snapshot.timestamp, snapshot.id
            ) as is_last,
            (
                select coalesce(bit_or(required.bit), 0)
                from required
                where snapshot.configuration_data ? required.category
            ) as categories,
            snapshot.completion_percentage = 100 as completed,
            snapshot.trigger_event = 'order_attempt' as ordered,
            abs(snapshot.client_price - snapshot.total_price) >= 1 as mispriced,
            snapshot.received_at - snapshot.timestamp > interval '60 seconds' as late
        from session_numbers as session
        inner join configuration_snapshots as snapshot using (session_id)
        where not snapshot.over
          and snapshot.timestamp between %(first)s::timestamptz and %(last)s::timestamptz
    ) as snapshots
    group by n
),
opening as (
    select
        n,
        timestamp,
        id,
        configuration_data as configuration,
        (
            select coalesce(bit_or(required.bit), 0)
            from required
            where configuration_data ? required.category
        ) as categories
    from (
        select distinct on (session.n)
            session.n,
            entry.timestamp,
            entry.id,
            entry.configuration_data
        from session_numbers as session
        inner join session_entries as entry using (session_id)
        where entry.configuration_data is not null
          and not entry.implied
          and not entry.over
        order by session.n, entry.timestamp, entry.configuration_data::text
    ) as openings
)
select
    n,
    coalesce(saved.timestamp, opening.timestamp) as timestamp,
    -- In its millisecond a snapshot comes last, as all that has no sequence; an opening first.
    case when saved.id is null then -1 else 2147483648 end as sequence,
    coalesce(saved.id, opening.id) as id,
    coalesce(saved.configuration, opening.configuration) as configuration,
    width_bucket(
        coalesce(saved.timestamp, opening.timestamp), %(list_starts)s::timestamptz[]
    ) as price_list,
    opening.categories as opened_with,
    saved.categories as named,
    saved.completed,
    saved.ordered,
    saved.price_mismatches,
    saved.late_ids
from saved
full join opening using (n);

-- name: find_selections
-- No row.
insert into session_selections (
    n, place, timestamp, category, option, time_spent, latest_option, latest_stands
)
select
    n,
    place,
    timestamp,
    category,
    option,
    time_spent,
    last_value(option) over whole_category,
    last_value(stands) over whole_category
from (
    select
        session.n,
        event.timestamp,
        event.category,
        nullif(event.selection_value, '') as option,
        event.time_spent,
        coalesce(
            (base.timestamp, base.sequence, base.id)
            < (event.timestamp, coalesce(event.sequence, 2147483648), event.id),
            true
        ) as stands,
        row_number() over (
            partition by session.n order by event.timestamp, event.sequence, event.id
        ) as place
    from session_numbers as session
    inner join interaction_events as event using (session_id)
    left join session_bases as base using (n)
    where event.event_type = 'selection'
      and event.category <> ''
      and not event.over
      and event.timestamp between %(first)s::timestamptz and %(last)s::timestamptz
) as placed
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
        select n, unnest(late_ids) as id
        from session_bases
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
options as (
    select
        n,
        category,
        option,
        -- The same in all rows of a category.
        latest_option,
        latest_stands,
        count(*)::integer as selections,
        coalesce(sum(time_spent), 0)::bigint as time_sum_ms,
        count(time_spent)::integer as timed
    from session_selections
    where option is not null
    group by n, category, option, latest_option, latest_stands
),
selected as (
    select
        n,
        array_agg(category order by category collate "C", option collate "C") as categories,
        array_agg(option order by category collate "C", option collate "C") as options,
        array_agg(selections order by category collate "C", option collate "C") as selections,
        array_agg(time_sum_ms order by category collate "C", option collate "C") as time_sums_ms,
        array_agg(timed order by category collate "C", option collate "C") as timed
    from options
    group by n
),
-- A stay is a run of selections in one category. `came_at` is when the stay before began, or null.
stays as (
    select
        n,
        place,
        category,
        timestamp as began_at,
        coalesce(lead(at_before) over so_far, last_at) as ended_at,
        lag(timestamp) over so_far as came_at
    from (
        select
            n,
            place,
            category,
            timestamp,
            lag(category) over so_far as category_before,
            lag(timestamp) over so_far as at_before,
            max(timestamp) over (partition by n) as last_at
        from session_selections
        window so_far as (partition by n order by place)
    ) as selections
    where category is distinct from category_before
    window so_far as (partition by n order by place)
),
paths as (
    select
        n,
        array_agg(category order by place) as path
    from stays
    group by n
),
-- From the beginning of the stay before, or of the session, to the end of each first stay.
deliberations as (
    select distinct on (stay.n, stay.category)
        stay.n,
        stay.category,
        coalesce(stay.came_at, session.start_time) as began_at,
        stay.ended_at
    from stays as stay
    inner join session_numbers as session using (n)
    order by stay.n, stay.category, stay.place
),
idle as (
    select
        stay.n,
        stay.category,
        sum(gaps.gap) as gap
    from session_gaps as gaps
    inner join deliberations as stay
        on stay.n = gaps.n
        and stay.began_at < gaps.ended_at
        and stay.ended_at >= gaps.ended_at
    group by stay.n, stay.category
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
            n,
            category,
            stay.ended_at - stay.began_at - coalesce(idle.gap, interval '0') as took
        from deliberations as stay
        left join idle using (n, category)
    ) as times
    group by n
),
-- Options that were come back to: among those selected in a category one after another, each once
-- in a row, with one other between. Few options are selected twice, so the others are not looked at.
returns as (
    select distinct n, category, option
    from (
        select
            n,
            category,
            option,
            lag(option, 2) over (partition by n, category order by place) as option_before_last
        from (
            select
                n,
                place,
                category,
                option,
                lag(option) over (partition by n, category order by place) as option_before
            from session_selections
            inner join (
                select distinct n, category
                from options
                where selections > 1
            ) as repeated using (n, category)
            where option is not null
        ) as again
        where option is distinct from option_before
    ) as different
    where option = option_before_last
),
finals as (
    select
        options.n,
        options.category,
        options.option,
        returns.n is not null as returned,
        case
            when base.n is null then options.latest_option
            when jsonb_typeof(stood.choice) = 'string' then stood.choice #>> '{}'
            when jsonb_typeof(stood.choice -> 'value') = 'string' then stood.choice ->> 'value'
            when stood.choice is not null
                then %(only_options)s::jsonb -> base.price_list ->> options.category
        end as final
    from options
    left join returns using (n, category, option)
    left join session_bases as base
        on base.n = options.n
        and not options.latest_stands
    cross join lateral (select base.configuration -> options.category) as stood (choice)
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
        select n, named
        from session_bases
    ) as names
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
reached as materialized (
    select
        session.n,
        (
            select coalesce(min(place), cardinality(%(required)s::text[]) + 1) - 1
            from generate_series(1, cardinality(%(required)s::text[])) as place
            where coalesce(named.categories >> (place - 1) & 1, 0) = 0
              and coalesce(
                  base.opened_with >> (place - 1) & 1 = 0
                  or named.categories >> place = 0,
                  true
              )
        ) as categories
    from session_numbers as session
    left join named using (n)
    left join session_bases as base using (n)
),
counted as (
    select
        session.session_id,
        session.start_time,
        case
            when session.converted then 'converted'
            when reached.categories = 0 then 'started'
            when reached.categories < cardinality(%(required)s::text[])
              or not coalesce(base.completed, false)
                then (%(required)s::text[])[reached.categories]
            when not coalesce(base.ordered, false) then 'completed'
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
        coalesce(base.price_mismatches, 0)::integer as price_mismatches
    from session_numbers as session
    inner join reached using (n)
    left join traffic using (n)
    left join other_late using (n)
    left join paths using (n)
    left join decisions using (n)
    left join changes using (n)
    left join selected using (n)
    left join session_bases as base using (n)
    left join duplicates using (n)
    left join leftovers using (n)
)
select counted.*
from counted
where (
    -- By its key, each: where PostgreSQL takes the table for empty, as a vacuum does that comes before
    -- the first rows are committed, a join goes through all of them for each session.
    select (
        counted.start_time, counted.furthest_step, counted.bounce, counted.path,
        counted.decided_categories, counted.decision_ms, counted.changed_categories,
        counted.changed_options, counted.changed_finals, counted.came_back,
        counted.selected_categories, counted.selected_options, counted.selections,
        counted.selection_ms, counted.timed_selections, counted.expected, counted.received,
        counted.late, counted.over, counted.duplicates, counted.price_mismatches
    ) is not distinct from (
        stored.start_time, stored.furthest_step, stored.bounce, stored.path,
        stored.decided_categories, stored.decision_ms, stored.changed_categories,
        stored.changed_options, stored.changed_finals, stored.came_back, stored.selected_categories,
        stored.selected_options, stored.selections, stored.selection_ms, stored.timed_selections,
        stored.expected, stored.received, stored.late, stored.over, stored.duplicates,
        stored.price_mismatches
    )
    from session_figures as stored
    where stored.session_id = counted.session_id
) is not true
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
    price_mismatches = excluded.price_mismatches;
