"""What is watched, and from where on it is bad. `docs/alerts.md` says what each figure is."""

from nesthaus.domain.alerts import Rule, Side, Watched

MINUTE_S, HOUR_S, DAY_S = 60, 3_600, 86_400

DATABASE = Watched("database", "database_answer", "latest", "ms", Side.ABOVE, Rule(1_000, 5, 0, 10))
DISK = Watched("disk", "disk_used", "latest", "%", Side.ABOVE, Rule(90, 5, 0, 60))
BESIDE = (DATABASE, DISK)
"""Kept where they can be told of without the database; all others are kept in the database."""

WATCHED: tuple[Watched, ...] = (
    DATABASE,
    # The first two are the plan's.
    Watched(
        "response_time", "api_response_time", "average", "ms", Side.ABOVE, Rule(1_000, 60, 10, 0)
    ),
    Watched("error_rate", "api_error", "rate", "%", Side.ABOVE, Rule(5, 300, 20, 0)),
    Watched("slow_statements", "db_query_time", "average", "ms", Side.ABOVE, Rule(250, 300, 50, 0)),
    Watched("stream", "stream_away", "latest", "", Side.ABOVE, Rule(0, 5, 0, 5)),
    Watched("spool", "spool_size", "latest", "MB", Side.ABOVE, Rule(0, 10, 0, 10)),
    Watched("queue_age", "queue_age", "latest", "s", Side.ABOVE, Rule(60, 10, 0, 10)),
    Watched("stream_full", "stream_fill", "latest", "%", Side.ABOVE, Rule(80, 30, 0, 30)),
    Watched("worker_holding", "workers_holding", "latest", "", Side.ABOVE, Rule(0, 10, 0, 10)),
    Watched("dead_letters", "dead_letters", "latest", "", Side.ABOVE, Rule(0, 30, 0, 0)),
    DISK,
    Watched("tracking_silent", "active_sessions", "count", "", Side.BELOW, Rule(1, HOUR_S, 20, 0)),
    Watched(
        "conversion", "conversion_rate", "share of usual", "%", Side.BELOW, Rule(50, DAY_S, 20, 0)
    ),
)
