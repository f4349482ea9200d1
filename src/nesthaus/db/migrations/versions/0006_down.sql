alter table session_entries drop column flags;
