"""`nesthaus up` as processes: the data directory, the listening socket, the roles, the end.

Reads: `up.lock` and `run.json` of the data directory. Writes: the same two.
Promises: two `up` never share a data directory; what `up` started ends with it, also when it is
killed; a role that dies is started again.
Never: knows what a role does; settings and migrations come in as arguments.
"""
