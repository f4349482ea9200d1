"""What does a house cost by the third price list, where every category is a table by size?"""

import pytest

from tests.prices import NESTS, lines, price_list, priced, refusal, total

V = "2025-12"


@pytest.mark.parametrize(
    ("category", "option", "amounts"),
    [
        ("gebaeudehuelle", "trapezblech", [0, 0, 0, 0, 0]),
        ("gebaeudehuelle", "holzlattung", [24413, 28623, 32833, 37043, 41253]),
        ("gebaeudehuelle", "fassadenplatten_schwarz", [36011, 42221, 48431, 54641, 60851]),
        ("gebaeudehuelle", "fassadenplatten_weiss", [36011, 42221, 48431, 54641, 60851]),
        ("innenverkleidung", "ohne_innenverkleidung", [0, 0, 0, 0, 0]),
        ("innenverkleidung", "fichte", [23683, 27312, 31604, 35895, 40187]),
        ("innenverkleidung", "laerche", [31921, 37805, 43689, 49573, 55457]),
        ("innenverkleidung", "steirische_eiche", [38148, 45073, 51998, 58923, 65849]),
        ("fussboden", "ohne_belag", [0, 0, 0, 0, 0]),
        ("fussboden", "parkett", [20531, 26371, 32211, 38051, 43891]),
        ("fussboden", "kalkstein_kanafar", [29239, 37256, 45273, 53290, 61307]),
        ("fussboden", "schiefer_massiv", [29239, 37256, 45273, 53290, 61307]),
        ("bodenaufbau", "ohne_heizung", [0, 0, 0, 0, 0]),
        ("planungspaket", "basis", [0, 0, 0, 0, 0]),
        ("planungspaket", "plus", [4900, 4900, 4900, 4900, 4900]),
        ("planungspaket", "pro", [9600, 9600, 9600, 9600, 9600]),
        ("fundament", "enabled", [15480, 19350, 23220, 27090, 30960]),
        ("kamindurchzug", "enabled", [887, 887, 887, 887, 887]),
    ],
)
def test_each_option_has_its_price_by_size(category: str, option: str, amounts: list[int]) -> None:
    houses = [213032, 254731, 296430, 338129, 379828]
    for nest, house, amount in zip(NESTS, houses, amounts, strict=True):
        assert lines(V, **{"nest": nest, category: option}) == {"nest": house, category: amount}
        assert total(V, **{"nest": nest, category: option}) == house + amount


@pytest.mark.parametrize(
    ("material", "package", "nest80", "nest100"),
    [
        ("pvc_fenster", "light", 15107, 18884),
        ("pvc_fenster", "medium", 19357, 24196),
        ("pvc_fenster", "bright", 22235, 27794),
        ("holz", "light", 21378, 26723),
        ("holz", "medium", 26723, 33404),
        ("holz", "bright", 32068, 40085),
        ("aluminium_schwarz", "light", 28322, 35403),
        ("aluminium_schwarz", "medium", 35389, 44254),
        ("aluminium_schwarz", "bright", 42456, 53105),
    ],
)
def test_windows_have_a_price_for_the_small_sizes_and_one_on_request_above(
    material: str, package: str, nest80: int, nest100: int
) -> None:
    windows = {"fenster": material, "belichtungspaket": package}

    assert lines(V, nest="nest80", **windows)["windows"] == nest80
    assert lines(V, nest="nest100", **windows)["windows"] == nest100
    for nest in ("nest120", "nest140", "nest160"):
        line = priced(V, nest=nest, **windows).lines[-1]
        assert (line.category, line.amount_eur, line.on_request) == ("windows", 0, True)


def test_a_package_without_a_material_costs_nothing_and_so_does_the_reverse() -> None:
    for nest in NESTS:
        package = priced(V, nest=nest, belichtungspaket="bright").lines[-1]
        material = priced(V, nest=nest, fenster="holz").lines[-1]
        assert (package.category, package.amount_eur, package.on_request) == ("windows", 0, False)
        assert (material.category, material.amount_eur, material.on_request) == (
            "windows",
            0,
            False,
        )


@pytest.mark.parametrize(
    "heating", ["elektrische_fussbodenheizung", "wassergefuehrte_fussbodenheizung"]
)
def test_heating_is_on_request_and_counts_as_nothing(heating: str) -> None:
    price = priced(V, nest="nest100", bodenaufbau=heating)

    assert price.total_price_eur == 254731
    assert [(line.category, line.on_request) for line in price.lines] == [
        ("nest", False),
        ("bodenaufbau", True),
    ]


def test_what_is_not_chosen_adds_nothing() -> None:
    assert lines(V, nest="nest120") == {"nest": 296430}


@pytest.mark.parametrize("nest", NESTS)
def test_solar_modules_cost_what_the_table_says_for_their_number(nest: str) -> None:
    amounts = [
        lines(V, nest=nest, pvanlage={"quantity": quantity})["pvanlage"]
        for quantity in (1, 2, 3, 4)
    ]

    assert amounts == [3934, 6052, 8169, 10286]


def test_two_sizes_have_a_price_for_a_full_roof() -> None:
    assert lines(V, nest="nest80", pvanlage={"quantity": 8})["pvanlage"] == 20572
    assert lines(V, nest="nest160", pvanlage={"quantity": 16})["pvanlage"] == 39539


