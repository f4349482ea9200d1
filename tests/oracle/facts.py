"""The facts that accepted calls leave, by session."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from nesthaus.domain.configurations import Choice

Configuration = Mapping[str, Choice]


@dataclass(frozen=True, slots=True)
class Entry:
    """What `create` told."""

    at: datetime
    user_agent: str | None
    device: str | None
    viewport: str | None
    referrer: str | None
    utm_source: str | None
    utm_medium: str | None
    utm_campaign: str | None
    configuration: Configuration | None


@dataclass(frozen=True, slots=True)
class Interaction:
    at: datetime
    received_at: datetime
    id: str
    type: str
    category: str
    value: str | None
    previous_value: str | None
    quantity: int | None
    square_meters: float | None
    time_spent_ms: int | None
    page: str | None
    sequence: int | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`options`: category -> option id, a check box by its only option."""

    at: datetime
    received_at: datetime
    id: str
    configuration: Configuration
    canonical: Mapping[str, object]
    options: Mapping[str, str]
    hash: str
    total_price_eur: int | None
    completion: float
    trigger: str | None
    price_list: str
    client_price_eur: float | None


@dataclass(frozen=True, slots=True)
class Finalisation:
    at: datetime
    received_at: datetime
    id: str
    outcome: str
    exit_page: str | None
    order_id: str | None
    verified: bool


@dataclass
class Kept:
    """Everything received under one session id."""

    entries: list[Entry] = field(default_factory=list[Entry])
    interactions: dict[str, Interaction] = field(default_factory=dict[str, Interaction])
    snapshots: dict[str, Snapshot] = field(default_factory=dict[str, Snapshot])
    finalisations: dict[str, Finalisation] = field(default_factory=dict[str, Finalisation])
    agents: list[tuple[datetime, str]] = field(default_factory=list[tuple[datetime, str]])
    skews_ms: list[int] = field(default_factory=list[int])
    versions: list[tuple[datetime, str]] = field(default_factory=list[tuple[datetime, str]])
    copies: Counter[str] = field(default_factory=Counter[str])


@dataclass
class Accepted:
    """All sessions by id, and the refusals: (time of receipt, reason)."""

    sessions: dict[str, Kept] = field(default_factory=dict[str, Kept])
    refusals: list[tuple[datetime, str]] = field(default_factory=list[tuple[datetime, str]])
