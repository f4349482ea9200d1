"""Is every event that got a 2xx stored exactly once, whatever is killed meanwhile?

The short form: nearly each kind of fault once. The long one, with random kinds at random moments:
`python -m benchmarks.crashes`.
"""

from collections.abc import Iterator

import pytest
from benchmarks.crash_faults import FAULTS
from benchmarks.crashes import SETTINGS, run

from tests.stack import Stack

# Waits of 10 s and more; `tests/persist` has them in one process.
ELSEWHERE = {"unacknowledged", "stalled"}


@pytest.fixture
def stack() -> Iterator[Stack]:
    stack = Stack(SETTINGS)
    try:
        stack.start()
        yield stack
    finally:
        stack.close()


def test_each_kind_of_fault_under_traffic_loses_and_doubles_nothing(stack: Stack) -> None:
    kinds = [kind for kind in FAULTS if kind not in ELSEWHERE]
    assert run(stack, seed=1, kills=0, kinds=kinds) == []
