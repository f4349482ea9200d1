-- Sessions whose rows are in the archive.

-- Where an archived session is, and when it began: what comes of it later is not counted again, and
-- its journey is found. Its other rows are in the files of that part of the month.
create table archived_sessions (
    session_id text not null check (length(session_id) between 1 and 255),
    start_time timestamptz not null,
    month date not null check (extract(day from month) = 1),
    part integer not null,
    primary key (session_id)
);
-- For counting and checking months.
create index idx_archived_sessions_month on archived_sessions (month, part);
