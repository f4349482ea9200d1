"""The stream between ingest and persist, and the spool on disk for when it is away.

Reads: the shards `nest:{0}` … by consumer group; spool files. Writes: entries of one field `e`, a
Delivery packed by `envelope`. Promises: what `DurableLog.append` returned from is on disk, in the
stream or in the spool, and stays in the stream until every group has acknowledged it. Never:
exactly once. An entry may come twice, and ids make that harmless.
"""
