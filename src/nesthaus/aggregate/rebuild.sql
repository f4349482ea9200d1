-- name: first_and_last
-- One row: the first and the last moment of which there are sessions, measured values or figures of
-- hours; null where there are none.
select
    least(
        (select min(start_time) from user_sessions),
        (select min(timestamp) from performance_metrics),
        (select min(hour) from hourly_analytics),
        (select min(hour) from hourly_analytics_by)
    ),
    greatest(
        (select max(start_time) from user_sessions),
        (select max(timestamp) from performance_metrics),
        (select max(hour) from hourly_analytics),
        (select max(hour) from hourly_analytics_by)
    );

-- name: first_and_last_day
-- One row: the first and the last day of which there are figures; null where there are none.
select
    least(
        (select min(date) from daily_analytics),
        (select min(date) from daily_analytics_by),
        (select min(date) from daily_configurations),
        (select min(date) from daily_configurations_by),
        (select min(date) from daily_performance)
    ),
    greatest(
        (select max(date) from daily_analytics),
        (select max(date) from daily_analytics_by),
        (select max(date) from daily_configurations),
        (select max(date) from daily_configurations_by),
        (select max(date) from daily_performance)
    );
