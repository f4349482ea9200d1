-- name: take_lead
-- One row: whether this session is now the scheduler that works.
select pg_try_advisory_lock(%(key)s);

-- name: leave_lead
-- One row that says nothing.
select pg_advisory_unlock(%(key)s);
