drop table metrics_kept;
alter table session_entries drop column flags;
