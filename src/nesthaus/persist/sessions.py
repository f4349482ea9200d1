"""A session's row while a batch is stored: as it was, and as it becomes. Pure: no database."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from nesthaus.domain.sessions import (
    FIGURES_END_AFTER,
    EntryFacts,
    FinalisationFacts,
    Status,
    attributes_of,
    duration_s,
    ending_of,
    status_at,
)
from nesthaus.domain.visitors import (
    BURST,
    BURST_ABOVE,
    DIRECT,
    browser_name,
    device_type,
    program_behind,
    referrer_host,
)
from nesthaus.persist.batch import Arrivals, least, smaller

_SECOND = timedelta(seconds=1)


class Session(Struct):
    """The columns of `user_sessions` that persist reads and writes, but the final configuration."""

    session_id: str
    id: UUID
    start_time: datetime
    last_activity: datetime
    latest_seen: datetime
    entry_at: datetime | None
    end_time: datetime | None
    session_duration: int | None
    total_interactions: int
    conversion_status: str
    converted_at: datetime | None
    abandoned_at: datetime | None
    verified_at: datetime | None
    order_id: str | None
    exit_page: str | None
    ip_address: str | None
    user_agent: str | None
    device_type: str
    browser_name: str
    viewport_width: int | None
    viewport_height: int | None
    referrer: str | None
    referrer_host: str
    utm_source: str
    utm_medium: str | None
    utm_campaign: str | None
    bot_reason: str | None
    final_configuration_hash: str | None
    final_snapshot_at: datetime | None
    last_price: int | None
    last_price_list_version: str | None
    tracker_version: str | None
    version_at: datetime | None
    clock_skew_ms: int | None


SESSION_COLUMNS = Session.__struct_fields__

ACTIVITY_COLUMNS = (
    "session_id",
    "id",
    "start_time",
    "last_activity",
    "latest_seen",
    "end_time",
    "session_duration",
    "total_interactions",
    "conversion_status",
    "ip_address",
    "bot_reason",
    "clock_skew_ms",
)
"""Those that interactions alone can change, with the keys."""


@dataclass(frozen=True, slots=True)
class HeldEntry(EntryFacts):
    """A row of `session_entries`."""

    session_id: str


@dataclass(frozen=True, slots=True)
class HeldFinalisation(FinalisationFacts):
    """A row of `session_finalisations`."""

    session_id: str


@dataclass(frozen=True, slots=True)
class FinalSnapshot:
    """The latest snapshot of a session; and the latest one that has a price, if any."""

    at: datetime
    configuration: str
    configuration_hash: str
    last_price: int | None
    last_price_list_version: str | None


@dataclass(slots=True)
class Progress:
    """One session on its way through a batch.

    `touched`: a row was really inserted, an order changed hands, or the clock skew became less;
    only then anything is written.
    `moved`: the start came to lie so much earlier that stored rows may be `over` now.
    `new_times` are the times of the interactions really inserted that count; `near_times` those of
    others that count, in every whole second in which there are new and older ones.
    """

    stored: Session
    session: Session
    is_new: bool = False
    moved: bool = False
    touched: bool = False
    entries_changed: bool = False
    snapshots_changed: bool = False
    finalisations_changed: bool = False
    new_times: list[datetime] = field(default_factory=list[datetime])
    near_times: list[datetime] = field(default_factory=list[datetime])
    final_configuration: str | None = None

    @property
    def start(self) -> datetime:
        return self.session.start_time

    @property
    def horizon(self) -> datetime:
        """What lies later is `over`."""
        return self.session.start_time + FIGURES_END_AFTER

    @property
    def brought_interactions_alone(self) -> bool:
        """Whether no column can have changed but ACTIVITY_COLUMNS."""
        return not (
            self.is_new
            or self.entries_changed
            or self.snapshots_changed
            or self.finalisations_changed
        )

    def may_have(self, times: Collection[datetime]) -> bool:
        """Whether something stored for this session may have one of these times."""
        return not self.is_new and any(at <= self.stored.latest_seen for at in times)

    def may_be_burst(self, more: int) -> bool:
        """With so many interactions more."""
        known = self.stored.total_interactions
        return self.stored.bot_reason is None and known + more > BURST_ABOVE

    def all_changed(self) -> None:
        self.touched = True
        self.entries_changed = self.snapshots_changed = self.finalisations_changed = True


def begin(stored: Session, arrivals: Arrivals, *, is_new: bool) -> Progress:
    """What follows from the times alone; facts that came before change nothing here."""
    session = replace(stored)
    progress = Progress(stored, session, is_new=is_new)
    if arrivals.earliest < stored.start_time:
        session.start_time, session.ip_address = arrivals.earliest, arrivals.address
        progress.moved = stored.latest_seen > progress.horizon
    elif arrivals.earliest == stored.start_time:
        session.ip_address = smaller(stored.ip_address, arrivals.address)
    session.latest_seen = max(stored.latest_seen, arrivals.latest)
    within = arrivals.latest
    if within > progress.horizon:
        times = (at for at in arrivals.times() if at <= progress.horizon)
        within = max(times, default=stored.last_activity)
    session.last_activity = max(stored.last_activity, within)
    session.clock_skew_ms = least(stored.clock_skew_ms, arrivals.clock_skew_ms)
    progress.touched = session.clock_skew_ms != stored.clock_skew_ms
    return progress


def count_interactions(progress: Progress, inserted: Iterable[datetime]) -> None:
    """`inserted` are the times of really inserted interactions that are not `over`."""
    progress.touched = True
    progress.new_times += inserted
    progress.session.total_interactions = progress.stored.total_interactions + len(
        progress.new_times
    )


def apply_entries(session: Session, entries: Sequence[HeldEntry]) -> None:
    """`entries` are all that are stored for the session."""
    headers = [entry.at for entry in entries if entry.header_user_agent]
    # The time of the earliest header, `over` or not: a later header can never stand, so that it
    # need not be stored. Versions likewise.
    session.entry_at = min(headers, default=None)
    versions = [entry.at for entry in entries if entry.tracker_version]
    session.version_at = min(versions, default=None)
    attributes = attributes_of(entries)
    session.user_agent = attributes.user_agent
    session.device_type = device_type(attributes.device_type, attributes.user_agent)
    session.browser_name = browser_name(attributes.user_agent)
    session.viewport_width = attributes.viewport_width
    session.viewport_height = attributes.viewport_height
    session.referrer = attributes.referrer
    session.referrer_host = referrer_host(attributes.referrer)
    session.utm_source = attributes.utm_source or DIRECT
    session.utm_medium = attributes.utm_medium
    session.utm_campaign = attributes.utm_campaign
    session.tracker_version = attributes.tracker_version


def apply_finalisations(
    session: Session,
    finalisations: Collection[HeldFinalisation],
    orders_of_others: Collection[str],
) -> None:
    """`finalisations` are all that are stored for the session."""
    ending = ending_of(finalisations, orders_of_others)
    session.converted_at = ending.converted_at
    session.verified_at = ending.verified_at
    session.order_id = ending.order_id
    session.abandoned_at = ending.abandoned_at
    session.exit_page = ending.exit_page


def apply_final_snapshot(progress: Progress, final: FinalSnapshot | None) -> None:
    session = progress.session
    session.final_snapshot_at = None if final is None else final.at
    session.final_configuration_hash = None if final is None else final.configuration_hash
    session.last_price = None if final is None else final.last_price
    session.last_price_list_version = None if final is None else final.last_price_list_version
    progress.final_configuration = None if final is None else final.configuration


def settle(session: Session, now: datetime, idle_after: timedelta) -> None:
    """What follows from the other columns and the clock."""
    session.session_duration = duration_s(session.start_time, session.last_activity)
    status = status_at(
        now, idle_after, session.last_activity, session.abandoned_at, session.converted_at
    )
    session.conversion_status = status.value
    session.end_time = None if status is Status.ONGOING else session.last_activity


def judge_visitor(progress: Progress) -> bool:
    """Sets the reason as far as it can be told by what is at hand; whether all stored rows of the
    session have to be asked for a burst besides."""
    session, stored = progress.session, progress.stored
    session.bot_reason = program_behind(session.user_agent)
    if session.bot_reason is not None or session.total_interactions <= BURST_ABOVE:
        return False
    if progress.moved or stored.bot_reason not in {None, BURST}:
        return True
    times = sorted((*progress.near_times, *progress.new_times))
    if stored.bot_reason == BURST or _is_burst(times):
        session.bot_reason = BURST
    return False


def _is_burst(times: Sequence[datetime]) -> bool:
    if not _may_be_burst(times):
        return False
    counts = Counter(at.replace(microsecond=0) for at in times)
    return max(counts.values()) > BURST_ABOVE


def _may_be_burst(times: Sequence[datetime]) -> bool:
    """Whether more than a burst takes lie within one second, whole or not. Counting whole seconds
    of every session took an eighth of a worker's time."""
    return any(after - at < _SECOND for at, after in zip(times, times[BURST_ABOVE:], strict=False))
