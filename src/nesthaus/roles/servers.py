"""Where PostgreSQL and Redis or Valkey are. Apart from what talks to them, so that a command which
asks only where they are does not load that: it takes half a second."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Servers:
    database_url: str
    redis_url: str
