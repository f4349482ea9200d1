"""What the program measures of itself: values put together by minute. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from nesthaus.domain.buckets import counts_of
from nesthaus.domain.events import Metric

MeasureName = Literal[
    # Milliseconds until a call was answered; labels: route, method, class of status.
    "api_response_time",
    # A call that was answered with 500 or above, or not at all; the same labels.
    "api_error",
    # Milliseconds that a statement took; label: its name.
    "db_query_time",
    # Milliseconds that a configuration's price took.
    "price_calc_time",
    # Megabytes (10^6 bytes) of memory that a process holds; labels: its role and name.
    "memory_usage",
    # Percent of one processor core that a process used; labels: its role and name.
    "cpu_usage",
    # Entries of the stream that are not stored yet.
    "queue_depth",
    # Seconds that the oldest of them has waited.
    "queue_age",
]

UNITS: dict[MeasureName, str] = {
    "api_response_time": "ms",
    "api_error": "errors",
    "db_query_time": "ms",
    "price_calc_time": "ms",
    "memory_usage": "MB",
    "cpu_usage": "%",
    "queue_depth": "entries",
    "queue_age": "s",
}

BOUNDS_MS = (5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000)
"""Of the histogram of response times that `/metrics` tells."""

SLOW_MS = 1_000.0
"""Calls that take longer are told one by one, besides."""


@dataclass(slots=True)
class Held:
    """Values of one minute, put together."""

    count: int = 0
    total: float = 0.0
    greatest: float | None = None
    """Of those that are not told one by one."""
    by_bucket: dict[int | None, int] = field(default_factory=dict[int | None, int])

    def add(self, ascending: Sequence[float], *, are_told: bool = False) -> None:
        """At least one value."""
        self.count += len(ascending)
        self.total += sum(ascending)
        for bucket, count in counts_of(ascending).items():
            self.by_bucket[bucket] = self.by_bucket.get(bucket, 0) + count
        if not are_told:
            greatest = ascending[-1]
            self.greatest = greatest if self.greatest is None else max(self.greatest, greatest)

    def metric(
        self,
        identifier: UUID,
        at: datetime,
        name: str,
        unit: str | None,
        data: Mapping[str, object],
    ) -> Metric:
        """`at` is the start of the minute."""
        buckets = sorted(self.by_bucket, key=lambda each: (each is not None, each or 0))
        return Metric(
            id=identifier,
            at=at,
            name=name,
            value=self.total / self.count,
            unit=unit,
            additional_data=dict(data) or None,
            count=self.count,
            greatest=self.greatest,
            buckets=tuple(buckets),
            counts=tuple(self.by_bucket[bucket] for bucket in buckets),
        )
