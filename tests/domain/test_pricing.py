"""Which price list is in force, how complete is a house, and what is it by the month?"""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nesthaus.catalogue import load_catalogue
from nesthaus.domain.configurations import parse_configuration
from nesthaus.domain.pricing import (
    MonthlyRate,
    Price,
    PriceList,
    Unpriceable,
    completion_percentage,
    price,
)
from tests.prices import CATALOGUE, price_list, priced

# The machine may be busy with other things.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize(
    ("at", "version"),
    [
        (datetime(1999, 1, 1, tzinfo=UTC), "2025-06"),
        (datetime(2025, 6, 24, 21, 59, tzinfo=UTC), "2025-06"),
        (datetime(2025, 6, 25, tzinfo=UTC), "2025-06"),
        # 28 August begins in Vienna at 22:00 UTC of the day before: summer time.
        (datetime(2025, 8, 27, 21, 59, 59, 999999, tzinfo=UTC), "2025-06"),
        (datetime(2025, 8, 27, 22, 0, tzinfo=UTC), "2025-08"),
        # 1 December begins at 23:00 UTC: winter time.
        (datetime(2025, 11, 30, 22, 59, 59, 999999, tzinfo=UTC), "2025-08"),
        (datetime(2025, 11, 30, 23, 0, tzinfo=UTC), "2025-12"),
        (datetime(2031, 1, 1, tzinfo=UTC), "2025-12"),
        (datetime(2025, 12, 1, 5, 59, tzinfo=timezone(timedelta(hours=7))), "2025-08"),
        (datetime(2025, 12, 1, 6, 0, tzinfo=timezone(timedelta(hours=7))), "2025-12"),
    ],
)
def test_a_list_is_in_force_from_midnight_of_its_first_day(at: datetime, version: str) -> None:
    assert CATALOGUE.in_force_at(at).version == version


def test_midnight_is_that_of_the_zone() -> None:
    auckland = load_catalogue(ZoneInfo("Pacific/Auckland"))  # 13 hours ahead in December

    assert auckland.in_force_at(datetime(2025, 11, 30, 10, 59, tzinfo=UTC)).version == "2025-08"
    assert auckland.in_force_at(datetime(2025, 11, 30, 11, 0, tzinfo=UTC)).version == "2025-12"


def test_a_list_is_found_by_its_version() -> None:
    assert [each.version for each in CATALOGUE.lists] == ["2025-06", "2025-08", "2025-12"]
    assert CATALOGUE.by_version("2025-08") is CATALOGUE.lists[1]
    assert CATALOGUE.by_version("2026-01") is None


def test_what_a_list_does_not_know_is_called_by_its_id() -> None:
    june = price_list("2025-06")

    assert june.label("gebaeudehuelle") == "Gebäudehülle"
    assert june.label("carport") == "carport"
    assert june.option_label("gebaeudehuelle", "trapezblech") == "Trapezblech"
    assert june.option_label("gebaeudehuelle", "gold") == "gold"
    assert june.option_label("carport", "double") == "double"


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({}, 0.0),
        ({"planungspaket": "pro"}, 0.0),
        ({"nest": "nest80"}, 25.0),
        ({"nest": "nest80", "fussboden": None, "innenverkleidung": False}, 25.0),
        ({"fussboden": "parkett", "gebaeudehuelle": "trapezblech"}, 50.0),
        ({"nest": "a", "gebaeudehuelle": "b", "innenverkleidung": "c"}, 75.0),
        ({"nest": "a", "gebaeudehuelle": "b", "innenverkleidung": "c", "fussboden": True}, 100.0),
    ],
)
def test_a_house_is_complete_when_each_required_category_is_named(
    sent: dict[str, object], expected: float
) -> None:
    assert completion_percentage(parse_configuration(sent), price_list("2025-12")) == expected


def test_a_price_tells_how_complete_its_house_is() -> None:
    assert priced("2025-06", nest="nest80").completion_percentage == 25.0
    assert priced("2025-06", fussboden="parkett").completion_percentage == 25.0


@pytest.mark.parametrize(
    ("total", "rate"),
    [(155500, 902), (165100, 958), (382200, 2217), (0, 0), (86, 0), (87, 1), (1_000_000, 5800)],
)
def test_a_house_is_paid_in_240_months_at_3_5_percent(total: int, rate: int) -> None:
    assert MonthlyRate(Decimal("3.5"), 240).of(total) == rate


@pytest.mark.parametrize(
    ("percent", "months", "total", "rate"),
    [
        ("0", 12, 5400, 450),
        ("0", 12, 5406, 451),  # 450.50, half up
        ("0", 12, 5405, 450),  # 450.42
        ("12", 1, 1000, 1010),
        ("12", 2, 10000, 5075),  # 10,000 x 0.01 x 1.0201 / 0.0201 = 5,075.12
        ("100", 600, 1200, 100),  # hardly anything but interest
    ],
)
def test_interest_is_a_twelfth_a_month_and_the_rate_half_up(
    percent: str, months: int, total: int, rate: int
) -> None:
    assert MonthlyRate(Decimal(percent), months).of(total) == rate


def test_a_price_has_its_monthly_rate() -> None:
    assert priced("2025-06", nest="nest80").monthly_rate_eur == 902
    assert priced("2025-06", nest="nest80").currency == "EUR"


def choices_of(of: PriceList) -> st.SearchStrategy[dict[str, object]]:
    """Anything that can be put together from the ids of a list; most of it within the limits."""
    return st.fixed_dictionaries(
        {},
        optional={
            category.id: st.fixed_dictionaries(
                {
                    "value": st.sampled_from([option.id for option in category.options]),
                    "quantity": st.integers(0, 4),
                    "squareMeters": st.floats(0, 50),
                }
            )
            for category in of.categories
        },
    )


def outcome(sent: dict[str, object], of: PriceList) -> Price | tuple[str, str]:
    try:
        return price(parse_configuration(sent), of)
    except Unpriceable as refused:
        return refused.category, refused.sentence


@pytest.mark.parametrize("of", CATALOGUE.lists, ids=["2025-06", "2025-08", "2025-12"])
@UNHURRIED
@given(data=st.data())
def test_the_total_is_the_sum_of_the_lines(of: PriceList, data: st.DataObject) -> None:
    sent = data.draw(choices_of(of))

    match outcome(sent, of):
        case Price() as result:
            assert result.total_price_eur == sum(line.amount_eur for line in result.lines)
            assert (result.total_price_eur > 0) == ("nest" in sent) == (len(result.lines) > 0)
            assert all(line.amount_eur == 0 for line in result.lines if line.on_request)
            assert len({line.category for line in result.lines}) == len(result.lines)
        case (category, sentence):
            # Only a number can be wrong: an area beyond a wall, modules beyond a table.
            assert category in ("fenster", "pvanlage", "geschossdecke")
            assert f'"{category}"' in sentence


@pytest.mark.parametrize("of", CATALOGUE.lists, ids=["2025-06", "2025-08", "2025-12"])
@UNHURRIED
@given(data=st.data())
def test_a_price_does_not_depend_on_the_order_of_choices(
    of: PriceList, data: st.DataObject
) -> None:
    sent = data.draw(choices_of(of))

    assert outcome(sent, of) == outcome(dict(reversed(sent.items())), of)
