-- name: give_time
-- One row. The statements of this transaction may take that long each; nobody waits for the answer
-- of a report here.
select set_config('statement_timeout', %(milliseconds)s::text, true);

-- name: session_span
-- At most one row: the times of the first and the last that is known of the session.
select
    start_time,
    latest_seen
from user_sessions
where session_id = %(session_id)s;

-- name: metrics_span
-- One row: the times of the first and the last value measured in the session; null where none was.
select
    min(timestamp),
    max(timestamp)
from performance_metrics
where session_id = %(session_id)s;

-- name: count_rows
-- One row: how many rows hang on the session, by table.
select
    (select count(*) from session_entries where session_id = %(session_id)s) as entries,
    (select count(*) from interaction_events where session_id = %(session_id)s) as interactions,
    (select count(*) from configuration_snapshots where session_id = %(session_id)s) as snapshots,
    (select count(*) from session_finalisations where session_id = %(session_id)s) as finalisations,
    (select count(*) from duplicate_events where session_id = %(session_id)s) as duplicates,
    (select count(*) from orders where session_id = %(session_id)s) as orders;

-- name: delete_metrics
-- One row per value that was measured in the session.
delete from performance_metrics
where session_id = %(session_id)s
returning timestamp;

-- name: delete_marks
-- One row per mark that names the session.
delete from recount_marks
where session_id = %(session_id)s
returning hour;

-- name: letters
-- One row per dead letter that may tell of the session: its id is somewhere in it.
select
    id,
    session_id,
    payload
from dead_letters
where session_id = %(session_id)s
   or position(convert_to(%(session_id)s::text, 'UTF8') in payload) > 0;

-- name: delete_letter
-- No row.
delete from dead_letters
where id = %(id)s;

-- name: write_letter
-- No row. What is left of a dead letter that told of others, too.
update dead_letters
set payload = %(payload)s
where id = %(id)s;

-- name: note_uncompacted
-- No row. Where dead rows of a session may lie: in the tables that are not cut by time, and in the
-- partitions of its months. Also where nothing is deleted: what was stored and taken back lies there.
insert into uncompacted (relation, since)
select
    relname,
    %(now)s
from pg_class
where relnamespace = current_schema()::regnamespace
  and relkind = 'r'
  and (
      relname = any(%(tables)s::text[])
      or left(relname, -8) = any(%(cut)s::text[]) and (
          right(relname, 7) = 'default'
          or right(relname, 7) between %(first)s::text and %(last)s::text
      )
  )
order by relname
on conflict (relation) do update set since = excluded.since;

-- name: names
-- One row per session that any row names, but those in which dead letters only tell of them.
select session_id
from user_sessions
union
select session_id
from performance_metrics
where session_id is not null
union
select session_id
from dead_letters
where session_id is not null
union
select session_id
from recount_marks
where session_id <> ''
union
select session_id
from archived_sessions;

-- name: payloads
-- One row per dead letter.
select payload
from dead_letters;
