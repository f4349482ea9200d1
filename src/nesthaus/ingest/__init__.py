"""Ingest: takes tracking calls and answers when they are durable.

Reads: the price lists, API tokens (only where a call carries one). Writes: the stream, or the spool
while the stream is away. Promises: a 2xx is durable; ids and receipt time are given before anything
is written, so that writing twice is harmless. Never waits for the database to store an event.
"""
