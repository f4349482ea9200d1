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
