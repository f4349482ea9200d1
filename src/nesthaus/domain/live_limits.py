"""From where on a figure of this moment is no longer good."""

from msgspec import Struct


class LiveLimits(Struct, frozen=True, rename="camel"):
    """So many sessions or fewer, and a cache hit rate so low or lower, are a warning; a response
    time or an error rate is from its limit on what the limit is called. Rates 0 to 1."""

    fewest_sessions: int
    response_warning_ms: int
    response_bad_ms: int
    error_rate_bad: float
    cache_hit_rate_warning: float
