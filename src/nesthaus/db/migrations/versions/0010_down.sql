alter table orders drop column verified;
drop index idx_popular_configurations_selection_count;
drop index idx_user_sessions_last_activity;
