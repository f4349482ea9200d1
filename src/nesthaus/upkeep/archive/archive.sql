-- name: take_run
-- One row: whether nobody else archives; then nobody does until this session ends.
select pg_try_advisory_lock(7310, 9);

-- name: give_run_back
-- One row.
select pg_advisory_unlock(7310, 9);

-- name: hold_files
-- One row: nobody else writes files of the archive until they are given back.
select pg_advisory_lock(7310, 10);

-- name: give_files_back
-- One row.
select pg_advisory_unlock(7310, 10);

-- name: see_one_moment
-- No row. All statements of the transaction see the same rows.
set transaction isolation level repeatable read;

-- name: time_zone
-- At most one row: the zone in which the stored figures are counted.
select time_zone
from aggregation_state;

-- name: first_session
-- One row: when the first session began that is not in the archive; null where there is none.
select min(start_time)
from user_sessions;

-- name: any_between
-- One row: whether sessions of that time are in the tables.
select exists (
    select
    from user_sessions
    where start_time >= %(since)s
      and start_time < %(until)s
);

-- name: closed_months
-- One row per month whose sessions are in the archive; its first day, and when that was.
select
    month,
    closed_at
from closed_months
order by month;

-- name: close_month
-- No row. Its figures are not counted again from now on.
insert into closed_months (month, closed_at)
values (%(month)s, %(now)s)
on conflict (month) do nothing;

-- name: take_counting_turn
-- One row: nobody counts figures until this transaction ends, so that whoever counts after it knows
-- which months he may not count any more.
select pg_advisory_xact_lock(7310, 4);

-- name: uncounted_hours
-- One row: how many hours of that time are still to be counted.
select count(distinct hour)
from recount_marks
where hour >= %(since)s
  and hour < %(until)s;

-- name: indexed
-- One row per part of the month: how many sessions the index says are in it.
select
    part,
    count(*)
from archived_sessions
where month = %(month)s
group by part;

-- name: make_archiving
-- No row. The sessions of a month that are written now, and into which part each goes.
create temp table if not exists archiving (
    session_id text not null,
    part integer not null,
    primary key (part, session_id)
) on commit delete rows;

-- name: choose_month
-- No row. Neighbours by id, in the order of their bytes as the files have them.
insert into archiving (session_id, part)
select
    session_id,
    (row_number() over (order by session_id collate "C") - 1) / %(size)s::integer + 1
from user_sessions
where start_time >= %(since)s
  and start_time < %(until)s;

-- name: choose_left
-- No row. Of a closed month: what the tables have again, each for the part in which it is; what is
-- in none goes into a new one.
insert into archiving (session_id, part)
select
    session.session_id,
    coalesce(archived.part, %(new_part)s::integer)
from user_sessions as session
left join archived_sessions as archived
    on archived.session_id = session.session_id
    and archived.month = %(month)s
where session.start_time >= %(since)s
  and session.start_time < %(until)s
order by session.session_id
limit %(most)s::integer;

-- name: analyze_archiving
-- No row.
analyze archiving;

-- name: parts_archiving
-- One row per part: how many sessions go into it.
select
    part,
    count(*)
from archiving
group by part
order by part;

-- name: rows_of_user_sessions
-- One row of the table, as the archive has it, per row that hangs on a session of the part.
select
    r.session_id,
    r.id::text as id,
    r.start_time,
    r.last_activity,
    r.latest_seen,
    r.entry_at,
    r.end_time,
    r.session_duration,
    r.total_interactions,
    r.conversion_status,
    r.converted_at,
    r.abandoned_at,
    r.verified_at,
    r.order_id,
    r.exit_page,
    host(r.ip_address) as ip_address,
    r.user_agent,
    r.device_type,
    r.browser_name,
    r.viewport_width,
    r.viewport_height,
    r.referrer,
    r.referrer_host,
    r.utm_source,
    r.utm_medium,
    r.utm_campaign,
    r.bot_reason,
    r.final_configuration_hash,
    r.final_configuration::text as final_configuration,
    r.final_snapshot_at,
    r.last_price,
    r.last_price_list_version,
    r.created_at,
    r.updated_at,
    r.tracker_version,
    r.version_at,
    r.clock_skew_ms
