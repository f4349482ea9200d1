"""What a notice says: what, figure, threshold, since when, where to look."""

from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from nesthaus.domain.alerts import Change, Phase, Rule, Side, Watched

_WHAT = {
    "database": "PostgreSQL answers slowly or not at all",
    "response_time": "The API answers slowly",
    "error_rate": "Many answers of the API are errors",
    "slow_statements": "Statements in the database are slow",
    "stream": "The stream (Valkey or Redis) cannot be reached",
    "spool": "Events lie in the spool on disk and not in the stream",
    "queue_age": "Events wait long to be stored",
    "stream_full": "The stream is nearly full",
    "worker_holding": "A worker holds: nothing it reads can be stored",
    "dead_letters": "There are dead letters: events that could not be stored",
    "disk": "The disk of the data directory is nearly full",
    "tracking_silent": "Tracking is silent, although there are usually visitors at this time",
    "conversion": "Far fewer sessions convert than is usual on this weekday",
}
_FIGURE = {
    "database": "time to answer",
    "response_time": "average response time",
    "error_rate": "share of answers that are errors",
    "slow_statements": "average time of a statement",
    "stream": "servers away",
    "spool": "size of the spool",
    "queue_age": "age of the oldest event that waits",
    "stream_full": "share of the stream in use",
    "worker_holding": "workers that hold",
    "dead_letters": "dead letters",
    "disk": "share of the disk in use",
    "tracking_silent": "sessions with activity",
    "conversion": "conversion rate in percent of the usual",
}


class Surroundings(Struct, frozen=True):
    """In what zone times are told, and where the dashboard is, if that is known."""

    zone: ZoneInfo
    public_url: str | None


def title_of(watched: Watched, phase: Phase) -> str:
    what = _WHAT[watched.id]
    return f"nesthaus: {what}" if phase is Phase.FIRING else f"nesthaus: over: {what}"


def body_of(watched: Watched, rule: Rule, change: Change, around: Surroundings, name: str) -> str:
    """`name` is the notice's own: a receiver that sees it twice has it twice."""
    side = "above" if watched.side is Side.ABOVE else "below"
    limit = figure(watched, rule.threshold)
    counted = f", of {change.count:,}" if change.count else ""
    state = "ALERT" if change.phase is Phase.FIRING else "OVER"
    what = _WHAT[watched.id]
    lines = [
        f"{state}: {what}" if rule.enabled else f"{state}: no longer watched: {what}",
        f"Figure: {_FIGURE[watched.id]} {_told(watched, change.value)}{counted}",
        f"Threshold: {side} {limit}, over {rule.window_s} s, for {rule.hold_s} s",
        f"Since: {_moment(change.since, around.zone)}",
        f"Rule: {watched.id}",
    ]
    if around.public_url is not None:
        lines.append(f"Dashboard: {around.public_url}/admin/operations")
    return "\n".join([*lines, f"Notice: {name}"])


def test_notice(watched: Watched, at: datetime, around: Surroundings, name: str) -> tuple[str, str]:
    lines = [
        f"TEST: somebody tries the way of the alert “{_WHAT[watched.id]}”. Nothing is wrong.",
        f"Rule: {watched.id}",
        f"At: {_moment(at, around.zone)}",
    ]
    if around.public_url is not None:
        lines.append(f"Dashboard: {around.public_url}/admin/operations")
    return f"nesthaus: test: {_WHAT[watched.id]}", "\n".join([*lines, f"Notice: {name}"])


def figure(watched: Watched, value: float) -> str:
    number = f"{value:,.0f}" if value == round(value) or value >= 100 else f"{value:,.2f}"
    return f"{number} {watched.unit}".rstrip()


def _told(watched: Watched, value: float | None) -> str:
    return "unknown" if value is None else figure(watched, value)


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S} {zone.key}"
