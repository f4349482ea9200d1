"""From the stream into the raw tables, exactly once in effect and in any order.

Reads: entries of the stream, and the rows it wrote. Writes: `user_sessions`, `session_entries`,
`interaction_events`, `configuration_snapshots`, `session_finalisations`, `duplicate_events`,
`orders`, `performance_metrics`, `refusals`, `dead_letters`, and marks. Promises: an entry is
acknowledged only after its rows, or its dead letter, are committed; a session's row is a function
of its raw rows, whatever came twice, late or out of order; every change of a session, and every
measured value, leaves a mark in the same transaction. Never: a figure, a price, a decision about
who may send.
"""
