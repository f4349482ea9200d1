"""What does a house cost by the first price list, and what does that list refuse?"""

import pytest

from tests.prices import NESTS, lines, price_list, priced, refusal, total

V = "2025-06"


def test_without_a_nest_everything_costs_nothing_and_has_no_lines() -> None:
    price = priced(V, gebaeudehuelle="holzlattung", planungspaket="pro", grundstueckscheck=True)

    assert price.total_price_eur == 0
    assert price.lines == ()
    assert price.monthly_rate_eur == 0


def test_without_a_nest_no_limit_applies_and_no_quantity_is_missed() -> None:
    assert total(V, pvanlage={"quantity": 999}) == 0
    assert total(V, pvanlage={"quantity": -1}) == 0
    assert total(V, pvanlage="pv_panels") == 0
    assert total(V, fenster={"value": "aluminium", "squareMeters": 1000.5}) == 0


def test_without_a_nest_unknown_ids_are_refused_all_the_same() -> None:
    assert refusal(V, gebaeudehuelle="gold").option == "gold"
    assert refusal(V, carport=True).category == "carport"


@pytest.mark.parametrize(
    ("nest", "base", "dearest"),
    [
        ("nest80", 155500, 207800),
        ("nest100", 189100, 251400),  # 155,500 + 33,600; 207,800 + 43,600
        ("nest120", 222700, 295000),
        ("nest140", 256300, 338600),
        ("nest160", 289900, 382200),
    ],
)
def test_each_module_more_adds_its_price(nest: str, base: int, dearest: int) -> None:
    assert total(V, nest=nest) == base
    assert dearest == total(
        V,
        nest=nest,
        gebaeudehuelle="fassadenplatten_weiss",
        innenverkleidung="steirische_eiche",
        fussboden="schiefer_massiv",
    )


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({"gebaeudehuelle": "fassadenplatten_schwarz"}, 191900),
        ({"innenverkleidung": "steirische_eiche"}, 165700),
        ({"fussboden": "kalkstein_kanafar"}, 161200),
        ({"innenverkleidung": "fichte", "fussboden": "schiefer_massiv"}, 162600),
        ({"gebaeudehuelle": "holzlattung", "fussboden": "schiefer_massiv"}, 170800),
    ],
)
def test_a_material_not_chosen_is_priced_as_the_base(chosen: dict[str, str], expected: int) -> None:
    assert lines(V, nest="nest80", **chosen) == {"core": expected}


@pytest.mark.parametrize(
    ("nest", "most"),
    [("nest80", 8), ("nest100", 10), ("nest120", 12), ("nest140", 14), ("nest160", 16)],
)
def test_as_many_panels_as_the_roof_holds(nest: str, most: int) -> None:
    assert lines(V, nest=nest, pvanlage={"quantity": most})["pvanlage"] == 390 * most
    refused = refusal(V, nest=nest, pvanlage={"quantity": most + 1})
    assert refused.sentence == (
        f'Option "pv_panels" of category "pvanlage" with quantity {most + 1} '
        f'is outside 0 to {most} for "{nest}".'
    )


def test_a_quantity_of_zero_costs_nothing_and_one_below_is_refused() -> None:
    assert lines(V, nest="nest80", pvanlage={"quantity": 0}) == {"core": 155500, "pvanlage": 0}
    assert refusal(V, nest="nest80", pvanlage={"quantity": -1}).category == "pvanlage"


@pytest.mark.parametrize("sent", ["pv_panels", True, {}, {"value": "pv_panels"}])
def test_panels_without_a_quantity_are_refused(sent: object) -> None:
    refused = refusal(V, nest="nest80", pvanlage=sent)

    assert (refused.category, refused.option) == ("pvanlage", "pv_panels")
    assert refused.sentence == 'Option "pv_panels" of category "pvanlage" needs "quantity".'


def test_windows_without_an_area_are_refused() -> None:
    refused = refusal(V, nest="nest80", fenster={"value": "fichte", "quantity": 3})

    assert refused.sentence == 'Option "fichte" of category "fenster" needs "squareMeters".'


@pytest.mark.parametrize(
    ("material", "expected"),
    [("pvc_fenster", 2800), ("fichte", 4000), ("steirische_eiche", 5500), ("aluminium", 7000)],
)
def test_windows_cost_their_square_metres(material: str, expected: int) -> None:
    fenster = {"value": material, "squareMeters": 10}

    assert lines(V, nest="nest80", fenster=fenster) == {"core": 155500, "fenster": expected}


@pytest.mark.parametrize(
    ("material", "area", "expected"),
    [
        ("pvc_fenster", 20.5, 5740),
        ("steirische_eiche", 0.01, 6),  # 5.50, half up
        ("steirische_eiche", 0.03, 17),  # 16.50; the nearest even number would be 16
        ("aluminium", 20.1, 14070),  # as a binary fraction 20.1 is a little more
        ("pvc_fenster", 20.001, 5600),  # 5,600.28
        ("pvc_fenster", 0, 0),
    ],
)
def test_an_area_is_exact_and_its_amount_rounded_half_up(
    material: str, area: float, expected: int
) -> None:
    fenster = {"value": material, "squareMeters": area}

    assert lines(V, nest="nest80", fenster=fenster)["fenster"] == expected


