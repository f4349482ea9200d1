-- name: wait_no_longer
-- One row. Whoever counts holds the turn for one transaction, so that nobody waits for long.
select set_config('lock_timeout', %(lock_timeout)s, false);

-- name: wait_as_before
-- No row. As long as all connections of this pool may.
reset lock_timeout;

-- name: take_turn
-- One row: nobody else counts until this session gives the turn back, or ends.
select pg_advisory_lock(7310, 4);

-- name: give_turns_back
-- One row that says nothing. Also where the turn was not taken.
select pg_advisory_unlock_all();

-- name: see_one_moment
-- No row. All statements of the transaction see the same rows.
set transaction isolation level repeatable read;

-- name: plan_anew
-- One row. The number of sessions differs from one count to the next; code made for a plan would
-- take longer than the plan; sorts and hashes of a day should fit in memory.
select
    set_config('plan_cache_mode', 'force_custom_plan', true),
    set_config('jit', 'off', true),
    set_config('work_mem', '64MB', true);