@pytest.mark.parametrize(
    ("nest", "quantity"),
    [
        ("nest80", 5),
        ("nest80", 7),
        ("nest100", 8),
        ("nest100", 10),
        ("nest120", 12),
        ("nest140", 14),
        ("nest160", 8),
        ("nest160", 15),
        ("nest80", 0),
    ],
)
def test_a_number_of_modules_without_an_entry_is_not_offered(nest: str, quantity: int) -> None:
    refused = refusal(V, nest=nest, pvanlage={"quantity": quantity})

    assert (refused.category, refused.option) == ("pvanlage", "pv_modules")
    assert refused.sentence == (
        'Option "pv_modules" of category "pvanlage" is not offered '
        f'in a quantity of {quantity} for "{nest}".'
    )


@pytest.mark.parametrize(
    ("nest", "most"),
    [("nest80", 8), ("nest100", 10), ("nest120", 12), ("nest140", 14), ("nest160", 16)],
)
def test_more_modules_than_the_roof_holds_are_outside_the_limit(nest: str, most: int) -> None:
    refused = refusal(V, nest=nest, pvanlage={"quantity": most + 1})

    assert f"is outside 0 to {most} for" in refused.sentence


@pytest.mark.parametrize(
    ("nest", "most", "dearest"),
    [
        ("nest80", 3, 12345),
        ("nest100", 4, 16460),
        ("nest120", 5, 20575),
        ("nest140", 6, 24690),
        ("nest160", 7, 28805),
    ],
)
def test_an_extra_floor_costs_by_the_piece_up_to_its_limit(
    nest: str, most: int, dearest: int
) -> None:
    assert lines(V, nest=nest, geschossdecke={"quantity": most})["geschossdecke"] == dearest
    assert lines(V, nest=nest, geschossdecke={"quantity": 0})["geschossdecke"] == 0
    assert refusal(V, nest=nest, geschossdecke={"quantity": most + 1}).category == "geschossdecke"
    assert refusal(V, nest=nest, geschossdecke={"quantity": -1}).category == "geschossdecke"
    assert refusal(V, nest=nest, geschossdecke=True).sentence == (
        'Option "geschossdecke_module" of category "geschossdecke" needs "quantity".'
    )


def test_a_whole_house_of_the_second_size() -> None:
    price = priced(
        V,
        nest="nest100",
        gebaeudehuelle="holzlattung",
        innenverkleidung="laerche",
        fussboden="parkett",
        belichtungspaket="medium",
        fenster="holz",
        bodenaufbau="ohne_heizung",
        geschossdecke={"quantity": 2},
        pvanlage={"value": "pv_modules", "quantity": 3},
        fundament=True,
        kamindurchzug="enabled",
        planungspaket="pro",
    )

    # 254,731 + 28,623 + 37,805 + 26,371 + 33,404 + 0 + 8,230 + 8,169 + 19,350 + 887 + 9,600
    assert price.total_price_eur == 427170
    assert price.completion_percentage == 100
    assert price.monthly_rate_eur == 2477
    assert [line.label for line in price.lines] == [
        "Hoam: Hoam 100",
        "Gebäudehülle: Holzlattung Lärche Natur",
        "Innenverkleidung: Lärche",
        "Fußboden: Parkett Eiche",
        "Fenster & Belichtung",
        "Bodenaufbau: Verlege dein Heizsystem selbst",
        "Geschossdecke",
        "PV-Anlage",
        "Fundament",
        "Kaminschacht",
        "Planungspakete: Planung Pro",
    ]


def test_without_a_nest_everything_costs_nothing() -> None:
    assert lines(V, pvanlage={"quantity": 5}, bodenaufbau="elektrische_fussbodenheizung") == {}
    assert total(V, geschossdecke={"quantity": 99}, fundament=True, planungspaket="pro") == 0


@pytest.mark.parametrize(
    ("category", "option"),
    [
        ("fenster", "aluminium_weiss"),
        ("innenverkleidung", "kiefer"),
        ("fussboden", "ohne_parkett"),
        ("pvanlage", "pv_panels"),
        ("fussbodenheizung", "enabled"),
        ("grundstueckscheck", "grundstueckscheck"),
    ],
)
def test_what_is_gone_is_refused(category: str, option: str) -> None:
    refused = refusal(V, **{"nest": "nest80", category: option})

    assert (refused.category, refused.option) == (category, option)


def test_the_list_names_what_could_be_chosen_then() -> None:
    december = price_list(V)

    assert december.in_force_from.isoformat() == "2025-12-01"
    assert [category.id for category in december.categories] == [
        "nest",
        "gebaeudehuelle",
        "innenverkleidung",
        "fussboden",
        "belichtungspaket",
        "fenster",
        "bodenaufbau",
        "geschossdecke",
        "pvanlage",
        "fundament",
        "kamindurchzug",
        "planungspaket",
    ]
    assert december.option_label("nest", "nest80") == "Hoam 80"
    assert december.option_label("fenster", "aluminium_schwarz") == "Aluminium Holz"
    assert december.option_label("kamindurchzug", "enabled") == "Kaminschacht-vorbereitung"
    assert december.preselected == {
        "nest": "nest80",
        "gebaeudehuelle": "trapezblech",
        "innenverkleidung": "ohne_innenverkleidung",
        "fussboden": "ohne_belag",
        "belichtungspaket": "light",
        "fenster": "pvc_fenster",
        "bodenaufbau": "ohne_heizung",
        "planungspaket": "basis",
    }