@pytest.mark.parametrize(
    ("nest", "most"),
    [("nest80", 46), ("nest100", 50), ("nest120", 54), ("nest140", 58), ("nest160", 62)],
)
def test_as_much_window_as_the_walls_hold(nest: str, most: int) -> None:
    def windows(area: float) -> dict[str, object]:
        return {"value": "fichte", "squareMeters": area}

    assert lines(V, nest=nest, fenster=windows(most))["fenster"] == 400 * most
    assert refusal(V, nest=nest, fenster=windows(most + 0.01)).option == "fichte"
    assert refusal(V, nest=nest, fenster=windows(-0.01)).category == "fenster"


@pytest.mark.parametrize(
    ("package", "expected"), [("basis", 8900), ("plus", 13900), ("pro", 18900)]
)
def test_planning_costs_the_same_for_every_size(package: str, expected: int) -> None:
    for nest in NESTS:
        assert lines(V, nest=nest, planungspaket=package)["planungspaket"] == expected


@pytest.mark.parametrize("sent", [True, "grundstueckscheck", {}, {"value": "grundstueckscheck"}])
def test_a_plot_check_is_ticked_in_any_spelling(sent: object) -> None:
    assert total(V, nest="nest80", grundstueckscheck=sent) == 155990


@pytest.mark.parametrize("sent", [None, False, {"value": False}])
def test_what_is_not_ticked_costs_nothing(sent: object) -> None:
    assert lines(V, nest="nest80", grundstueckscheck=sent) == {"core": 155500}


def test_a_quantity_or_area_where_none_is_asked_for_changes_nothing() -> None:
    planungspaket = {"value": "plus", "quantity": 2, "squareMeters": 7.5}

    assert lines(V, nest="nest80", planungspaket=planungspaket)["planungspaket"] == 13900


@pytest.mark.parametrize("category", ["nest", "gebaeudehuelle", "fenster", "planungspaket"])
@pytest.mark.parametrize("sent", [True, {}, {"quantity": 1}, {"squareMeters": 2.5}])
def test_a_category_of_several_options_needs_one_named(category: str, sent: object) -> None:
    refused = refusal(V, **{"nest": "nest80", category: sent})

    assert (refused.category, refused.option) == (category, None)
    assert refused.sentence == f'Category "{category}" has several options: name one.'


@pytest.mark.parametrize(
    ("category", "option"),
    [
        ("nest", "nest90"),
        ("innenverkleidung", "laerche"),
        ("innenverkleidung", "ohne_innenverkleidung"),
        ("fussboden", "ohne_belag"),
        ("fenster", "holz"),
        ("pvanlage", "pv_modules"),
        ("planungspaket", ""),
    ],
)
def test_an_option_of_another_time_or_of_none_is_refused_by_name(
    category: str, option: str
) -> None:
    refused = refusal(V, **{"nest": "nest80", category: {"value": option, "quantity": 1}})

    assert (refused.category, refused.option) == (category, option)
    assert refused.sentence == (
        f'Option "{option}" of category "{category}" is not in price list 2025-06.'
    )


def test_a_category_of_another_time_is_refused_by_name_with_its_option() -> None:
    refused = refusal(V, nest="nest80", belichtungspaket="light")

    assert (refused.category, refused.option) == ("belichtungspaket", "light")
    assert refused.sentence == (
        'Category "belichtungspaket" with option "light" is not in price list 2025-06.'
    )
    assert refusal(V, fundament=True).sentence == (
        'Category "fundament" is not in price list 2025-06.'
    )


def test_of_two_errors_the_same_is_named_in_whatever_order_they_were_sent() -> None:
    assert refusal(V, planungspaket="gold", fussboden="gold").category == "fussboden"
    assert refusal(V, fussboden="gold", planungspaket="gold").category == "fussboden"


def test_the_list_names_what_could_be_chosen_then() -> None:
    june = price_list(V)

    assert june.in_force_from.isoformat() == "2025-06-25"
    assert {category.id: [*category.option_labels] for category in june.categories} == {
        "nest": ["nest80", "nest100", "nest120", "nest140", "nest160"],
        "gebaeudehuelle": [
            "trapezblech",
            "holzlattung",
            "fassadenplatten_schwarz",
            "fassadenplatten_weiss",
        ],
        "innenverkleidung": ["kiefer", "fichte", "steirische_eiche"],
        "fussboden": ["parkett", "kalkstein_kanafar", "schiefer_massiv"],
        "fenster": ["pvc_fenster", "fichte", "steirische_eiche", "aluminium"],
        "planungspaket": ["basis", "plus", "pro"],
        "pvanlage": ["pv_panels"],
        "grundstueckscheck": ["grundstueckscheck"],
    }
    assert june.required_categories == ("nest", "gebaeudehuelle", "innenverkleidung", "fussboden")
    assert june.preselected == {"nest": "nest80", "gebaeudehuelle": "holzlattung"}
    assert june.option_label("nest", "nest80") == "Nest. 80"
    assert june.option_label("fussboden", "schiefer_massiv") == "Schiefer Massiv"
