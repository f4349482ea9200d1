"""From the raw rows to stored figures: whole hours, counted again whenever one is marked.

Reads: `user_sessions` and all that hangs on them, `performance_metrics`, marks, closed months.
Writes: `session_figures`, `hourly_analytics`, `daily_analytics`, `daily_configurations` (and their
`…_by`), `daily_spreads`, `daily_pairs`, `daily_performance`, `weekly_figures`, `weekly_spreads`,
`counted_weeks`, `popular_configurations`, `aggregation_state`; deletes marks.
Promises: once it has run, a stored figure equals a plain count over the raw rows as of one moment,
whatever came late, twice or out of order; a transaction that is broken off changes nothing, and one
that is repeated neither.
Never: counts a closed month again, adds to a figure, or says itself what a figure is: that is told
by `nesthaus.figures`.
"""
