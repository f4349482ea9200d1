-- name: decision_times
-- One row per category, converted sessions and others apart: median and 90th percentile of their
-- decision times by nearest rank, and the values between which the median lies.
-- Numbers alone sort in a fraction of the time that they take beside names.
with times as (
    select
        decision.category,
        chosen.converted,
        array_agg(decision.ms) as some_order
    from chosen
    inner join session_figures as figures
        on figures.session_id = chosen.session_id
        and figures.start_time >= %(since)s
        and figures.start_time < %(until)s
    cross join lateral
        unnest(figures.decided_categories, figures.decision_ms) as decision (category, ms)
    group by decision.category, chosen.converted
)
select
    category,
    converted,
    sessions,
    in_order[(sessions + 1) / 2] as median_ms,
    in_order[(9 * sessions + 9) / 10] as p90_ms,
    in_order[
        greatest(1, floor(sessions / 2.0 - %(half_width)s::double precision * sqrt(sessions)))
    ] as low_ms,
    in_order[
        least(
            sessions,
            ceil(sessions / 2.0 + %(half_width)s::double precision * sqrt(sessions)) + 1
        )
    ] as high_ms
from (
    select
        category,
        converted,
        cardinality(some_order) as sessions,
        (
            select array_agg(ms order by ms)
            from unnest(some_order) as time (ms)
        ) as in_order
    from times
    offset 0 -- else each of the ranks above would put the times in order for itself
) as decisions;
