"""One visit as the page's tracker tells it: what happens becomes calls, calls become deliveries."""

from collections.abc import Callable
from datetime import datetime
from random import Random

from nesthaus.domain.appraisals import Appraisal
from nesthaus.domain.configurations import Configuration
from nesthaus.domain.events import (
    Cause,
    Delivery,
    Entry,
    Event,
    Finalisation,
    Interaction,
    Metric,
    Outcome,
    Snapshot,
    Trigger,
)
from nesthaus.domain.identifiers import Uuid7Source, instant_of
from nesthaus.seed.chance import varied
from nesthaus.seed.visitors import Visitor

_BATCH_MS = 400  # the tracker sends what is so old
_LOST = 0.0004
_LOST_ON_BAD_CONNECTIONS = 0.02
_DISCONNECTS = 0.05  # of a bad connection, per call
_WRONG_CLIENT_PRICES = 0.004
_UNANSWERED = 0.0008  # share of calls that are taken, but the page does not get to know
_UNANSWERED_ON_BAD_CONNECTIONS = 0.03

Appraise = Callable[[Configuration, datetime], Appraisal]


class Tracker:
    """Its clock is moved by `wait`; what would happen after `until_ms` does not happen any more."""

    def __init__(
        self,
        session_id: str,
        visitor: Visitor,
        *,
        until_ms: int,
        random: Random,
        ids: Uuid7Source,
        appraise: Appraise,
    ) -> None:
        self.session_id = session_id
        self.deliveries: list[Delivery] = []
        self.now_ms = visitor.began_ms
        self._visitor = visitor
        self._until_ms = until_ms
        self._random = random
        self._ids = ids
        self._appraise = appraise
        self._unsent: list[Interaction] = []
        self._send_by_ms = 0
        self._connected_again_ms = 0
        self._page = ""
        self._sequence = 0
        self._last_selection_ms = self.now_ms
        # What the time of an event says less than the truth.
        self._behind_ms = 0 if visitor.is_corrected else -visitor.clock_ahead_ms

    @property
    def is_over(self) -> bool:
        return self.now_ms > self._until_ms

    @property
    def now(self) -> datetime:
        return instant_of(self.now_ms)

    def wait(self, ms: float) -> None:
        self.now_ms += max(1, int(ms))

    def open(self, configuration: Configuration) -> None:
        visitor, device = self._visitor, self._visitor.device
        at_ms = self.now_ms - self._behind_ms
        entry = Entry(
            id=self._ids.make_at(at_ms),
            at=instant_of(at_ms),
            user_agent=device.user_agent,
            device_type=device.said_type,
            viewport_width=device.viewport_width,
            viewport_height=device.viewport_height,
            referrer=visitor.source.referrer,
            utm_source=visitor.source.utm_source,
            utm_medium=visitor.source.utm_medium,
            utm_campaign=visitor.source.utm_campaign,
            configuration=dict(configuration) or None,
        )
        self._deliver((entry,), self.now_ms)

    def load(self, path: str) -> None:
        """Another page load: the numbers of its events begin anew."""
        self._page = f"{self._random.getrandbits(72):018x}"[:8]
        self._sequence = 0
        self.track("page_view", value=path)

    def track(
        self,
        kind: str,
        category: str = "page",
        value: str | None = None,
        *,
        previous_value: str | None = None,
        quantity: int | None = None,
        square_meters: float | None = None,
        cause: Cause | None = None,
        element_id: str | None = None,
    ) -> None:
        if self.is_over:
            return
        if self._unsent and self.now_ms > self._send_by_ms:
            self.send()
        if not self._unsent:
            self._send_by_ms = self.now_ms + _BATCH_MS
        self._sequence += 1
        if self._random.random() < self._share_lost():
            return  # a gap in the numbers is all that is seen of it
        at_ms, device = self.now_ms - self._behind_ms, self._visitor.device
        interaction = Interaction(
            id=self._ids.make_at(at_ms),
            at=instant_of(at_ms),
            type=kind,
            category=category,
            element_id=element_id,
            value=value,
            previous_value=previous_value,
            quantity=quantity,
            square_meters=square_meters,
            time_spent_ms=self._time_spent_ms() if cause is Cause.USER else None,
            cause=cause,
            page=self._page,
            sequence=self._sequence,
            viewport_width=device.viewport_width,
            viewport_height=device.viewport_height,
        )
        self._unsent.append(interaction)

    def save(self, configuration: Configuration, trigger: Trigger) -> None:
        if self.is_over:
            return
        self.send()
        at_ms = self.now_ms - self._behind_ms
        at = instant_of(at_ms)
        found = self._appraise(configuration, at)
        total = found.total_price_eur
        shown = None
        if total is not None and self._random.random() < _WRONG_CLIENT_PRICES:
            shown = float(total + self._random.choice((-4_900, 490, 1_000, 12_500)))
        snapshot = Snapshot(
            id=self._ids.make_at(at_ms),
            at=at,
            configuration=dict(configuration),
            configuration_hash=found.configuration_hash,
            trigger=trigger,
            total_price_eur=total,
            completion_percentage=found.completion_percentage,
            price_list_version=found.price_list_version,
            price_error=found.price_error,
            client_price_eur=shown,
        )
        self._deliver((snapshot,), self.now_ms)

    def finalise(self, outcome: Outcome, exit_page: str, order_id: str | None = None) -> None:
        if self.is_over:
            return
        self.send()
        at_ms = self.now_ms - self._behind_ms
        finalisation = Finalisation(
            id=self._ids.make_at(at_ms),
            at=instant_of(at_ms),
            outcome=outcome,
            exit_page=exit_page,
            order_id=order_id,
        )
        self._deliver((finalisation,), self.now_ms)

    def confirm(self, order_id: str) -> None:
        """The shop's own server tells of the order, with its token."""
        if self.is_over:
            return
        at = instant_of(self.now_ms)
        finalisation = Finalisation(
            id=self._ids.make_at(self.now_ms),
            at=at,
            outcome=Outcome.CONVERTED,
            order_id=order_id,
            verified=True,
        )
        self.deliveries.append(
            Delivery(session_id=self.session_id, received_at=at, events=(finalisation,))
        )

    def measure(self, *measured: tuple[str, float, str, dict[str, object] | None]) -> None:
        """Name, value, unit and details of each."""
        if self.is_over:
            return
        at_ms = self.now_ms - self._behind_ms
        at = instant_of(at_ms)
        metrics = tuple(
            Metric(
                id=self._ids.make_at(at_ms),
                at=at,
                name=name,
                value=value,
                unit=unit,
                session_id=self.session_id,
                additional_data=details,
            )
            for name, value, unit, details in measured
        )
        self._deliver(metrics, self.now_ms, names_session=False)

    def send(self) -> None:
        """What has waited leaves."""
        if self._unsent:
            sent_ms = min(self._send_by_ms, self.now_ms)
            self._deliver(tuple(self._unsent), sent_ms)
            self._unsent = []

    def _deliver(
        self, events: tuple[Event, ...], at_ms: int, *, names_session: bool = True
    ) -> None:
        """Late where the connection is gone. Measured values name their session themselves."""
        visitor, random = self._visitor, self._random
        if visitor.loses_connection and random.random() < _DISCONNECTS:
            self._connected_again_ms = at_ms + int(varied(random, 75_000, 1.2))
        sent_ms = min(max(at_ms, self._connected_again_ms), self._until_ms)
        latency_ms = int(varied(random, visitor.device.latency_ms, 0.5))
        self._arrive(events, sent_ms, latency_ms, names_session=names_session)
        # What has no id of its own, or no session, is not sent again.
        if names_session and not isinstance(events[0], Entry) and self._stays_unanswered():
            again_ms = sent_ms + int(random.uniform(2_000, 20_000))
            if again_ms < self._until_ms:
                self._arrive(events, again_ms, latency_ms)

    def _arrive(
        self,
        events: tuple[Event, ...],
        sent_ms: int,
        latency_ms: int,
        *,
        names_session: bool = True,
    ) -> None:
        visitor = self._visitor
        self.deliveries.append(
            Delivery(
                session_id=self.session_id if names_session else None,
                received_at=instant_of(min(sent_ms + latency_ms, self._until_ms)),
                events=events,
                user_agent=visitor.device.user_agent,
                address=visitor.address,
                sent_at=instant_of(sent_ms + visitor.clock_ahead_ms),
                tracker_version=visitor.tracker_version,
            )
        )

    def _stays_unanswered(self) -> bool:
        bad = self._visitor.loses_connection
        return self._random.random() < (_UNANSWERED_ON_BAD_CONNECTIONS if bad else _UNANSWERED)

    def _share_lost(self) -> float:
        return _LOST_ON_BAD_CONNECTIONS if self._visitor.loses_connection else _LOST

    def _time_spent_ms(self) -> int:
        """Since the selection before."""
        spent_ms = self.now_ms - self._last_selection_ms
        self._last_selection_ms = self.now_ms
        return spent_ms
