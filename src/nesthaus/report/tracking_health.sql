-- name: young_page_loads
-- One row per tracker version ('' where a session told none): what page loads that began lately
-- have sent by their sequence numbers, and what of it is stored.
select
    page_load.tracker_version,
    sum(page_load.expected)::bigint as expected,
    sum(page_load.received)::bigint as received
from (
    select
        coalesce(chosen.tracker_version, '') as tracker_version,
        max(event.sequence) as expected,
        count(distinct event.sequence) as received
    from chosen
    inner join interaction_events as event
        on event.session_id = chosen.session_id
        and event.timestamp >= %(young_since)s::timestamptz
    where chosen.last_activity >= %(young_since)s::timestamptz
      -- The last activity of a session that began earlier is earlier, too; there is no index on it.
      and chosen.start_time >= %(young_since)s::timestamptz - interval '7 days'
      and not event.over
      and event.page is not null
      and event.sequence is not null
      and event.received_at <= %(known_until)s::timestamptz
      and not exists (
          select
          from interaction_events as earlier
          where earlier.session_id = chosen.session_id
            and earlier.page = event.page
            and earlier.timestamp < %(young_since)s::timestamptz
      )
    group by chosen.session_id, coalesce(chosen.tracker_version, ''), event.page
) as page_load
group by page_load.tracker_version;

-- name: refused
-- One row per reason: how many calls were refused for it on those days.
select
    reason,
    sum(count)::integer as count
from refusals
where date between %(first)s::date and %(last)s::date
group by reason
order by reason;
