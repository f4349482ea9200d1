"""What does a house cost by the second price list, with windows by a share of its size?"""

import pytest

from tests.prices import NESTS, lines, price_list, refusal, total

V = "2025-08"


@pytest.mark.parametrize(
    ("package", "areas"),
    [
        ("light", [10, 12, 15, 17, 20]),
        ("medium", [13, 16, 20, 23, 26]),
        ("bright", [18, 22, 27, 31, 36]),
    ],
)
@pytest.mark.parametrize(
    ("material", "per_square_meter"),
    [("pvc_fenster", 280), ("holz", 400), ("aluminium_schwarz", 700), ("aluminium_weiss", 700)],
)
def test_windows_cost_their_share_of_the_size(
    package: str, areas: list[int], material: str, per_square_meter: int
) -> None:
    for nest, area in zip(NESTS, areas, strict=True):
        breakdown = lines(V, nest=nest, belichtungspaket=package, fenster=material)
        assert breakdown["windows"] == area * per_square_meter


def test_without_a_material_windows_cost_280_a_square_metre() -> None:
    assert lines(V, nest="nest80", belichtungspaket="light") == {"core": 155500, "windows": 2800}
    assert lines(V, nest="nest160", belichtungspaket="bright")["windows"] == 10080  # 36 x 280


def test_a_material_without_a_package_costs_nothing() -> None:
    assert lines(V, nest="nest80", fenster="aluminium_schwarz") == {"core": 155500, "windows": 0}


def test_an_area_that_a_page_still_sends_with_its_windows_changes_nothing() -> None:
    fenster = {"value": "holz", "squareMeters": 20}

    assert lines(V, nest="nest80", belichtungspaket="light", fenster=fenster)["windows"] == 4000


@pytest.mark.parametrize(
    ("nest", "most", "dearest"),
    [
        ("nest80", 8, 9360),
        ("nest100", 10, 11700),
        ("nest120", 12, 14040),
        ("nest140", 14, 16380),
        ("nest160", 16, 18720),
    ],
)
def test_as_many_modules_as_the_roof_holds(nest: str, most: int, dearest: int) -> None:
    pvanlage = {"value": "pv_modules", "quantity": most}

    assert lines(V, nest=nest, pvanlage=pvanlage)["pvanlage"] == dearest
    assert lines(V, nest=nest, pvanlage={"quantity": 1})["pvanlage"] == 1170
    assert lines(V, nest=nest, pvanlage={"quantity": 0})["pvanlage"] == 0
    assert refusal(V, nest=nest, pvanlage={"quantity": most + 1}).option == "pv_modules"


@pytest.mark.parametrize(("package", "expected"), [("basis", 0), ("plus", 13900), ("pro", 18900)])
def test_planning_costs_the_same_for_every_size(package: str, expected: int) -> None:
    for nest in NESTS:
        assert lines(V, nest=nest, planungspaket=package)["planungspaket"] == expected


def test_the_house_costs_what_it_did_in_the_first_list() -> None:
    assert total(V, nest="nest80") == 155500
    assert total(V, nest="nest160", gebaeudehuelle="holzlattung") == 307500  # 165,100 + 4 x 35,600
    assert total(V, nest="nest100", innenverkleidung="steirische_eiche") == 201100


def test_without_a_nest_everything_costs_nothing() -> None:
    assert total(V, belichtungspaket="bright", fenster="holz", pvanlage={"quantity": 99}) == 0


@pytest.mark.parametrize(
    ("category", "option"),
    [
        ("fenster", "fichte"),
        ("fenster", "aluminium"),
        ("fenster", "steirische_eiche"),
        ("pvanlage", "pv_panels"),
        ("innenverkleidung", "laerche"),
        ("fussboden", "ohne_parkett"),
        ("grundstueckscheck", "grundstueckscheck"),
    ],
)
def test_what_is_gone_or_not_yet_there_is_refused(category: str, option: str) -> None:
    refused = refusal(V, **{"nest": "nest80", category: option})

    assert (refused.category, refused.option) == (category, option)


def test_the_list_names_what_could_be_chosen_then() -> None:
    august = price_list(V)

    assert august.in_force_from.isoformat() == "2025-08-28"
    assert [category.id for category in august.categories] == [
        "nest",
        "gebaeudehuelle",
        "innenverkleidung",
        "fussboden",
        "pvanlage",
        "fenster",
        "belichtungspaket",
        "planungspaket",
    ]
    assert [*august.categories_by_id["fenster"].option_labels.items()] == [
        ("pvc_fenster", "PVC Fenster"),
        ("holz", "Holz"),
        ("aluminium_schwarz", "Aluminium Dunkel"),
        ("aluminium_weiss", "Aluminium Hell"),
    ]
    assert august.option_label("nest", "nest80") == "Nest 80"
    assert august.option_label("fussboden", "kalkstein_kanafar") == "Steinbelag Hell"
    assert august.preselected == {
        "nest": "nest80",
        "gebaeudehuelle": "holzlattung",
        "innenverkleidung": "kiefer",
        "fussboden": "parkett",
        "belichtungspaket": "light",
        "fenster": "pvc_fenster",
        "planungspaket": "basis",
    }
