-- name: note
-- No row. One thing that was changed.
insert into audit_log (id, at, actor, action, subject, detail)
values (%(id)s, %(at)s, %(actor)s, %(action)s, %(subject)s, %(detail)s::jsonb);

-- name: page_of_audit
-- One row per change, the latest first, from the cursor on.
select
    id,
    at,
    actor,
    action,
    subject,
    detail
from audit_log
where (at, id) < (%(before_at)s::timestamptz, %(before_id)s::uuid)
order by at desc, id desc
limit %(limit)s::bigint;

-- name: note_release
-- No row. A version of the program that runs here for the first time; its id is made from it.
insert into audit_log (id, at, actor, action, subject)
values (%(id)s, %(at)s, %(actor)s, 'release', %(version)s)
on conflict (id) do nothing;
