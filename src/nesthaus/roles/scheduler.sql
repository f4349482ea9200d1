-- name: take_lead
-- One row: whether this session is now the scheduler that does this job.
select pg_try_advisory_lock(%(key)s::integer, hashtext(%(name)s));

-- name: leave_lead
-- One row that says nothing.
select pg_advisory_unlock(%(key)s::integer, hashtext(%(name)s));
