"""What figures must say, counted plainly from the raw rows: `definitions.md` line by line.

Nothing of the SQL; of the program only the domain's furthest step, configuration at a moment and
changes of mind, which journeys are told with.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from typing import Any, LiteralString

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from nesthaus.domain.configurations import canonical_form, configuration_from_json
from nesthaus.domain.events import Entry, Finalisation, Interaction, Outcome, Snapshot, Trigger
from nesthaus.domain.funnels import steps_of
from nesthaus.domain.insights import insights
from nesthaus.domain.journeys import Told, moments, timeline
from nesthaus.domain.step_labels import chosen_option
from tests.figures.counting import CATALOGUE, Figure

Row = dict[str, Any]
_MS = timedelta(milliseconds=1)
_LONG_GAP = timedelta(minutes=5)
_LATE = timedelta(seconds=60)
_NUMBERS = ("count", "unique_sessions", "time_sum_ms", "timed_count", "amount_sum")
_TABLES: tuple[LiteralString, ...] = (
    "session_entries",
    "interaction_events",
    "configuration_snapshots",
    "session_finalisations",
    "duplicate_events",
)


@dataclass(frozen=True, slots=True)
class Session:
    """A row of `user_sessions` and all raw rows of the session, in no order."""

    row: Row
    entries: list[Row]
    interactions: list[Row]
    snapshots: list[Row]
    finalisations: list[Row]
    duplicates: list[Row]

    @property
    def converted(self) -> bool:
        return self.row["converted_at"] is not None

    @property
    def counted(self) -> list[Row]:
        """Interactions that are not over, in order."""
        rows = [row for row in self.interactions if not row["over"]]
        last = 2**31
        return sorted(rows, key=lambda r: (r["timestamp"], r["sequence"] or last, r["id"]))

    @property
    def selections(self) -> list[Row]:
        return [row for row in self.counted if row["event_type"] == "selection"]

    @property
    def saved(self) -> list[Row]:
        return [row for row in self.snapshots if not row["over"]]


async def sessions_of(connection: AsyncConnection[Any]) -> dict[str, Session]:
    rows: defaultdict[str, list[list[Row]]] = defaultdict(lambda: [[] for _ in _TABLES])
    async with connection.cursor(row_factory=dict_row) as cursor:
        for place, table in enumerate(_TABLES):
            await cursor.execute("select * from " + table)
            for row in await cursor.fetchall():
                rows[row["session_id"]][place].append(row)
        await cursor.execute("select * from user_sessions")
        return {
            row["session_id"]: Session(row, *rows[row["session_id"]])
            for row in await cursor.fetchall()
        }


def session_figures(session: Session) -> Row:
    """The columns of `session_figures`."""
    events = _events(session)
    acts = [row for row in session.counted if row["event_type"] not in ("hover", "scroll")]
    over = [
        row
        for rows in (session.interactions, session.snapshots, session.finalisations)
        for row in rows
        if row["over"]
    ]
    entries_over = [row for row in session.entries if row["over"] and not row["implied"]]
    loads = _page_loads(session)
    late = [row for row in session.counted if row["received_at"] - row["timestamp"] > _LATE]
    late_others = {
        row["id"]
        for row in session.snapshots + session.finalisations
        if not row["over"] and row["received_at"] - row["timestamp"] > _LATE
    }
    return {
        "furthest_step": _furthest_step(session, events),
        "bounce": len(acts) < 2,
        "path": [
            category for category, _ in groupby(row["category"] for row in session.selections)
        ],
        "decisions": _decisions(session),
        "changes": _changes(session, events),
        **_selected(session),
        "expected": sum(max(numbers) for numbers in loads),
        "received": sum(len(numbers) for numbers in loads),
        "late": len(late) + len(late_others),
        "over": len(over) + len(entries_over),
        "duplicates": sum(
            row["id"] not in {each["id"] for each in over} for row in session.duplicates
        ),
        "price_mismatches": sum(
            row["client_price"] is not None
            and row["total_price"] is not None
            and abs(row["client_price"] - row["total_price"]) >= 1
            for row in session.saved
        ),
    }


def _selected(session: Session) -> Row:
    """Of each option, in the order of category and option: how often, how long, how many times."""
    times: dict[tuple[str, str], list[int | None]] = {}
    for row in session.selections:
        if row["selection_value"]:
            option = row["category"], row["selection_value"]
            times.setdefault(option, []).append(row["time_spent"])
    told = [[each for each in times[option] if each is not None] for option in sorted(times)]
    return {
        "selected_categories": [category for category, _ in sorted(times)],
        "selected_options": [option for _, option in sorted(times)],
        "selections": [len(times[option]) for option in sorted(times)],
        "selection_ms": [sum(each) for each in told],
        "timed_selections": [len(each) for each in told],
    }


def _events(session: Session) -> list[Told]:
    """As journeys are told, with the earliest configuration the page opened with."""
    shown = [
        row
        for row in session.entries
        if row["configuration_data"] is not None and not row["over"] and not row["implied"]
    ]
    opening = min(
        shown, key=lambda r: (r["timestamp"], json.dumps(r["configuration_data"])), default=None
    )
    told: list[Told] = [] if opening is None else [_entry(opening)]
    told += [_interaction(row) for row in session.counted]
    told += [_snapshot(row) for row in session.saved]
    return told


def _entry(row: Row) -> Entry:
    shown = configuration_from_json(row["configuration_data"])
    return Entry(id=row["id"], at=row["timestamp"], configuration=shown)


def _interaction(row: Row) -> Interaction:
    return Interaction(
        id=row["id"],
        at=row["timestamp"],
        type=row["event_type"],
        category=row["category"],
        value=row["selection_value"],
        previous_value=row["previous_value"],
        quantity=row["quantity"],
        sequence=row["sequence"],
    )


def _snapshot(row: Row) -> Snapshot:
    trigger = row["trigger_event"]
    return Snapshot(
        id=row["id"],
        at=row["timestamp"],
        configuration=configuration_from_json(row["configuration_data"]),
        configuration_hash=row["configuration_hash"],
        trigger=None if trigger is None else Trigger(trigger),
        total_price_eur=row["total_price"],
        completion_percentage=row["completion_percentage"],
        price_list_version=row["price_list_version"],
    )


def _furthest_step(session: Session, events: list[Told]) -> str:
    at = session.row["last_activity"]
    sold = [Finalisation(id=session.row["id"], at=at, outcome=Outcome.CONVERTED)]
    told = events + sold if session.converted else events
    return insights([], told, CATALOGUE.lists[-1].required_categories).last_step


def _decisions(session: Session) -> dict[str, int]:
    """Per category its first stay, from the beginning of the stay before it."""
    spent: dict[str, int] = {}
    since: datetime = session.row["start_time"]
    for category, stay in groupby(session.selections, key=lambda row: row["category"]):
        times = [row["timestamp"] for row in stay]
        if category not in spent:
            spent[category] = (times[-1] - since - _long_gaps(session, since, times[-1])) // _MS
        since = times[0]
    return spent


def _long_gaps(session: Session, since: datetime, until: datetime) -> timedelta:
    times = [row["timestamp"] for row in session.counted if since <= row["timestamp"] <= until]
    gaps = (later - earlier for earlier, later in pairwise(times))
    return sum((gap for gap in gaps if gap > _LONG_GAP), timedelta())


def _changes(session: Session, events: list[Told]) -> list[Row]:
    told = insights(timeline(session.row["start_time"], events, CATALOGUE), events, ())
    returned = {(change.category, change.option) for change in told.changes_of_mind}
    final = _final_configuration(session, events)
    selected = {(row["category"], row["selection_value"]) for row in session.selections}
    changes = [
        {
            "category": category,
            "option": option,
            "final": chosen_option(final, category),
            "abandoned": chosen_option(final, category) != option,
            "returned": (category, option) in returned,
        }
        for category, option in sorted(each for each in selected if each[1])
    ]
    return [change for change in changes if change["abandoned"] or change["returned"]]


def _final_configuration(session: Session, events: list[Told]) -> Mapping[str, object]:
    passed = list(moments(events))
    if not passed:
        return {}
    prices = CATALOGUE.in_force_at(session.row["last_activity"])
    return canonical_form(passed[-1].configuration, prices)


def _page_loads(session: Session) -> list[set[int]]:
    numbers: defaultdict[str, set[int]] = defaultdict(set)
    for row in session.counted:
        if row["page"] is not None and row["sequence"] is not None:
            numbers[row["page"]].add(row["sequence"])
    return list(numbers.values())


def figures(sessions: Mapping[str, Session]) -> list[Figure]:
    """All rows of all figures: what single sessions bring to them, added up."""
    sums: dict[tuple[int, str, str, str], Counter[str]] = defaultdict(Counter)
    for session in sessions.values():
        cell = session.row["start_time"].minute
        for one in [*_of_row(session), *_of_interactions(session), *_of_order(session)]:
            key = (cell, one.metric_type, one.category, one.value_text)
            sums[key].update({name: getattr(one, name) for name in _NUMBERS})
    return [Figure(*key, **counted) for key, counted in sums.items()]


def _one(metric: str, category: str, value: str, count: int = 1, unique: int = 1) -> Figure:
    return Figure(0, metric, category, value, count, unique)


def _of_row(session: Session) -> Iterator[Figure]:
    row, converted = session.row, int(session.converted)
    yield Figure(0, "sessions", "", "", 1, 1, 0, 1, row["session_duration"])
    yield _one("status", "", row["conversion_status"])
    yield _one("devices", "", row["device_type"], unique=converted)
    if converted:
        yield _one("conversions", "", "")
    if row["verified_at"]:
        yield _one("conversions", "", "verified")
    if row["last_price"] is not None:
        price = row["last_price"]
        yield Figure(0, "price", "", str(price), 1, converted, 0, 0, price)
        yield Figure(0, "prices", "", "", 1, converted, 0, 0, price)
    if row["clock_skew_ms"] is not None:
        yield _one("clock_skew", "", str(row["clock_skew_ms"]))
    final = configuration_from_json(row["final_configuration"] or {})
    prices = CATALOGUE.in_force_at(row["last_activity"])
    for category in final:
        option = chosen_option(canonical_form(final, prices), category)
        if option is not None:
            yield _one("options", category, option, unique=converted)


def _of_interactions(session: Session) -> Iterator[Figure]:
    if session.counted:
        yield _one("interactions", "", "", len(session.counted))
    views = Counter(
        row["selection_value"] or "" for row in session.counted if row["event_type"] == "page_view"
    )
    for path, count in views.items():
        yield _one("page_views", "", path, count)
    chosen = [row for row in session.selections if row["selection_value"]]
    keys = {(row["category"], option) for row in chosen for option in (row["selection_value"], "")}
    for category, option in keys:
        rows = [
            row
            for row in chosen
            if row["category"] == category and option in ("", row["selection_value"])
        ]
        spent = [row["time_spent"] for row in rows if row["time_spent"] is not None]
        yield Figure(0, "selections", category, option, len(rows), 1, sum(spent), len(spent))


def _of_order(session: Session) -> Iterator[Figure]:
    told, converted = session_figures(session), int(session.converted)
    if told["bounce"]:
        yield _one("bounces", "", "")
    steps = steps_of(CATALOGUE.lists[-1].required_categories)
    for step in steps[: steps.index(told["furthest_step"]) + 1]:
        yield _one("funnel", "", step)
    if session.row["conversion_status"] == "abandoned":
        price = session.row["last_price"] or 0
        yield Figure(0, "drop_off", "", told["furthest_step"], 1, 1, 0, 0, price)
    yield from _of_path(told["path"], converted=converted)
    for change in told["changes"]:
        category, option = change["category"], change["option"]
        if change["abandoned"]:
            pair = json.dumps([option, change["final"]], ensure_ascii=False)
            yield _one("abandoned_for", category, pair)
        if change["returned"]:
            yield _one("returned_to", category, option)
    version = session.row["tracker_version"] or ""
    yield _one("tracking", version, "sessions")
    for name in ("expected", "received", "late", "over", "duplicates", "price_mismatches"):
        if told[name]:
            yield _one("tracking", version, name, told[name])


def _of_path(path: list[str], *, converted: int) -> Iterator[Figure]:
    if not path:
        return
    for category in dict.fromkeys(path):
        yield _one("path_nodes", category, "")
    for source, target in pairwise([*path, "converted" if converted else "end"]):
        yield _one("path_links", source, target, unique=0)
    order = json.dumps(list(dict.fromkeys(path)), ensure_ascii=False)
    yield _one("orders", "", order, unique=converted)
