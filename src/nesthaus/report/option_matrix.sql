-- name: pairs
-- One row per pair of options that final configurations have in two categories. A ticked box, or a
-- quantity alone, means the only option of its category.
select
    a,
    b,
    count(*) as sessions,
    count(*) filter (where converted) as converted
from (
    select
        chosen.converted,
        case jsonb_typeof(session.final_configuration -> %(a)s::text)
            when 'string' then session.final_configuration ->> %(a)s::text
            when 'object' then coalesce(
                nullif(session.final_configuration -> %(a)s::text ->> 'value', 'true'),
                told.options ->> %(a)s::text
            )
            else told.options ->> %(a)s::text
        end as a,
        case jsonb_typeof(session.final_configuration -> %(b)s::text)
            when 'string' then session.final_configuration ->> %(b)s::text
            when 'object' then coalesce(
                nullif(session.final_configuration -> %(b)s::text ->> 'value', 'true'),
                told.options ->> %(b)s::text
            )
            else told.options ->> %(b)s::text
        end as b
    from chosen
    inner join user_sessions as session
        on session.session_id = chosen.session_id
        and session.start_time >= %(since)s
        and session.start_time < %(until)s
    cross join lateral (
        select %(only_options)s::jsonb
            -> width_bucket(session.final_snapshot_at, %(list_starts)s::timestamptz[])
    ) as told (options)
    where session.final_configuration ?& array[%(a)s::text, %(b)s::text]
) as options
where a is not null
  and b is not null
group by a, b;
