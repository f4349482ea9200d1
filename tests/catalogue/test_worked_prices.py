"""Do the worked prices come out, line by line?"""

from pathlib import Path
from typing import TypedDict

import msgspec
import pytest

from tests.prices import lines, total


class Case(TypedDict):
    id: str
    priceList: str
    configuration: dict[str, object]
    totalPrice: int
    breakdown: dict[str, int]


CASES = msgspec.json.decode(
    Path(__file__).with_name("price_cases.json").read_bytes(), type=list[Case]
)


def test_there_are_21_worked_prices_of_three_price_lists() -> None:
    assert len(CASES) == 21
    assert {case["priceList"] for case in CASES} == {"2025-06", "2025-08", "2025-12"}


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_the_total_and_every_line_are_as_worked(case: Case) -> None:
    configuration = case["configuration"]

    assert total(case["priceList"], **configuration) == case["totalPrice"]
    assert lines(case["priceList"], **configuration) == case["breakdown"]
