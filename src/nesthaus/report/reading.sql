-- name: see_one_moment
-- No row. All statements of the transaction see the same rows.
set transaction isolation level repeatable read, read only;

-- name: plan_anew
-- One row. A filter that is not asked for takes no part in a plan that is made for this question
-- alone; one for all questions reads every session. Sorts and hashes of a month's sessions should
-- fit in memory. What is asked for lies in memory mostly: computing with it costs more than reading
-- it, and is worth sharing among processes.
select
    set_config('plan_cache_mode', 'force_custom_plan', true),
    set_config('jit', 'off', true),
    set_config('work_mem', '64MB', true),
    set_config('random_page_cost', '0.1', true),
    set_config('seq_page_cost', '0.1', true),
    set_config('parallel_tuple_cost', '0.01', true);
