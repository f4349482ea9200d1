-- name: young_page_loads
-- One row per tracker version ('' where a session told none): what the figures know of page loads
-- that began lately, and how many sessions have such alone. It is what they know of whole sessions less the older page loads of these, so
-- that it is right whatever is stored and not counted yet.
select
    tracker_version,
    sum(expected)::bigint as expected,
    sum(received)::bigint as received,
    count(*) filter (where expected > 0 and older_expected = 0) as with_expected,
    count(*) filter (where received > 0 and older_received = 0) as with_received
from (
    -- In a busy hour nearly all are such, and have no older page load. Looked through event by
    -- event, some millions of these took longer than a report may.
    select
        coalesce(chosen.tracker_version, '') as tracker_version,
        figures.expected,
        figures.received,
        0 as older_expected,
        0 as older_received
    from chosen
    inner join session_figures as figures
        on figures.session_id = chosen.session_id
    where chosen.start_time >= %(young_since)s::timestamptz
    union all
    select
        coalesce(chosen.tracker_version, '') as tracker_version,
        figures.expected - older.expected as expected,
        figures.received - older.received as received,
        older.expected as older_expected,
        older.received as older_received
    from chosen
    inner join session_figures as figures
        on figures.session_id = chosen.session_id
    cross join lateral (
        select
            coalesce(sum(page_load.expected), 0) as expected,
            coalesce(sum(page_load.received), 0) as received
        from (
            select
                max(event.sequence) as expected,
                count(distinct event.sequence) as received
            from interaction_events as event
            where event.session_id = chosen.session_id
              -- No session chosen here has an earlier one.
              and event.timestamp >= %(young_since)s::timestamptz - interval '7 days'
              and not event.over
              and event.page is not null
              and event.sequence is not null
            group by event.page
            having min(event.timestamp) < %(young_since)s::timestamptz
        ) as page_load
    ) as older
    where chosen.last_activity >= %(young_since)s::timestamptz
      -- The last activity of a session that began earlier is earlier, too.
      and chosen.start_time >= %(young_since)s::timestamptz - interval '7 days'
      and chosen.start_time < %(young_since)s::timestamptz
) as young
group by tracker_version;
