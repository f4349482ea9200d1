-- name: programs
-- One row per session of those named that is a bot's.
select session_id
from user_sessions
where session_id = any(%(session_ids)s::text[])
  and bot_reason is not null;
