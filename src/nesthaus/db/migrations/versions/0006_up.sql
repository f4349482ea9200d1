-- Which feature flags a session was told to have: key -> on or off; null: none.
alter table session_entries add column flags jsonb;
