"""Answers questions: the admin API's reports, and whether all parts are there.

Reads: raw rows and stored figures, through a pool that cannot write and has a time limit.
Writes: nothing.
Promises: one definition for a figure, wherever it is shown; filters choose sessions, then
these are counted.
Never: prices a stored snapshot anew, or tells a figure that no code fills.
"""
