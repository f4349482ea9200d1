"""The tables of the archive, with the unit and the meaning of each column."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a column holds. Ids are text, so that every tool can read them; so is JSON."""

    TEXT = "text"
    ID = "id"
    JSON = "json"
    ADDRESS = "address"
    FLAG = "flag"
    SMALL = "small"
    INTEGER = "integer"
    LARGE = "large"
    NUMBER = "number"
    PERCENT = "percent"
    TIME = "time"
    TEXTS = "texts"
    INTEGERS = "integers"
    LARGE_ONES = "large_ones"
    FLAGS = "flags"


@dataclass(frozen=True, slots=True)
class Column:
    """`unit` is '' where there is none."""

    name: str
    kind: Kind
    unit: str


@dataclass(frozen=True, slots=True)
class Table:
    """`name` is that of the table in the database, `key` what tells its rows apart."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


def _table(name: str, key: str, text: str) -> Table:
    columns: list[Column] = []
    for line in text.strip().splitlines():
        column, kind, *unit = line.split()
        columns.append(Column(column, Kind(kind), " ".join(unit)))
    return Table(name, tuple(key.split()), tuple(columns))


SESSIONS = _table(
    "user_sessions",
    "session_id",
    """
    session_id text
    id id
    start_time time UTC
    last_activity time UTC
    latest_seen time UTC
    entry_at time UTC
    end_time time UTC
    session_duration integer s
    total_interactions integer interactions
    conversion_status text
    converted_at time UTC
    abandoned_at time UTC
    verified_at time UTC
    order_id text
    exit_page text
    ip_address address network, truncated
    user_agent text
    device_type text
    browser_name text
    viewport_width integer px
    viewport_height integer px
    referrer text
    referrer_host text
    utm_source text
    utm_medium text
    utm_campaign text
    bot_reason text
    final_configuration_hash text SHA-256, hex
    final_configuration json
    final_snapshot_at time UTC
    last_price integer EUR
    last_price_list_version text
    created_at time UTC
    updated_at time UTC
    tracker_version text
    version_at time UTC
    clock_skew_ms large ms
    """,
)
ENTRIES = _table(
    "session_entries",
    "session_id timestamp id",
    """
    session_id text
    timestamp time UTC
    id id
    received_at time UTC
    over flag
    implied flag
    user_agent text
    header_user_agent text
    device_type text
    viewport_width integer px
    viewport_height integer px
    referrer text
    utm_source text
    utm_medium text
    utm_campaign text
    configuration_data json
    tracker_version text
    flags json
    """,
)
INTERACTIONS = _table(
    "interaction_events",
    "session_id timestamp id",
    """
    session_id text
    timestamp time UTC
    id id
    received_at time UTC
    over flag
    event_type text
    category text
    element_id text
    selection_value text
    previous_value text
    time_spent integer ms
    sequence integer
    viewport_width integer px
    viewport_height integer px
    quantity integer pieces
    square_meters number m²
    cause text
    page text
    device_type text
    """,
)
SNAPSHOTS = _table(
    "configuration_snapshots",
    "session_id timestamp id",
    """
    session_id text
    timestamp time UTC
    id id
    received_at time UTC
    over flag
    configuration_data json
    configuration_hash text SHA-256, hex
    total_price integer EUR
    completion_percentage percent %
    price_list_version text
    price_error text
    client_price number EUR
    trigger_event text
    """,
)
FINALISATIONS = _table(
    "session_finalisations",
    "session_id timestamp id",
    """
    session_id text
    timestamp time UTC
    id id
    received_at time UTC
    over flag
    conversion_status text
    exit_page text
    order_id text
    verified flag
    """,
)
DUPLICATES = _table(
    "duplicate_events",
    "session_id id received_at copy",
    """
    session_id text
    id id
    received_at time UTC
    copy small
    """,
)
FIGURES = _table(
    "session_figures",
    "session_id",
    """
    session_id text
    start_time time UTC
    furthest_step text
    bounce flag
    path texts
    expected integer events
    received integer events
    late integer events
    over integer events
    duplicates integer events
    price_mismatches integer snapshots
    decided_categories texts
    decision_ms large_ones ms
    changed_categories texts
    changed_options texts
    changed_finals texts
    came_back flags
    selected_categories texts
    selected_options texts
    selections integers
    selection_ms large_ones ms
    timed_selections integers
    """,
)

EVENTS = (ENTRIES, INTERACTIONS, SNAPSHOTS, FINALISATIONS, DUPLICATES)
"""Rows of these hang on a session and never change."""

TABLES = (SESSIONS, *EVENTS, FIGURES)
BY_NAME: Mapping[str, Table] = {table.name: table for table in TABLES}
