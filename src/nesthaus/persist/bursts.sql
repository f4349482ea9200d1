-- name: bursts
-- One row per session with too many interactions within one whole UTC second. All that counts lies
-- between `first` and `last`, which lets the planner leave out partitions.
select distinct session_id
from (
    select session_id
    from interaction_events
    where session_id = any(%(session_id)b::text[])
      and timestamp between %(first)s and %(last)s
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
        %(session_id)b::text[], %(second)b::timestamptz[]
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
