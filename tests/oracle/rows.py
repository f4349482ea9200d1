"""Rows of lists and exports, counted plainly: sessions, journeys, stored figures."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby

from tests.oracle.chance import iso
from tests.oracle.compare import SOMETHING
from tests.oracle.counter_ways import losses
from tests.oracle.ranges import Question, day_of, hour_of
from tests.oracle.sessions import Session
from tests.oracle.ways import furthest_step, price_at, steps_of
from tests.oracle.world import Json, World

TRACKED = {
    "sessions": "sessions",
    "expected": "expected",
    "received": "received",
    "late": "late",
    "over": "over",
    "duplicates": "duplicates",
    "priceMismatches": "price_mismatches",
}


def session_row(session: Session) -> Json:
    width, height = session.viewport.split("x") if session.viewport else (None, None)
    is_over = session.status != "ongoing"
    return {
        "sessionId": session.session_id,
        "startTime": iso(session.start),
        "lastActivity": iso(session.last_activity),
        "endTime": iso(session.last_activity) if is_over else None,
        "sessionDuration": session.duration_s,
        "totalInteractions": len(session.interactions),
        "conversionStatus": session.status,
        "convertedAt": _told(session.converted_at),
        "abandonedAt": _told(session.abandoned_at),
        "verifiedAt": _told(session.verified_at),
        "orderId": session.order_id,
        "exitPage": session.exit_page,
        "userAgent": session.user_agent,
        "deviceType": session.device,
        "browserName": session.browser,
        "viewportWidth": int(width) if width else None,
        "viewportHeight": int(height) if height else None,
        "referrer": session.referrer,
        "referrerHost": session.referrer_host,
        "utmSource": session.utm_source,
        "utmMedium": session.utm_medium,
        "utmCampaign": session.utm_campaign,
        "botReason": SOMETHING if session.is_bot else None,
        "trackerVersion": session.tracker_version,
        "clockSkewMs": session.skew_ms,
        "lastPrice": session.last_price,
        "finalSnapshotAt": _told(session.final.at) if session.final else None,
        "finalConfigurationHash": session.final.hash if session.final else None,
    }


def _told(at: datetime | None) -> str | None:
    return None if at is None else iso(at)


def session_rows(world: World, question: Question) -> list[Json]:
    part, status = question.get("q", ""), question.get("status")
    return [
        session_row(each)
        for each in world.chosen(question)
        if part in each.session_id and status in (None, each.status)
    ]


def journey(world: World, session: Session) -> Json:
    """What the definitions determine of one session's story.

    Prices are those of the configuration at each moment; one of 0 is none.
    """
    ends = world.accepted.sessions[session.session_id].finalisations.values()
    moments = sorted(
        {session.start}
        | {each.at for each in session.interactions}
        | {each.at for each in session.snapshots}
        | {each.at for each in ends if each.at <= session.last_activity}
    )
    prices = [price_at(session, at, world.catalogue) for at in moments]
    known = [each for each in prices if each]
    return {
        "session": session_row(session),
        "insights": {
            "lastStep": furthest_step(session, world.required),
            "firstPrice": known[0] if known else None,
            "highestPrice": max(known, default=None),
        },
    }


def interaction_rows(world: World, question: Question) -> list[Json]:
    """All that is kept of the sessions, what lies more than a week after the start included."""
    return [
        {
            "sessionId": session.session_id,
            "timestamp": iso(each.at),
            "eventType": each.type,
            "category": each.category,
            "selectionValue": each.value,
            "previousValue": each.previous_value,
            "quantity": each.quantity,
            "timeSpent": each.time_spent_ms,
            "page": each.page,
            "sequence": each.sequence,
            "over": each not in session.interactions,
        }
        for session in world.chosen(question)
        for each in world.accepted.sessions[session.session_id].interactions.values()
    ]


def snapshot_rows(world: World, question: Question) -> list[Json]:
    return [
        {
            "sessionId": session.session_id,
            "timestamp": iso(each.at),
            "configurationHash": each.hash,
            "totalPrice": each.total_price_eur,
            "priceListVersion": each.price_list,
            "priceError": None if each.total_price_eur is not None else SOMETHING,
            "triggerEvent": each.trigger,
            "over": each not in session.snapshots,
        }
        for session in world.chosen(question)
        for each in world.accepted.sessions[session.session_id].snapshots.values()
    ]


def daily_rows(world: World, question: Question) -> list[Json]:
    """Stored figures by day, `24h` by hour: of the metric types the definitions name."""
    rows: list[Json] = []
    by_hour = question.get("timeRange") == "24h"
    in_order = sorted(world.chosen(question), key=lambda each: each.start)
    for date, begun in groupby(
        in_order, key=lambda each: hour_of(each.start) if by_hour else day_of(each.start)
    ):
        those = list(begun)
        told = iso(date) if isinstance(date, datetime) else date.isoformat()
        found = [
            *_totals(those),
            *_selections(those),
            *_page_views(those),
            *_funnel(those, world.required),
            *_prices(those),
            *_tracking(those, world.now),
        ]
        rows += [{"date": told, **row} for row in found]
    return rows


def _row(metric_type: str, category: str, value_text: str, **figures: object) -> Json:
    return {"metricType": metric_type, "category": category, "valueText": value_text, **figures}


def _totals(sessions: Sequence[Session]) -> Iterable[Json]:
    yield _row("sessions", "", "", count=len(sessions), uniqueSessions=len(sessions))
    interactions = sum(len(each.interactions) for each in sessions)
    if interactions:
        yield _row("interactions", "", "", count=interactions)
    converted = sum(each.converted for each in sessions)
    if converted:
        yield _row("conversions", "", "", count=converted, uniqueSessions=converted)


def _selections(sessions: Sequence[Session]) -> Iterable[Json]:
    made = [
        (one.category, one.value, each.session_id, one.time_spent_ms)
        for each in sessions
        for one in each.selections
        if one.value is not None
    ]
    for category, option in sorted({(category, option) for category, option, _, _ in made}):
        those = [(who, ms) for where, what, who, ms in made if (where, what) == (category, option)]
        times = [ms for _, ms in those if ms is not None]
        yield _row(
            "selections",
            category,
            option,
            count=len(those),
            uniqueSessions=len({who for who, _ in those}),
            timeSumMs=sum(times),
            timedCount=len(times),
        )


def _page_views(sessions: Sequence[Session]) -> Iterable[Json]:
    views = [
        (one.value or "", each.session_id)
        for each in sessions
        for one in each.interactions
        if one.type == "page_view"
    ]
    for path in sorted({path for path, _ in views}):
        who = [session_id for viewed, session_id in views if viewed == path]
        yield _row("page_views", "", path, count=len(who), uniqueSessions=len(set(who)))


def _funnel(sessions: Sequence[Session], required: Sequence[str]) -> Iterable[Json]:
    names = steps_of(required)
    furthest = [names.index(furthest_step(each, required)) for each in sessions]
    for place, name in enumerate(names):
        reached = sum(each >= place for each in furthest)
        if reached:
            yield _row("funnel", "", name, count=reached, uniqueSessions=reached)


def _prices(sessions: Sequence[Session]) -> Iterable[Json]:
    prices = [each.last_price for each in sessions if each.last_price is not None]
    for price in sorted(set(prices)):
        yield _row("price", "", str(price), count=prices.count(price))


def _tracking(sessions: Sequence[Session], now: datetime) -> Iterable[Json]:
    for version in sorted({each.tracker_version for each in sessions}, key=str):
        those = [each for each in sessions if each.tracker_version == version]
        counts = losses(those, now)
        for field, name in TRACKED.items():
            if counts[field]:
                yield _row("tracking", version or "", name, count=counts[field])
