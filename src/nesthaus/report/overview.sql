-- name: releases
-- One row per version of this program that ran for the first time in the period.
select
    at,
    subject as version
from audit_log
where action = 'release'
  and at >= %(since)s
  and at < %(until)s
order by at;
