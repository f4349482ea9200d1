-- A row in every table, and in the default partition of every partitioned one.
insert into user_sessions (session_id, start_time, last_activity, latest_seen)
values ('s1', '2026-06-15 12:00+00', '2026-06-15 12:01+00', '2026-06-15 12:01+00');
insert into session_entries (session_id, timestamp, id, received_at, implied)
values ('s1', '2026-06-15 12:00+00', gen_random_uuid(), '2026-06-15 12:00+00', false);
insert into interaction_events (session_id, timestamp, id, received_at, event_type)
values ('s1', '2026-06-15 12:01+00', gen_random_uuid(), '2026-06-15 12:01+00', 'click');
insert into configuration_snapshots
    (session_id, timestamp, id, received_at, configuration_data, configuration_hash, price_list_version)
values ('s1', '2026-06-15 12:01+00', gen_random_uuid(), '2026-06-15 12:01+00', '{}', 'h', 'v');
insert into session_finalisations
    (session_id, timestamp, id, received_at, conversion_status, verified)
values ('s1', '2026-06-15 12:01+00', gen_random_uuid(), '2026-06-15 12:01+00', 'converted', true);
insert into orders (order_id, session_id, ordered_at) values ('o', 's1', '2026-06-15 12:01+00');
insert into recount_marks (session_id, hour) values ('s1', '2026-06-15 12:00+00');
insert into performance_metrics (id, timestamp, received_at, metric_name, value)
values (gen_random_uuid(), '2026-06-15 12:01+00', '2026-06-15 12:01+00', 'image_load_time', 12.5);
insert into refusals (id, date, reason, count)
values (gen_random_uuid(), '2026-06-15', 'no_consent', 3);
insert into dead_letters (id, reason, detail, payload, created_at)
values (gen_random_uuid(), 'unreadable', '…', '\x00', '2026-06-15 12:01+00');
insert into hourly_analytics (hour, metric_type) values ('2026-06-15 12:00+00', 'sessions');
insert into hourly_analytics_by (hour, dimension, dimension_value, metric_type)
values ('2026-06-15 12:00+00', 'device_type', 'mobile', 'sessions');
insert into daily_analytics (date, metric_type) values ('2026-06-15', 'sessions');
insert into daily_analytics_by (date, dimension, dimension_value, metric_type)
values ('2026-06-15', 'device_type', 'mobile', 'sessions');
insert into daily_configurations
    (date, configuration_hash, sessions, converted, price_sum, priced, last_selected)
values ('2026-06-15', 'h', 1, 1, 289900, 1, '2026-06-15 12:01+00');
insert into popular_configurations (configuration_hash, configuration_data, last_selected)
values ('h', '{}', '2026-06-15 12:01+00');
insert into feature_flags (key, enabled, percentage, updated_at)
values ('f', true, 50, '2026-06-15 12:01+00');
insert into alert_rules
    (id, metric, statistic, threshold, window_s, min_count, hold_s, enabled)
