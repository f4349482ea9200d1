-- name: refused
-- One row per reason: how many calls were refused for it on those days.
select
    reason,
    sum(count)::integer as count
from refusals
where date between %(first)s::date and %(last)s::date
group by reason
order by reason;