from archiving
inner join user_sessions as r using (session_id)
where archiving.part = %(part)s
order by
    r.session_id collate "C";

-- name: rows_of_session_entries
-- One row of the table, as the archive has it, per row that hangs on a session of the part.
select
    r.session_id,
    r.timestamp,
    r.id::text as id,
    r.received_at,
    r.over,
    r.implied,
    r.user_agent,
    r.header_user_agent,
    r.device_type,
    r.viewport_width,
    r.viewport_height,
    r.referrer,
    r.utm_source,
    r.utm_medium,
    r.utm_campaign,
    r.configuration_data::text as configuration_data,
    r.tracker_version,
    r.flags::text as flags
from archiving
inner join session_entries as r using (session_id)
where archiving.part = %(part)s
order by
    r.session_id collate "C",
    r.timestamp,
    r.id;

-- name: rows_of_interaction_events
-- One row of the table, as the archive has it, per row that hangs on a session of the part.
select
    r.session_id,
    r.timestamp,
    r.id::text as id,
    r.received_at,
    r.over,
    r.event_type,
    r.category,
    r.element_id,
    r.selection_value,
    r.previous_value,
    r.time_spent,
    r.sequence,
    r.viewport_width,
    r.viewport_height,
    r.quantity,
    r.square_meters,
    r.cause,
    r.page,
    r.device_type
from archiving
inner join interaction_events as r using (session_id)
where archiving.part = %(part)s
order by
    r.session_id collate "C",
    r.timestamp,
    r.id;

-- name: rows_of_configuration_snapshots
-- One row of the table, as the archive has it, per row that hangs on a session of the part.
select
    r.session_id,
    r.timestamp,
    r.id::text as id,
    r.received_at,
    r.over,
    r.configuration_data::text as configuration_data,
    r.configuration_hash,
    r.total_price,
    r.completion_percentage,
    r.price_list_version,
    r.price_error,
    r.client_price,
    r.trigger_event
from archiving
inner join configuration_snapshots as r using (session_id)
where archiving.part = %(part)s
order by
    r.session_id collate "C",
    r.timestamp,
    r.id;

-- name: rows_of_session_finalisations
-- One row of the table, as the archive has it, per row that hangs on a session of the part.
select
    r.session_id,
    r.timestamp,
    r.id::text as id,
    r.received_at,
    r.over,
    r.conversion_status,
    r.exit_page,
    r.order_id,
    r.verified
from archiving
inner join session_finalisations as r using (session_id)
where archiving.part = %(part)s
order by
    r.session_id collate "C",
    r.timestamp,
    r.id;

-- name: rows_of_duplicate_events
-- One row of the table, as the archive has it, per row that hangs on a session of the part.
select
    r.session_id,
    r.id::text as id,
    r.received_at,
    r.copy
from archiving
inner join duplicate_events as r using (session_id)
where archiving.part = %(part)s
order by
    r.session_id collate "C",
    r.id,
    r.received_at,
    r.copy;

-- name: rows_of_session_figures
-- One row of the table, as the archive has it, per row that hangs on a session of the part.
select
    r.session_id,
    r.start_time,
    r.furthest_step,
    r.bounce,
    r.path,
    r.expected,
    r.received,
    r.late,
    r.over,
    r.duplicates,
    r.price_mismatches,
    r.decided_categories,
    r.decision_ms,
    r.changed_categories,
    r.changed_options,
    r.changed_finals,
    r.came_back,
    r.selected_categories,
    r.selected_options,
    r.selections,
    r.selection_ms,
    r.timed_selections
from archiving
inner join session_figures as r using (session_id)
where archiving.part = %(part)s
order by
    r.session_id collate "C";

