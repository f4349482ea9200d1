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
