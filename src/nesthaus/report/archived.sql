-- name: archived_between
-- One row per month whose sessions are in the archive and of which some day lies in that time.
select closed.month
from closed_months as closed
cross join aggregation_state as state
where closed.month::timestamp at time zone state.time_zone < %(until)s::timestamptz
  and (closed.month + interval '1 month') at time zone state.time_zone > %(since)s::timestamptz
order by closed.month;
