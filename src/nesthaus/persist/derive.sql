-- name: mark_interactions_over
-- No row. One session: what lies more than 7 days after its start.
update interaction_events
set over = true
where session_id = %(session_id)s
  and timestamp > %(horizon)s
  and not over;

-- name: mark_entries_over
-- No row. As above.
update session_entries
set over = true
where session_id = %(session_id)s
  and timestamp > %(horizon)s
  and not over;

-- name: mark_snapshots_over
-- No row. As above.
update configuration_snapshots
set over = true
where session_id = %(session_id)s
  and timestamp > %(horizon)s
  and not over;

-- name: mark_finalisations_over
-- No row. As above.
update session_finalisations
set over = true
where session_id = %(session_id)s
  and timestamp > %(horizon)s
  and not over;

-- name: count_interactions
-- One row per session that has interactions that count.
select
    session_id,
    count(*) as interactions,
    max(timestamp) as latest
from interaction_events
where session_id = any(%(session_id)s)
  and timestamp between %(first)s and %(last)s
  and not over
group by session_id;

-- name: entries
-- One row per entry of the sessions.
select
    session_id,
    timestamp as at,
    over,
    implied,
    user_agent,
    header_user_agent,
    device_type,
    viewport_width,
    viewport_height,
    referrer,
    utm_source,
    utm_medium,
    utm_campaign
from session_entries
where session_id = any(%(session_id)s);

-- name: finalisations
-- One row per finalisation of the sessions.
select
    session_id,
    timestamp as at,
    over,
    conversion_status as outcome,
    exit_page,
    order_id,
    verified
from session_finalisations
where session_id = any(%(session_id)s);

-- name: final_snapshots
-- One row per session that has a snapshot that counts: the latest.
select distinct on (session_id)
    session_id,
    timestamp as at,
    configuration_data::text as configuration,
    configuration_hash
from configuration_snapshots
where session_id = any(%(session_id)s)
  and timestamp between %(first)s and %(last)s
  and not over
order by session_id, timestamp desc, id desc;

-- name: last_prices
-- One row per session that has a price: that of its latest snapshot with one. The 0 of a list, for
-- no house chosen, is a total and no price.
select distinct on (session_id)
    session_id,
    total_price as last_price,
    price_list_version
from configuration_snapshots
where session_id = any(%(session_id)s)
  and timestamp between %(first)s and %(last)s
  and not over
  and total_price > 0
order by session_id, timestamp desc, id desc;

-- name: bursts
-- One row per session with too many interactions within one whole UTC second.
select distinct session_id
from (
    select session_id
    from interaction_events
    where session_id = any(%(session_id)s)
      and not over
    group by session_id, date_trunc('second', timestamp)
    having count(*) > %(burst_above)s
) as busy_seconds;

-- name: bursts_in_seconds
-- One row per session with too many interactions within one of the seconds named. The bounds over
-- all of them let the planner leave out partitions.
select distinct busy.session_id
from (
    select
        asked.session_id,
        asked.second
    from unnest(
        %(session_id)s::text[], %(second)s::timestamptz[]
    ) as asked (session_id, second)
    inner join interaction_events as event
        on event.session_id = asked.session_id
        and event.timestamp >= asked.second
        and event.timestamp < asked.second + interval '1 second'
    where not event.over
      and event.timestamp >= %(first)s
      and event.timestamp < %(end)s
    group by asked.session_id, asked.second
    having count(*) > %(burst_above)s
) as busy;
