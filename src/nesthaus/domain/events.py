"""What a page can tell us: the facts that travel through the stream, with their ids and times."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from nesthaus.domain.configurations import Configuration


class Trigger(StrEnum):
    """Why a configuration was saved."""

    AUTO_SAVE = "auto_save"
    PAGE_EXIT = "page_exit"
    ORDER_ATTEMPT = "order_attempt"


class Outcome(StrEnum):
    """What a finalisation says of its session."""

    ABANDONED = "abandoned"
    CONVERTED = "converted"


class Cause(StrEnum):
    """Who made a selection: the visitor, a default, a rule of the configurator, or an undo."""

    USER = "user"
    DEFAULT = "default"
    RULE = "rule"
    UNDO = "undo"


class Fact(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind"):
    """`id` makes a repeated delivery harmless; `at` is when it happened: UTC, milliseconds."""

    id: UUID
    at: datetime


class Entry(Fact, frozen=True, kw_only=True, tag="entry"):
    """What a page knew when it opened a session: the source of a session's attributes.

    `device_type` and `user_agent` are what the page itself said; the user agent of the request's
    header is in the envelope and counts only where no page said one.
    """

    user_agent: str | None = None
    device_type: str | None = None
    viewport_width: int | None = None
    viewport_height: int | None = None
    referrer: str | None = None
    utm_source: str | None = None
    utm_medium: str | None = None
    utm_campaign: str | None = None
    configuration: Configuration | None = None
    flags: dict[str, bool] | None = None
    """What the page was told of them with the answer; None: nothing, it decides for itself."""


class Interaction(Fact, frozen=True, kw_only=True, tag="interaction"):
    """One click, hover, scroll, selection, page view …

    `time_spent_ms` is at most 24 h. `sequence` counts 1, 2, 3 … within `page`, the random id of
    one page load; gaps in it are lost events.
    """

    type: str
    category: str | None = None
    element_id: str | None = None
    value: str | None = None
    previous_value: str | None = None
    quantity: int | None = None
    square_meters: float | None = None
    time_spent_ms: int | None = None
    cause: Cause | None = None
    page: str | None = None
    sequence: int | None = None
    device_type: str | None = None
    viewport_width: int | None = None
    viewport_height: int | None = None


class Snapshot(Fact, frozen=True, kw_only=True, tag="snapshot"):
    """A saved configuration, priced when it was received by the list in force at `at`.

    `total_price_eur` is None where it cannot be priced; then `price_error` names category and id.
    `trigger` is None where a finalisation brought the configuration.
    """

    configuration: Configuration
    configuration_hash: str
    trigger: Trigger | None
    total_price_eur: int | None
    completion_percentage: float | None
    price_list_version: str
    price_error: str | None = None
    client_price_eur: float | None = None


class Finalisation(Fact, frozen=True, kw_only=True, tag="finalisation"):
    """The end of a session as its page, or with `verified` a server of the shop, tells it. Told by
    both with one id it is one, and verified."""

    outcome: Outcome
    exit_page: str | None = None
    order_id: str | None = None
    verified: bool = False


class Metric(Fact, frozen=True, kw_only=True, tag="metric"):
    """A measured value; belongs to a session only by name and never opens one.

    Or, with `buckets`, `count` values of no session, of which `value` is the mean: how many of them
    lie in which bucket (`domain/buckets`), ascending, and the greatest of those that no metric of
    their own tells. Such a metric of their own has a `count` of 0: it is among them already.
    """

    name: str
    value: float
    unit: str | None = None
    session_id: str | None = None
    additional_data: dict[str, object] | None = None
    count: int = 1
    greatest: float | None = None
    buckets: tuple[int | None, ...] | None = None
    counts: tuple[int, ...] | None = None


class RefusalCount(Fact, frozen=True, kw_only=True, tag="refusals"):
    """How many calls were refused for `reason` since the process last said so."""

    reason: str
    count: int


Event = Entry | Interaction | Snapshot | Finalisation | Metric | RefusalCount


class Delivery(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything one tracking call brought, as one entry of the stream.

    `session_id` is None only where no event belongs to a session. `user_agent` is the request's
    header; `address` is already truncated to /24 or /48.
    """

    session_id: str | None
    received_at: datetime
    events: tuple[Event, ...]
    user_agent: str | None = None
    address: str | None = None
    sent_at: datetime | None = None
    tracker_version: str | None = None
    traceparent: str | None = None
    """Of the call, by W3C Trace Context."""
