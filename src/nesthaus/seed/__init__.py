"""Believable visitors, to try the program on: the same for the same plan, and marked as made up.

Reads: a catalogue. Writes: nothing; yields the deliveries an ingest would have made of the calls.
Promises: the same deliveries, ids included, for the same plan and catalogue; every snapshot is
priced by the list in force at its time; nothing is later than the plan's end.
Never: a real visitor's data; addresses are of the ranges kept for tests and documentation.
"""

MARK = "seed-"
"""Session and order ids of seeded visitors begin so."""

MARKED = "^seed-([0-9a-z]{6}[0-9a-f]{11}|[0-9a-f]{32})$"
"""The whole form of their session ids, as a regular expression: a page that happens to begin its
own ids with the mark loses nothing when seeded traffic is removed. The second form is that of what
was seeded before ids began with their time."""
