-- Indexes for what takes longer the more sessions there are.

-- For who was active lately. It lists blocks, not rows, so that an update of a row in its place
-- (HOT) needs no other index; rows stand about in the order of their time.
create index idx_user_sessions_last_activity on user_sessions
    using brin (last_activity) with (pages_per_range = 16, autosummarize = on);

-- For the most frequent of all time.
create index idx_popular_configurations_selection_count
    on popular_configurations (selection_count desc, last_selected desc, configuration_hash);
