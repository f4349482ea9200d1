"""Can somebody who makes something else bring his price list without touching the program?"""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from nesthaus.catalogue import load_catalogue
from nesthaus.domain.configurations import configuration_hash, parse_configuration
from nesthaus.domain.pricing import Price, PriceLine, Unpriceable, price

BICYCLES = load_catalogue(ZoneInfo("Europe/London"), Path(__file__).with_name("bicycles"))
SPRING = BICYCLES.in_force_at(datetime(2026, 3, 1, tzinfo=UTC))


def priced(**configuration: object) -> Price:
    return price(parse_configuration(configuration), SPRING)


def last_line(**configuration: object) -> PriceLine:
    return priced(**configuration).lines[-1]


def refusal(**configuration: object) -> Unpriceable:
    with pytest.raises(Unpriceable) as caught:
        priced(**configuration)
    return caught.value


def test_a_bicycle_is_priced_line_by_line() -> None:
    price = priced(
        frame="cargo",
        gears="hub",
        brakes="rim",
        lights=True,
        batteries={"value": "small", "quantity": 2},
        lining={"value": "felt", "squareMeters": 1.5},
        bells={"quantity": 20},
        box="open",
        print="small",
        ink="black",
    )

    assert price.lines == (
        PriceLine("bicycle", "Bicycle", 3990),
        PriceLine("lights", "Lights", 90),
        PriceLine("batteries", "Batteries: 400 Wh", 700),
        PriceLine("lining", "Box lining: Felt", 113),  # 112.50, half up
        PriceLine("bells", "Bells", 140),
        PriceLine("box", "Box: Open", 350),
        PriceLine("print_work", "Printing", 25),  # 12.5 % of 7 = 0.875, one square metre
    )
    assert price.total_price_eur == 5408
    assert price.completion_percentage == 100
    assert price.monthly_rate_eur == 451  # 450.67; without interest


def test_what_is_not_chosen_is_priced_as_the_list_says() -> None:
    assert priced(frame="city").total_price_eur == 1190
    assert priced(frame="city", gears="hub").total_price_eur == 1490
    assert priced(frame="cargo", brakes="disc").total_price_eur == 3890
    assert priced(frame="city").completion_percentage == 33.33
    assert priced(frame="city", brakes="rim").completion_percentage == 66.67


def test_nothing_costs_anything_without_the_base() -> None:
    assert priced(gears="hub", bells={"quantity": 99}, box="closed").total_price_eur == 0


def test_a_combination_can_be_on_request_or_not_offered() -> None:
    assert last_line(frame="cargo", gears="hub", brakes="disc").on_request

    refused = refusal(frame="city", gears="chain", brakes="disc")
    assert (refused.category, refused.option) == ("gears", "chain")
    assert refused.sentence == (
        'Option "chain" of category "gears" with "disc" of category "brakes" '
        'is not offered for "city".'
    )
    # Also where the gears are those that stand in for none.
    assert refusal(frame="city", brakes="disc").sentence == (
        'Option "disc" of category "brakes" is not offered for "city".'
    )


def test_an_option_can_be_offered_for_some_bases_or_for_none() -> None:
    assert last_line(frame="cargo", box="open").amount_eur == 350
    assert refusal(frame="city", box="open").sentence == (
        'Option "open" of category "box" is not offered for "city".'
    )
    assert refusal(frame="cargo", box="closed").option == "closed"


def test_a_table_by_quantity_can_have_gaps_requests_and_a_price_for_none() -> None:
    def batteries(frame: str, value: str, quantity: int) -> dict[str, object]:
        return {"frame": frame, "batteries": {"value": value, "quantity": quantity}}

    assert last_line(**batteries("city", "small", 0)).amount_eur == 0
    assert last_line(**batteries("cargo", "small", 3)).on_request
    assert last_line(**batteries("cargo", "large", 3)).amount_eur == 1500
    assert refusal(**batteries("cargo", "large", 2)).option == "large"
    assert refusal(**batteries("cargo", "small", 0)).option == "small"
    assert refusal(**batteries("city", "large", 1)).option == "large"
    assert "outside 0 to 1" in refusal(**batteries("city", "small", 2)).sentence


def test_an_area_can_be_on_request_not_offered_and_limited_by_a_fraction() -> None:
    def lining(frame: str, value: str, area: float) -> dict[str, object]:
        return {"frame": frame, "lining": {"value": value, "squareMeters": area}}

    assert last_line(**lining("city", "cork", 0.5)).on_request
    assert last_line(**lining("cargo", "felt", 0.1)).amount_eur == 8  # 7.50, half up
    assert refusal(**lining("city", "felt", 0.5)).sentence == (
        'Option "felt" of category "lining" is not offered for "city".'
    )
    assert refusal(**lining("cargo", "felt", 1.51)).sentence == (
        'Option "felt" of category "lining" with squareMeters 1.51 is outside 0 to 1.5 for "cargo".'
    )


def test_a_share_of_a_size_is_rounded_up_to_whole_square_metres() -> None:
    assert last_line(frame="city", print="large", ink="black").amount_eur == 90  # 2.5 -> 3
    assert last_line(frame="cargo", print="large", ink="black").amount_eur == 175  # 7 -> 7
    assert last_line(frame="city", print="small", ink="gold").on_request
    assert refusal(frame="cargo", print="small", ink="gold").category == "print"
    assert last_line(frame="cargo", print="small") == PriceLine("print_work", "Printing", 0)
    assert last_line(frame="cargo", ink="gold") == PriceLine("print_work", "Printing", 0)


def test_required_categories_are_in_the_order_of_the_catalogue() -> None:
    assert SPRING.required_categories == ("frame", "gears", "brakes")


def test_a_hash_knows_the_only_option_of_a_category() -> None:
    ticked = parse_configuration({"frame": "city", "lights": True})
    named = parse_configuration({"lights": "dynamo", "frame": "city"})

    assert configuration_hash(ticked, SPRING) == configuration_hash(named, SPRING)


def test_the_list_in_the_handbook_is_sound(tmp_path: Path) -> None:
    handbook = Path(__file__).parents[2] / "docs" / "catalogue.md"
    text = handbook.read_text(encoding="utf-8").split("```toml\n")[1].split("```")[0]
    (tmp_path / "2026-01.toml").write_text(text, encoding="utf-8")

    [handbooks] = load_catalogue(ZoneInfo("Europe/London"), tmp_path).lists

    sent = parse_configuration({"frame": "city", "gears": "hub", "bells": {"quantity": 1}})
    assert price(sent, handbooks).total_price_eur == 1497
