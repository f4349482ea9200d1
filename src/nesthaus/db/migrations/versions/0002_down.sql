-- Takes 0002_up.sql back, with what only it can hold.
drop index idx_performance_metrics_name;
drop index idx_user_sessions_utm_source;
drop index idx_session_finalisations_order_id;
drop table
    logins,
    jobs,
    closed_months,
    aggregation_state,
    daily_spreads,
    daily_configurations_by,
    session_figures,
    duplicate_events;
drop index idx_daily_configurations_sessions;
drop index idx_daily_configurations_hash;
drop index idx_daily_analytics_by_orders;
drop index idx_daily_analytics_orders;
drop index idx_daily_analytics_by_metric;
drop index idx_daily_analytics_metric_type;
create index idx_daily_analytics_metric_type on daily_analytics (metric_type);
drop index idx_hourly_analytics_by_metric;
drop index idx_hourly_analytics_metric;
alter table daily_analytics_by drop column amount_sum;
alter table daily_analytics drop column amount_sum;
alter table hourly_analytics_by drop column amount_sum;
alter table hourly_analytics drop column amount_sum;
alter table session_entries drop column tracker_version;
alter table user_sessions
    drop column clock_skew_ms,
    drop column version_at,
    drop column tracker_version;
