-- Takes 0004_up.sql back. What tells of many values tells of nothing without these columns.
delete from performance_metrics
where buckets is not null
   or count = 0;
alter table performance_metrics
    drop column count,
    drop column greatest,
    drop column buckets,
    drop column counts;
