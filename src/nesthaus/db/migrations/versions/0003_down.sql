-- Takes 0003_up.sql back, with what only it can hold.
drop index idx_performance_metrics_session_id;
drop table daily_performance;
drop table daily_pairs;
alter table session_figures
    add column decisions jsonb not null default '{}',
    add column changes jsonb not null default '[]',
    drop column decided_categories,
    drop column decision_ms,
    drop column changed_categories,
    drop column changed_options,
    drop column changed_finals,
    drop column came_back,
    drop column selected_categories,
    drop column selected_options,
    drop column selections,
    drop column selection_ms,
    drop column timed_selections;
alter table session_figures
    alter column decisions drop default,
    alter column changes drop default;

-- What these columns held is counted again.
insert into recount_marks (session_id, hour)
select distinct
    '',
    date_trunc('hour', start_time, 'UTC') as hour
from user_sessions;
