-- What reports need to answer as quickly at a million sessions.

-- Options that final configurations have side by side. A key of `pairs` is a JSON array of two
-- categories, in the order of their code points; its value is a list of
-- [option of the first, option of the second, sessions, converted ones].
create table daily_pairs (
    date date not null,
    dimension text not null check (dimension in ('', 'device_type', 'utm_source', 'bot')),
    dimension_value text not null,               -- of the totals: '', as is `dimension`
    pairs jsonb not null,
    primary key (date, dimension, dimension_value)
);

-- All that is there is counted again, for the new figures.
insert into recount_marks (session_id, hour)
select
    max(session_id),
    date_trunc('hour', start_time, 'UTC')
from user_sessions
group by 2;
