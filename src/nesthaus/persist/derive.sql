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
    utm_campaign,
    tracker_version
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
