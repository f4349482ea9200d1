"""The wiring: the only place that builds pools, streams, clocks and applications, one per role.

A role refuses to start on a schema it does not know, waits for servers that are away, and ends on
SIGINT or SIGTERM.
"""
