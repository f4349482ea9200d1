drop table alert_states;
drop index idx_alert_events_next_attempt_at;
alter table alert_events
    drop column title,
    drop column body,
    drop column attempts,
    drop column next_attempt_at,
    drop column told_channels,
    drop column error;
delete from alert_events
where rule_id not in (
    select id
    from alert_rules
);
alter table alert_events
    add constraint alert_events_rule_id_fkey
    foreign key (rule_id) references alert_rules (id) on delete cascade;
