-- name: decision_times
-- One row per category, converted sessions and others apart: median and 90th percentile of their
-- decision times by nearest rank, and the values between which the median lies.
select
    category,
    converted,
    sessions,
    max(ms) filter (where place = (sessions + 1) / 2) as median_ms,
    max(ms) filter (where place = (9 * sessions + 9) / 10) as p90_ms,
    max(ms) filter (
        where place = greatest(
            1, floor(sessions / 2.0 - %(half_width)s::double precision * sqrt(sessions))
        )
    ) as low_ms,
    max(ms) filter (
        where place = least(
            sessions,
            ceil(sessions / 2.0 + %(half_width)s::double precision * sqrt(sessions)) + 1
        )
    ) as high_ms
from (
    select
        decision.category,
        chosen.converted,
        decision.ms::bigint as ms,
        row_number() over (
            partition by decision.category, chosen.converted
            order by decision.ms::bigint
        ) as place,
        count(*) over (partition by decision.category, chosen.converted) as sessions
    from chosen
    inner join session_figures as figure on figure.session_id = chosen.session_id
    cross join lateral jsonb_each_text(figure.decisions) as decision (category, ms)
) as decisions
group by category, converted, sessions;
