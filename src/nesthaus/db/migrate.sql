-- name: take_turn
-- One row: it is our turn to migrate; another one may be at it right now.
select pg_advisory_xact_lock(7310, 1);

-- name: do_not_wait_long_for_tables
-- One row. Whoever waits for a table makes all who come after wait too; better to try again.
select set_config('lock_timeout', '10s', true);
