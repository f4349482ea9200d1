"""Do ids carry their time, and do they grow within a millisecond?"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesthaus.domain.identifiers import (
    EPOCH,
    Uuid7Source,
    digits_of,
    instant_of,
    instant_of_uuid7,
    is_uuid7,
    milliseconds_of,
    new_session_id,
)


def test_the_example_of_rfc_9562_has_its_time() -> None:
    identifier = UUID("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")

    assert is_uuid7(identifier)
    assert instant_of_uuid7(identifier) == datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)


def test_ids_of_one_millisecond_grow() -> None:
    source = Uuid7Source()
    at = datetime(2026, 6, 15, 12, 0, 0, 123000, tzinfo=UTC)

    made = [source.make(at) for _ in range(2_000)]

    assert made == sorted(made)
    assert len(set(made)) == 2_000
    assert {instant_of_uuid7(identifier) for identifier in made} == {at}


def test_more_ids_than_the_counter_holds_are_still_different() -> None:
    source = Uuid7Source()

    made = {source.make(EPOCH) for _ in range(10_000)}

    assert len(made) == 10_000
    assert all(is_uuid7(identifier) and identifier.variant for identifier in made)


@given(st.timedeltas(timedelta(), timedelta(days=2_900_000)))
def test_an_ids_time_is_cut_to_the_millisecond(age: timedelta) -> None:
    at = EPOCH + age
    identifier = Uuid7Source().make(at)

    assert timedelta() <= at - instant_of_uuid7(identifier) < timedelta(milliseconds=1)
    assert identifier.variant == "specified in RFC 4122"


@given(st.integers(0, 2**32 * 1_000) | st.integers(0, 253_402_300_799_999))
def test_milliseconds_and_instants_are_each_others_inverse(milliseconds: int) -> None:
    assert milliseconds_of(instant_of(milliseconds)) == milliseconds
    assert instant_of(milliseconds) == EPOCH + timedelta(milliseconds=milliseconds)


def test_a_time_beyond_the_year_9999_is_none() -> None:
    with pytest.raises(OverflowError):
        instant_of_uuid7(UUID("ffffffff-ffff-7000-8000-000000000000"))


def test_session_ids_sort_as_their_seconds_do() -> None:
    first = datetime(2026, 6, 15, 12, 0, 0, 999000, tzinfo=UTC)

    assert digits_of(milliseconds_of(first)) == "tgo9c0"
    ids = [new_session_id(first + timedelta(seconds=later)) for later in range(3_000)]
    assert ids == sorted(ids)
    assert {len(identifier) for identifier in ids} == {22}


def test_session_ids_of_one_second_differ() -> None:
    at = datetime(2026, 6, 15, 12, tzinfo=UTC)

    assert len({new_session_id(at) for _ in range(1_000)}) == 1_000
