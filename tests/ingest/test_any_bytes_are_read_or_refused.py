"""Is there any body at all that makes a reader fail other than by refusing?"""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesthaus.ingest import wire
from nesthaus.ingest.documents import refuse_nul
from nesthaus.ingest.refused import Refused

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["s", "click", "nest", "all", "converted", "auto_save"]),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=12,
)
NAMES = [
    "sessionId", "event", "interaction", "events", "type", "eventType", "category", "value",
    "configuration", "conversionStatus", "metricName", "metrics", "deviceInfo", "viewport",
    "width", "occurredAt", "eventId", "timeSpent", "sequence", "consent", "sentAt",
]  # fmt: skip
OBJECTS = st.recursive(
    st.dictionaries(st.sampled_from(NAMES), JSON, max_size=6),
    lambda inner: st.dictionaries(st.sampled_from(NAMES), inner | JSON, max_size=6),
    max_leaves=4,
)
READERS = [
    wire.create_reader,
    wire.track_reader,
    wire.track_interaction_reader,
    wire.track_batch_reader,
    wire.save_configuration_reader,
    wire.finalize_reader,
    wire.price_reader,
]


def read_by_all(body: bytes) -> None:
    for reader in READERS:
        read_or_refused(lambda reader=reader: reader.read(body))
    read_or_refused(lambda: wire.read_metrics(body))
    read_or_refused(lambda: refuse_nul(body))


def read_or_refused(read: Any) -> None:
    with contextlib.suppress(Refused):
        read()


@given(st.binary(max_size=200))
def test_garbage(body: bytes) -> None:
    read_by_all(body)


@given(OBJECTS)
def test_objects_of_our_own_field_names(document: dict[str, Any]) -> None:
    read_by_all(json.dumps(document).encode())


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'{"configuration":[', b'{"event":{"x":['])
@pytest.mark.parametrize("depth", [10, 1_000, 100_000])
def test_nesting_without_end(opening: bytes, depth: int) -> None:
    read_by_all(opening * depth)
