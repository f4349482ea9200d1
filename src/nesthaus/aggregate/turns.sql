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

-- name: outgrown
-- One row per table of which the planner knows no more than a tenth, or nothing yet. It takes the
-- selections of a new one for one event in 40,000, and goes through all sessions for each: an hour of
-- 190,000 events was counted in 40 s instead of 3.
select stored.relname
from pg_stat_user_tables as stored
inner join pg_class as known on known.oid = stored.relid
where stored.schemaname = current_schema()
  and stored.n_live_tup >= 1000
  and stored.n_live_tup > 10 * greatest(known.reltuples, 0);

-- name: see_one_moment
-- No row. All statements of the transaction see the same rows.
set transaction isolation level repeatable read;

-- name: plan_anew
-- One row. The number of sessions differs from one count to the next; code made for a plan would
-- take longer than the plan; sorts and hashes of a day should fit in memory. Figures have names of six
-- texts: to add them up and compare them in hashes takes half (hours) or a third (days) of the time of
-- putting them in order. A sample of 3,000 rows tells enough of a temporary table; one of 30,000 took
-- a tenth of a recount.
select
    set_config('plan_cache_mode', 'force_custom_plan', true),
    set_config('jit', 'off', true),
    set_config('work_mem', '64MB', true),
    set_config('hash_mem_multiplier', '8', true),
    set_config('enable_mergejoin', 'off', true),
    set_config('default_statistics_target', '10', true);
