drop table archived_sessions;
