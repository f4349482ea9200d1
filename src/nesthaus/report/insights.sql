-- name: decision_times
-- One row per category, converted sessions and others apart: median and 90th percentile of their
-- decision times by nearest rank, and the values between which the median lies.
-- Numbers alone sort in a fraction of the time that they take beside names.
with decisions as (
    -- Unpacked as in `figures/choices.sql`, for the same reason.
    select
        chosen.converted,
        unnest(figures.decided_categories) as category,
        unnest(figures.decision_ms) as ms
    from chosen
    inner join session_figures as figures
        on figures.session_id = chosen.session_id
        and figures.start_time >= %(since)s
        and figures.start_time < %(until)s
),
times as (
    select
        category,
        converted,
        array_agg(ms) as some_order
    from decisions
    group by category, converted
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
) as ordered;
