"""What does a page learn about the price list in force?"""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from nesthaus.catalogue import load_catalogue
from nesthaus.catalogue.public import price_list_document
from nesthaus.domain.configurations import parse_configuration
from nesthaus.domain.pricing import PriceList, price
from tests.prices import CATALOGUE, NESTS, price_list, total

BICYCLES = load_catalogue(ZoneInfo("Europe/London"), Path(__file__).with_name("bicycles"))


def document(of: PriceList) -> dict[str, Any]:
    """As it arrives at the page."""
    return msgspec.json.decode(msgspec.json.encode(price_list_document(of)))


def categories(of: PriceList) -> dict[str, dict[str, Any]]:
    return {category["id"]: category for category in document(of)["categories"]}


def test_it_says_what_the_list_is() -> None:
    december = document(price_list("2025-12"))

    assert december["version"] == "2025-12"
    assert december["currency"] == "EUR"
    assert december["language"] == "de"
    assert december["inForceFrom"] == "2025-12-01"
    assert december["base"] == "nest"
    assert december["required"] == ["nest", "gebaeudehuelle", "innenverkleidung", "fussboden"]
    assert december["preselected"]["fussboden"] == "ohne_belag"
    assert december["monthlyRate"] == {"yearlyInterestPercent": 3.5, "months": 240}


def test_categories_and_options_are_in_order_with_names_in_two_languages() -> None:
    december = document(price_list("2025-12"))

    assert [category["id"] for category in december["categories"]][:3] == [
        "nest",
        "gebaeudehuelle",
        "innenverkleidung",
    ]
    cladding = december["categories"][1]
    assert cladding["label"] == "Gebäudehülle"
    assert cladding["labels"] == {"de": "Gebäudehülle", "en": "Cladding"}
    assert cladding["required"] is True
    assert cladding["kind"] == "choice"
    assert cladding["options"][0] == {
        "id": "trapezblech",
        "label": "Trapezblech",
        "labels": {"de": "Trapezblech", "en": "Trapezoidal sheet metal"},
        "description": "RAL 9005, 3000 x 1142 mm",
    }
    assert "limits" not in cladding


def test_a_table_gives_the_price_of_each_option_by_size() -> None:
    floors = categories(price_list("2025-12"))["fussboden"]

    assert floors["pricedBy"] == "table"
    assert floors["prices"]["parkett"] == {
        "nest80": 20531,
        "nest100": 26371,
        "nest120": 32211,
        "nest140": 38051,
        "nest160": 43891,
    }


def test_the_base_has_its_prices_under_its_own_options() -> None:
    nest = categories(price_list("2025-12"))["nest"]

    assert nest["prices"]["nest100"] == {"nest100": 254731}


def test_a_price_on_request_is_null() -> None:
    heating = categories(price_list("2025-12"))["bodenaufbau"]

    assert heating["prices"]["ohne_heizung"]["nest80"] == 0
    assert heating["prices"]["elektrische_fussbodenheizung"]["nest80"] is None


def test_quantities_and_areas_come_with_their_limits_and_prices() -> None:
    june, december = categories(price_list("2025-06")), categories(price_list("2025-12"))

    assert june["pvanlage"]["kind"] == "quantity"
    assert june["pvanlage"]["pricedBy"] == "unit"
    assert june["pvanlage"]["limits"]["nest100"] == 10
    assert june["pvanlage"]["prices"]["pv_panels"]["nest100"] == 390
    assert june["fenster"]["kind"] == "area"
    assert june["fenster"]["limits"]["nest160"] == 62
    assert december["pvanlage"]["pricedBy"] == "quantity"
    assert december["pvanlage"]["prices"]["pv_modules"]["nest80"] == {
        "1": 3934,
        "2": 6052,
        "3": 8169,
        "4": 10286,
        "8": 20572,
    }


def test_categories_priced_together_point_to_their_group() -> None:
    june = document(price_list("2025-06"))
    nest, cladding = june["categories"][:2]

    assert (nest["pricedBy"], nest["group"]) == ("group", "core")
    assert (cladding["pricedBy"], cladding["group"]) == ("group", "core")
    assert "prices" not in nest
    [core] = june["groups"]
    assert core["id"] == "core"
    assert core["labels"] == {"de": "Haus", "en": "House"}
    assert core["categories"] == ["nest", "gebaeudehuelle", "innenverkleidung", "fussboden"]
    assert core["notChosen"] == {
        "gebaeudehuelle": "trapezblech",
        "innenverkleidung": "kiefer",
        "fussboden": "parkett",
    }
    assert len(core["prices"]) == 36
    assert core["prices"][0] == {
        "options": {
            "gebaeudehuelle": "trapezblech",
            "innenverkleidung": "kiefer",
            "fussboden": "parkett",
        },
        "amounts": {
            "nest80": 155500,
            "nest100": 189100,
            "nest120": 222700,
            "nest140": 256300,
            "nest160": 289900,
        },
    }


@pytest.mark.parametrize("version", ["2025-06", "2025-08", "2025-12"])
def test_every_row_of_a_group_is_what_the_combination_costs(version: str) -> None:
    for group in document(price_list(version))["groups"]:
        has_base = "nest" in group["categories"]
        for row in group["prices"]:
            for nest in NESTS:
                base = 0 if has_base else total(version, nest=nest)
                assert total(version, nest=nest, **row["options"]) == base + (
                    row["amounts"][nest] or 0
                )


def test_what_is_not_offered_is_not_there() -> None:
    bicycles = categories(BICYCLES.lists[0])

    assert bicycles["box"]["prices"] == {"open": {"cargo": 350}, "closed": {}}
    assert bicycles["lining"]["prices"]["felt"] == {"cargo": 75}
    assert bicycles["lining"]["limits"] == {"city": 1.5, "cargo": 1.5}
    assert bicycles["batteries"]["prices"]["large"] == {"city": {}, "cargo": {"1": 600, "3": 1500}}
    assert document(BICYCLES.lists[0])["groups"][0]["prices"][2:] == [
        {"options": {"gears": "chain", "brakes": "rim"}, "amounts": {"city": 1190, "cargo": 3590}},
        {"options": {"gears": "chain", "brakes": "disc"}, "amounts": {"cargo": 3890}},
    ]


@pytest.mark.parametrize("of", CATALOGUE.lists, ids=lambda of: of.version)
def test_what_a_page_shows_at_first_can_be_priced(of: PriceList) -> None:
    preselected = document(of)["preselected"]

    assert price(parse_configuration(preselected), of).total_price_eur > 0