values ('slow', 'api_response_time', 'p95', 500, 300, 20, 60, true);
insert into alert_events (id, rule_id, at, state)
values (gen_random_uuid(), 'slow', '2026-06-15 12:01+00', 'firing');
insert into alert_states (rule_id, phase, since, told, count)
values ('slow', 'firing', '2026-06-15 12:01+00', 'quiet', 12);
insert into accounts (id, email, role, password_hash, created_at)
values (gen_random_uuid(), 'admin', 'admin', 'x', '2026-06-15 12:01+00');
insert into api_tokens (id, name, role, token_hash, created_at)
values (gen_random_uuid(), 'shop', 'tracker', '\x01', '2026-06-15 12:01+00');
insert into audit_log (id, at, actor, action, subject)
values (gen_random_uuid(), '2026-06-15 12:01+00', 'admin', 'created', 'token shop');
insert into duplicate_events (session_id, id, received_at, copy)
values ('s1', gen_random_uuid(), '2026-06-15 12:02+00', 0);
insert into session_figures (
    session_id, start_time, furthest_step, bounce, path, decided_categories, decision_ms,
    expected, received, late, over, duplicates, price_mismatches
)
values ('s1', '2026-06-15 12:00+00', 'started', true, '{nest}', '{nest}', '{4000}', 3, 2, 0, 0, 1, 0);
insert into daily_configurations_by (
    date, dimension, dimension_value, configuration_hash, sessions, converted, price_sum, priced,
    last_selected
)
values ('2026-06-15', 'device_type', 'mobile', 'h', 1, 1, 289900, 1, '2026-06-15 12:01+00');
insert into daily_spreads (
    date, dimension, dimension_value, metric_type, category, converted, first_bucket, ends, amounts
)
values ('2026-06-15', '', '', 'decision_time', 'nest', false, 87, '{1}', '{4000}');
insert into weekly_figures (
    week, dimension, dimension_value, metric_type, category, value_text,
    count, unique_sessions, time_sum_ms, timed_count, amount_sum
)
values ('2026-06-15', '', '', 'sessions', '', '', 1, 1, 0, 1, 90);
insert into weekly_spreads (
    week, dimension, dimension_value, metric_type, category, converted, first_bucket, ends, amounts
)
values ('2026-06-15', '', '', 'decision_time', 'nest', false, 87, '{1}', int8send(4000));
insert into counted_weeks (week) values ('2026-06-15');
insert into daily_pairs (date, dimension, dimension_value, pairs)
values ('2026-06-15', '', '', '{"[\"nest\", \"wand\"]": [["nest80", "holz", 1, 0]]}');
insert into daily_performance (
    date, session_date, dimension, dimension_value, metric_name, unit, value_sum, buckets, counts,
    slowest_values, slowest_at, slowest_ids, slowest_routes, slowest_request_ids
)
values (
    '2026-06-15', '2026-06-15', 'session', 'none', 'image_load_time', null, 12.5, '{128}', '{1}',
    '{12.5}', '{2026-06-15 12:01+00}', array[gen_random_uuid()], '{null}', '{null}'
);
insert into aggregation_state (time_zone, counted_at)
values ('Europe/Vienna', '2026-06-15 12:05+00');
insert into closed_months (month, closed_at) values ('2025-05-01', '2026-06-15 12:05+00');
insert into jobs (name, started_at, next_run_at)
values ('partitions', '2026-06-15 12:05+00', '2026-06-15 13:05+00');
insert into logins (token_hash, account_id, created_at, last_used_at, expires_at)
select '\x02', id, created_at, created_at, created_at + interval '12 hours' from accounts;
insert into price_lists (version, base_version, source, document, imported_at)
values ('2027-01', '2025-12', 'prices.xlsx', '{}', '2026-06-15 12:05+00');
insert into media_files (
    file_id, folder_id, name, number, title, variant, mime_type, size_bytes, md5, sha256,
    object_name, modified_at, mirrored_at
)
values (
    'd1', 'f1', '1-haus.jpg', 1, 'haus', 'desktop', 'image/jpeg', 3, 'm', 's', 's.jpg',
    '2026-06-15 12:00+00', '2026-06-15 12:05+00'
);
insert into media_stale_objects (object_name, since) values ('s.png', '2026-06-15 12:05+00');
insert into media_manifest (id, document, published_at) values (1, '{}', '2026-06-15 12:05+00');
insert into media_syncs (id, requested_at, requested_by, dry_run, state)
values (gen_random_uuid(), '2026-06-15 12:05+00', 'admin', true, 'waiting');
insert into tombstones (digest, erased_at)
values (decode(repeat('ab', 32), 'hex'), '2026-06-15 12:05+00');
insert into uncompacted (relation, since) values ('user_sessions', '2026-06-15 12:05+00');
insert into metrics_kept (since) values ('2026-03-01');
insert into archived_sessions (session_id, start_time, month, part)
values ('s0', '2025-01-15 12:00+00', '2025-01-01', 1);
