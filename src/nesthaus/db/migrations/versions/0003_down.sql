-- Takes 0003_up.sql back, with what only it can hold.
drop index idx_performance_metrics_session_id;
drop table daily_performance;
drop table daily_pairs;
alter table session_figures
    drop column selected_categories,
    drop column selected_options,
    drop column selections,
    drop column selection_ms,
    drop column timed_selections;
