-- Indexes for what takes longer the more sessions there are; verified reports of orders go first.

-- For who was active lately. It lists blocks, not rows, so that an update of a row in its place
-- (HOT) needs no other index; rows stand about in the order of their time.
create index idx_user_sessions_last_activity on user_sessions
    using brin (last_activity) with (pages_per_range = 16, autosummarize = on);

-- For the most frequent of all time.
create index idx_popular_configurations_selection_count
    on popular_configurations (selection_count desc, last_selected desc, configuration_hash);

-- Whether a server of the shop told that session's report of the order. Those that lost an order to an
-- earlier report nobody verified get it with their next report.
alter table orders add column verified boolean not null default false;
update orders
set verified = true
where exists (
    select
    from session_finalisations as told
    where told.session_id = orders.session_id
      and told.order_id = orders.order_id
      and told.conversion_status = 'converted'
      and told.verified
);