-- name: delete_session_entries
-- No row. Rows that are in the archive, by their keys.
delete from session_entries as r
using unnest(
    %(session_id)s::text[],
    %(timestamp)s::timestamptz[],
    %(id)s::uuid[]
) as archived (session_id, timestamp, id)
where r.session_id = archived.session_id
  and r.timestamp = archived.timestamp
  and r.id = archived.id;

-- name: delete_interaction_events
-- No row. Rows that are in the archive, by their keys.
delete from interaction_events as r
using unnest(
    %(session_id)s::text[],
    %(timestamp)s::timestamptz[],
    %(id)s::uuid[]
) as archived (session_id, timestamp, id)
where r.session_id = archived.session_id
  and r.timestamp = archived.timestamp
  and r.id = archived.id
  and r.timestamp between %(first)s and %(last)s;

-- name: delete_configuration_snapshots
-- No row. Rows that are in the archive, by their keys.
delete from configuration_snapshots as r
using unnest(
    %(session_id)s::text[],
    %(timestamp)s::timestamptz[],
    %(id)s::uuid[]
) as archived (session_id, timestamp, id)
where r.session_id = archived.session_id
  and r.timestamp = archived.timestamp
  and r.id = archived.id
  and r.timestamp between %(first)s and %(last)s;

-- name: delete_session_finalisations
-- No row. Rows that are in the archive, by their keys.
delete from session_finalisations as r
using unnest(
    %(session_id)s::text[],
    %(timestamp)s::timestamptz[],
    %(id)s::uuid[]
) as archived (session_id, timestamp, id)
where r.session_id = archived.session_id
  and r.timestamp = archived.timestamp
  and r.id = archived.id;

-- name: delete_duplicate_events
-- No row. Rows that are in the archive, by their keys.
delete from duplicate_events as r
using unnest(
    %(session_id)s::text[],
    %(id)s::uuid[],
    %(received_at)s::timestamptz[],
    %(copy)s::smallint[]
) as archived (session_id, id, received_at, copy)
where r.session_id = archived.session_id
  and r.id = archived.id
  and r.received_at = archived.received_at
  and r.copy = archived.copy;

-- name: left_of_part
-- One row: whether sessions of the part are still, or again, in the tables.
select exists (
    select
    from archived_sessions as archived
    inner join user_sessions as session using (session_id)
    where archived.month = %(month)s
      and archived.part = %(part)s
);

-- name: lock_session
-- At most one row: the session as it stands; nobody changes it, or what hangs on it, until this
-- transaction ends.
select
    session_id,
    updated_at
from user_sessions
where session_id = %(session_id)s
for update;

-- name: sessions_with_rows
-- One row per session named on which rows hang that are not in the archive.
select session_id
from unnest(%(session_id)s::text[]) as asked (session_id)
where exists (select from session_entries as r where r.session_id = asked.session_id)
   or exists (select from interaction_events as r where r.session_id = asked.session_id)
   or exists (select from configuration_snapshots as r where r.session_id = asked.session_id)
   or exists (select from session_finalisations as r where r.session_id = asked.session_id)
   or exists (select from duplicate_events as r where r.session_id = asked.session_id);

-- name: delete_sessions
-- No row. Whose rows are all in the archive; figures of the session go with it.
delete from user_sessions
where session_id = any(%(session_id)s::text[]);

-- name: months_before
-- One row per partition that was made for a month, by name.
select child.relname::text
from pg_inherits
inner join pg_class as child on child.oid = pg_inherits.inhrelid
where pg_inherits.inhparent = any(
    array['interaction_events'::regclass, 'configuration_snapshots'::regclass]
)
  and child.relname ~ '_[0-9]{4}_[0-9]{2}$'
  and right(child.relname, 7) <= %(last)s::text
order by child.relname;

-- name: do_not_wait_long
-- One row. While we wait for a table, everybody who comes after us waits too.
select set_config('lock_timeout', '2s', true);
