-- name: take_turn
-- One row: nobody else seeds an empty database until this transaction ends.
select pg_advisory_xact_lock(7310, 3);

-- name: has_sessions
-- One row: whether anything was ever tracked here.
select exists (select from user_sessions);
