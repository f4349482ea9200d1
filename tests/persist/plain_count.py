"""What the tables must say of a traffic: counted plainly from everything that was sent at all.

Written from the definitions alone: no merging, no increments, nothing of the program's but its
facts and what it reads out of a user agent.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from nesthaus.domain.events import Delivery, Entry, Finalisation, Interaction, Outcome, Snapshot
from nesthaus.domain.visitors import browser_name, device_type, program_behind

WEEK = timedelta(days=7)
Timed = Entry | Interaction | Snapshot | Finalisation


def facts_of(deliveries: Iterable[Delivery]) -> dict[str, list[Timed]]:
    """Every fact of every session, each once."""
    facts: dict[str, dict[object, Timed]] = {}
    for delivery in deliveries:
        for event in delivery.events:
            if isinstance(event, Timed) and delivery.session_id is not None:
                facts.setdefault(delivery.session_id, {})[type(event), event.id] = event
    return {session: list(known.values()) for session, known in facts.items()}


def rows_of(facts: dict[str, list[Timed]], kind: type[Timed]) -> set[tuple[object, ...]]:
    """(session, time, id, over) of every fact of that kind."""
    return {
        (session, fact.at, fact.id, fact.at - min(each.at for each in known) > WEEK)
        for session, known in facts.items()
        for fact in known
        if isinstance(fact, kind)
    }


def owner_of_orders(facts: dict[str, list[Timed]]) -> dict[str, str]:
    claims = [
        (not fact.verified, fact.at, session, fact.order_id)
        for session, known in facts.items()
        for fact in known
        if isinstance(fact, Finalisation) and fact.outcome == Outcome.CONVERTED and fact.order_id
    ]
    return {order: session for _, _, session, order in sorted(claims, reverse=True)}


def sessions_of(
    deliveries: Sequence[Delivery], now: datetime, idle_after: timedelta
) -> dict[str, dict[str, object]]:
    """The columns of `user_sessions`, by session."""
    facts = facts_of(deliveries)
    owners = owner_of_orders(facts)
    counted: dict[str, dict[str, object]] = {}
    for session, known in facts.items():
        start = min(fact.at for fact in known)
        within = [fact for fact in known if fact.at - start <= WEEK]
        last = max(fact.at for fact in within)
        ending = _ending(session, known, within, owners)
        over = _is_over(ending, last, now, idle_after)
        counted[session] = {
            "start_time": start,
            "last_activity": last,
            "latest_seen": max(fact.at for fact in known),
            "session_duration": int((last - start).total_seconds()),
            "total_interactions": sum(isinstance(fact, Interaction) for fact in within),
            "clock_skew_ms": _clock_skew_ms(session, deliveries),
            "conversion_status": over or "ongoing",
            "end_time": last if over else None,
            **ending,
            **_entry(session, start, within, deliveries),
            **_final_configuration(within),
        }
        agent = counted[session]["user_agent"]
        assert agent is None or isinstance(agent, str)
        counted[session]["bot_reason"] = program_behind(agent) or _burst(within)
    return counted


def _is_over(
    ending: dict[str, object], last: datetime, now: datetime, idle_after: timedelta
) -> str | None:
    if ending["converted_at"]:
        return "converted"
    idle = now - last > idle_after
    return "abandoned" if idle or ending["abandoned_at"] == last else None


def _ending(
    session: str, known: list[Timed], within: list[Timed], owners: dict[str, str]
) -> dict[str, object]:
    ends = [fact for fact in known if isinstance(fact, Finalisation)]
    sold = [
        fact
        for fact in ends
        if fact.outcome == Outcome.CONVERTED
        and (fact.order_id is None or owners[fact.order_id] == session)
    ]
    left = [fact.at for fact in ends if fact.outcome == Outcome.ABANDONED and fact in within]
    pages = [(fact.at, fact.exit_page) for fact in ends if fact.exit_page and fact in within]
    last_page = max((at for at, _ in pages), default=None)
    orders = sorted((fact.at, fact.order_id) for fact in sold if fact.order_id)
    return {
        "converted_at": min((fact.at for fact in sold), default=None),
        "verified_at": min((fact.at for fact in sold if fact.verified), default=None),
        "order_id": orders[0][1] if orders else None,
        "abandoned_at": max(left, default=None),
        "exit_page": min((page for at, page in pages if at == last_page), default=None),
    }


def _entry(
    session: str, start: datetime, within: list[Timed], deliveries: Sequence[Delivery]
) -> dict[str, object]:
    entries = [fact for fact in within if isinstance(fact, Entry)]
    calls = [
        (min(fact.at for fact in call.events), call)
        for call in deliveries
        if call.session_id == session
    ]
    calls = [(at, call) for at, call in calls if at - start <= WEEK]
    said = _first((fact.at, fact.user_agent) for fact in entries)
    agent = said or _first((at, call.user_agent) for at, call in calls)
    device = _first((fact.at, fact.device_type) for fact in entries)
    views = sorted(
        (fact.at, f"{fact.viewport_width}x{fact.viewport_height}")
        for fact in entries
        if fact.viewport_width
    )
    width, height = map(int, views[0][1].split("x")) if views else (None, None)
    return {
        "user_agent": agent,
        "device_type": device or device_type(None, agent).value,
        "browser_name": browser_name(agent),
        "viewport_width": width,
        "viewport_height": height,
        "referrer": _first((fact.at, fact.referrer) for fact in entries),
        "utm_source": _first((fact.at, fact.utm_source) for fact in entries) or "direct",
        "tracker_version": _first((at, call.tracker_version) for at, call in calls),
    }


def _clock_skew_ms(session: str, deliveries: Sequence[Delivery]) -> int | None:
    skews = [
        call.received_at - call.sent_at
        for call in deliveries
        if call.session_id == session and call.sent_at is not None
    ]
    return min((round(skew.total_seconds() * 1_000) for skew in skews), default=None)


def _first(values: Iterable[tuple[datetime, str | None]]) -> str | None:
    told = sorted((at, text) for at, text in values if text)
    return told[0][1] if told else None


def _final_configuration(within: list[Timed]) -> dict[str, object]:
    saved = sorted(
        (fact for fact in within if isinstance(fact, Snapshot)),
        key=lambda fact: (fact.at, str(fact.id)),
    )
    priced = [fact for fact in saved if fact.total_price_eur]
    return {
        "final_snapshot_at": saved[-1].at if saved else None,
        "final_configuration_hash": saved[-1].configuration_hash if saved else None,
        "final_configuration": {"nest": saved[-1].configuration["nest"].value} if saved else None,
        "last_price": priced[-1].total_price_eur if priced else None,
        "last_price_list_version": priced[-1].price_list_version if priced else None,
    }


def _burst(within: list[Timed]) -> str | None:
    seconds = Counter(int(f.at.timestamp()) for f in within if isinstance(f, Interaction))
    return "burst" if max(seconds.values(), default=0) > 20 else None
