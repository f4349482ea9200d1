-- name: rules
-- One row per rule that an administrator changed.
select
    id,
    threshold,
    window_s,
    min_count,
    hold_s,
    enabled,
    silenced_until
from alert_rules;

-- name: lock_rules
-- No row. One change after the other: each tells what was before it.
lock table alert_rules in share row exclusive mode;

-- name: set_rule
-- No row.
insert into alert_rules (
    id, metric, statistic, threshold, window_s, min_count, hold_s, enabled, silenced_until
)
values (
    %(id)s, %(metric)s, %(statistic)s, %(threshold)s, %(window_s)s, %(min_count)s, %(hold_s)s,
    %(enabled)s, %(silenced_until)s
)
on conflict (id) do update set
    metric = excluded.metric,
    statistic = excluded.statistic,
    threshold = excluded.threshold,
    window_s = excluded.window_s,
    min_count = excluded.min_count,
    hold_s = excluded.hold_s,
    enabled = excluded.enabled,
    silenced_until = excluded.silenced_until;

-- name: lock_states
-- No row. One scheduler after the other: a change is seen by one of them.
lock table alert_states in share row exclusive mode;

-- name: states
-- One row per rule that was looked at.
select
    rule_id,
    phase,
    since,
    told,
    turning_since,
    value,
    count,
    looked_at
from alert_states;

-- name: set_state
-- No row.
insert into alert_states (rule_id, phase, since, told, turning_since, value, count, looked_at)
values (
    %(rule_id)s, %(phase)s, %(since)s, %(told)s, %(turning_since)s, %(value)s, %(count)s,
    %(looked_at)s
)
on conflict (rule_id) do update set
    phase = excluded.phase,
    since = excluded.since,
    told = excluded.told,
    turning_since = excluded.turning_since,
    value = excluded.value,
    count = excluded.count,
    looked_at = excluded.looked_at;

-- name: add_notice
-- No row; nothing where it is known already.
insert into alert_events (
    id, rule_id, at, state, value, title, body, attempts, next_attempt_at, told_channels,
    notified_at, error
)
values (
    %(id)s, %(rule_id)s, %(at)s, %(state)s, %(value)s, %(title)s, %(body)s, %(attempts)s,
    %(next_attempt_at)s, %(told_channels)s::text[], %(notified_at)s, %(error)s
)
on conflict (id) do nothing;

-- name: due
-- One row per notice that is to be sent now, the oldest first.
select
    id,
    rule_id,
    at,
    state,
    value,
    title,
    body,
    attempts,
    next_attempt_at,
    told_channels,
    notified_at,
    error
from alert_events
where next_attempt_at <= %(now)s
order by
    at,
    id
limit 50;

-- name: note_way
-- No row. How far a notice has come.
update alert_events
set
    attempts = %(attempts)s,
    next_attempt_at = %(next_attempt_at)s,
    told_channels = %(told_channels)s::text[],
    notified_at = %(notified_at)s,
    error = %(error)s
where id = %(id)s;

-- name: history
-- One row per change of the last ones of each rule, the latest first.
select
    rule_id,
    id,
    at,
    state,
    value,
    notified_at,
    next_attempt_at is not null as waits,
    error
from (
    select
        *,
        row_number() over (partition by rule_id order by at desc, id) as place
    from alert_events
    where at >= %(since)s
) as events
where place <= %(most)s
order by
    at desc,
    id;
