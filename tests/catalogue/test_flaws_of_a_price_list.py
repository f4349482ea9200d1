"""Which line does a start end with when a price list is wrong?"""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from nesthaus.catalogue import CatalogueError, load_catalogue
from nesthaus.catalogue.loader import PRICE_LISTS

VIENNA = ZoneInfo("Europe/Vienna")
SOUND = """\
version = "one"
currency = "EUR"
language = "en"
in_force_from = 2026-01-15
base = "frame"
required = ["frame"]
preselected = { frame = "city" }
monthly_rate = { yearly_interest_percent = 3.5, months = 240 }

[[categories]]
id = "frame"
label = "Frame"
options = [{ id = "city", label = "City" }, { id = "cargo", label = "Cargo" }]

[[categories]]
id = "gears"
label = "Gears"
options = [{ id = "hub", label = "Hub" }, { id = "chain", label = "Chain" }]

[[categories]]
id = "lights"
label = "Lights"
kind = "checkbox"
options = [{ id = "dynamo", label = "Dynamo" }]

[[categories]]
id = "batteries"
label = "Batteries"
kind = "quantity"
maximum = { city = 1, cargo = 3 }
options = [{ id = "battery", label = "400 Wh" }]

[[categories]]
id = "print"
label = "Print"
options = [{ id = "small", label = "Small" }]

[[categories]]
id = "ink"
label = "Ink"
options = [{ id = "black", label = "Black" }]

[[rules]]
kind = "table"
group = "bicycle"
label = "Bicycle"
categories = ["frame", "gears"]
not_chosen = { gears = "chain" }
steps = { city = 0, cargo = 1 }
[rules.prices]
hub = { first = 1490, per_step = 2500 }
chain = { first = 1190, per_step = 2400 }

[[rules]]
kind = "table"
category = "lights"
prices = { dynamo = { city = 90, cargo = 95 } }

[[rules]]
kind = "by_quantity"
category = "batteries"
prices = { battery = { city = { 1 = 400 }, cargo = { 1 = 400, 2 = 700 } } }

[[rules]]
kind = "share_of_size"
group = "printing"
label = "Printing"
categories = ["print", "ink"]
sizes = { city = 2, cargo = 7 }
percent = { small = 12 }
per_square_meter = { black = 30 }
"""
LIGHTS = "prices = { dynamo = { city = 90, cargo = 95 } }"
WHOLE = "must be a whole number from 0 to 2147483647"
BATTERIES = "prices = { battery = { city = { 1 = 400 }, cargo = { 1 = 400, 2 = 700 } } }"


def line(directory: Path) -> str:
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(VIENNA, directory)
    return str(caught.value)


def line_for(directory: Path, sound: str, flawed: str) -> str:
    assert SOUND.count(sound) == 1, "the flaw must be made in one place"
    (directory / "one.toml").write_text(SOUND.replace(sound, flawed), encoding="utf-8")
    return line(directory)


def test_the_sound_list_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text(SOUND, encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not a price list", encoding="utf-8")

    catalogue = load_catalogue(VIENNA, tmp_path)

    assert [price_list.version for price_list in catalogue.lists] == ["one"]


@pytest.mark.parametrize(
    ("sound", "flawed", "expected"),
    [
        ('currency = "EUR"', 'curency = "EUR"', "curency: unknown key"),
        ('version = "one"\n', "", "version: missing"),
        ('base = "frame"', "base = 3", "base: Expected `str`, got `int`"),
        ('label = "Frame"', 'lable = "Frame"', "categories[0].lable: unknown key"),
        (
            '{ id = "hub", label = "Hub" }',
            '{ id = "hub" }',
            "categories[1].options[0].label: missing",
        ),
        (
            'id = "gears"\n',
            'id = "die Gänge"\n',
            "categories[1].id: Expected `str` matching regex '^[A-Za-z0-9_.:-]{1,100}$'",
        ),
        (
            'kind = "checkbox"',
            'kind = "tickbox"',
            "categories[2].kind: Invalid enum value 'tickbox'",
        ),
        ('kind = "by_quantity"', 'kind = "magic"', "rules[2].kind: Invalid value 'magic'"),
        (
            "in_force_from = 2026-01-15",
            'in_force_from = "soon"',
            "in_force_from: Invalid RFC3339 encoded date",
        ),
        (
            'currency = "EUR"',
            'currency = "CHF"',
            'currency: must be "EUR", not "CHF": amounts are whole euros',
        ),
        ("months = 240", "months = 0", "monthly_rate.months: Expected `int` >= 1"),
        (
            "percent = 3.5",
            "percent = nan",
            "monthly_rate.yearly_interest_percent: must be a number from 0 to 100, not NaN",
        ),
        (
            "percent = 3.5",
            'percent = "3,5"',
            "monthly_rate.yearly_interest_percent: must be a number from 0 to 100, not '3,5'",
        ),
    ],
)
def test_a_key_that_is_unknown_missing_or_of_the_wrong_kind_is_named(
    tmp_path: Path, sound: str, flawed: str, expected: str
) -> None:
    assert line_for(tmp_path, sound, flawed) == f"one.toml: {expected}"


@pytest.mark.parametrize(
    ("sound", "flawed", "expected"),
    [
        ('base = "frame"', 'base = "wheel"', 'base: "wheel" is no category of kind "choice"'),
        ('base = "frame"', 'base = "lights"', 'base: "lights" is no category of kind "choice"'),
        ('required = ["frame"]', 'required = ["bell"]', 'required: there is no category "bell"'),
        (
            'required = ["frame"]',
            'required = ["frame", "frame"]',
            'required: "frame" is there twice',
        ),
        ('required = ["frame"]', "required = []", "required: Expected `array` of length >= 1"),
        (
            'preselected = { frame = "city" }',
            'preselected = { bell = "brass" }',
            'preselected.bell: there is no category "bell"',
        ),
        (
            'preselected = { frame = "city" }',
            'preselected = { frame = "race" }',
            'preselected.frame: category "frame" has no option "race"',
        ),
        (
            'preselected = { frame = "city" }',
            'preselected = { batteries = "battery" }',
            "preselected.batteries: a quantity or an area cannot be preselected",
        ),
        ('id = "ink"', 'id = "print"', "categories.print: there are two of this id"),
        (
            'id = "ink"',
            'id = "converted"',
            "categories.converted: this id is the name of a funnel step or the end of a path",
        ),
        (
            '{ id = "chain", label',
            '{ id = "hub", label',
            "categories.gears.options.hub: there are two of this id",
        ),
        (
            '[{ id = "dynamo", label = "Dynamo" }]',
            '[{ id = "dynamo", label = "Dynamo" }, { id = "led", label = "LED" }]',
            "categories.lights.options: a check box has one option, not 2",
        ),
    ],
)
def test_a_reference_to_what_does_not_exist_and_an_id_used_twice_are_named(
    tmp_path: Path, sound: str, flawed: str, expected: str
) -> None:
    assert line_for(tmp_path, sound, flawed) == f"one.toml: {expected}"


MAXIMUM = "maximum = { city = 1, cargo = 3 }\n"


@pytest.mark.parametrize(
    ("flawed", "expected"),
    [
        ("", 'missing; a category of kind "quantity" needs a limit'),
        ('maximum = "3"\n', f"{WHOLE}, not '3'"),
        ("maximum = 2.5\n", f"{WHOLE}, not 2.5"),
        ("maximum = -1\n", f"{WHOLE}, not -1"),
    ],
)
def test_a_limit_is_there_and_a_number(tmp_path: Path, flawed: str, expected: str) -> None:
    assert line_for(tmp_path, MAXIMUM, flawed) == (
        f"one.toml: categories.batteries.maximum: {expected}"
    )


def test_a_limit_by_base_option_names_each_of_them_and_no_other(tmp_path: Path) -> None:
    assert line_for(tmp_path, MAXIMUM, "maximum = { city = 1 }\n") == (
        "one.toml: categories.batteries.maximum.cargo: missing"
    )
    assert line_for(tmp_path, MAXIMUM, "maximum = { city = 1, cargo = 3, race = 1 }\n") == (
        "one.toml: categories.batteries.maximum.race: "
        'no option of category "frame", which has city, cargo'
    )
    assert line_for(tmp_path, MAXIMUM, "maximum = { city = 1, cargo = true }\n") == (
        f"one.toml: categories.batteries.maximum.cargo: {WHOLE}, not True"
    )


def test_a_limit_is_no_part_of_a_choice(tmp_path: Path) -> None:
    assert line_for(tmp_path, 'label = "Gears"\n', 'label = "Gears"\nmaximum = 3\n') == (
        'one.toml: categories.gears.maximum: a category of kind "choice" '
        "has no quantity and no area"
    )


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        (
            "prices = { dynamo = { city = 90 } }",
            'dynamo.cargo: missing; write "not offered" where there is no price',
        ),
        (
            "prices = { dynamo = { city = 90, cargo = 95, race = 1 } }",
            'dynamo.race: no option of category "frame", which has city, cargo',
        ),
        ("prices = { }", 'dynamo: missing; write "not offered" where there is no price'),
        (
            "prices = { dynamo = 90, led = 50 }",
            'led: no option of category "lights", which has dynamo',
        ),
        (
            "prices = { dynamo = 90.5 }",
            'dynamo: must be a whole number of euros, "on request" or "not offered", not 90.5',
        ),
        (
            "prices = { dynamo = { city = -1, cargo = 95 } }",
            'dynamo.city: must be a whole number of euros, "on request" or "not offered", not -1',
        ),
        (
            "prices = { dynamo = true }",
            'dynamo: must be a whole number of euros, "on request" or "not offered", not True',
        ),
    ],
)
def test_every_cell_of_a_table_is_there_and_a_price(
    tmp_path: Path, prices: str, expected: str
) -> None:
    assert line_for(tmp_path, LIGHTS, prices) == f"one.toml: rules.lights.prices.{expected}"


@pytest.mark.parametrize(
    ("sound", "flawed", "expected"),
    [
        (
            "chain = { first = 1190, per_step = 2400 }\n",
            "",
            'rules.bicycle.prices.chain: missing; write "not offered" where there is no price',
        ),
        (
            "hub = { first = 1490, per_step = 2500 }",
            "hub = { first = 1490, step = 2500 }",
            'rules.bicycle.prices.hub.step: unknown key; known are "first" and "per_step"',
        ),
        (
            "hub = { first = 1490, per_step = 2500 }",
            "hub = { first = 1490 }",
            f"rules.bicycle.prices.hub.per_step: {WHOLE}, not None",
        ),
        (
            "hub = { first = 1490, per_step = 2500 }",
            "hub = 1490",
            "rules.bicycle.prices.hub: must be a table, not 1490",
        ),
        (
            "steps = { city = 0, cargo = 1 }",
            "steps = { city = 0 }",
            "rules.bicycle.steps.cargo: missing",
        ),
        (
            'not_chosen = { gears = "chain" }\n',
            "",
            "rules.bicycle.not_chosen.gears: missing; it is priced together with the base category",
        ),
        (
            'not_chosen = { gears = "chain" }',
            'not_chosen = { gears = "belt" }',
            'rules.bicycle.not_chosen.gears: category "gears" has no option "belt"',
        ),
        (
            'not_chosen = { gears = "chain" }',
            'not_chosen = { gears = "chain", frame = "city" }',
            "rules.bicycle.not_chosen.frame: not a category of this rule, or the base category",
        ),
        (
            'categories = ["frame", "gears"]',
            'categories = ["frame", "saddle"]',
            'rules.bicycle.categories: there is no category "saddle"',
        ),
        (
            'categories = ["frame", "gears"]',
            'categories = ["frame", "batteries"]',
            'rules.bicycle.kind: a table cannot price "batteries", which is of kind "quantity"',
        ),
        ('group = "bicycle"\n', 'group = "gears"\n', "rules.gears: a category has this id"),
        (
            'label = "Bicycle"\n',
            "",
            'rules.bicycle: a group needs a "label" and two "categories" or more',
        ),
        ('group = "bicycle"\n', "", 'rules[0]: needs a "category" or a "group"'),
        (
            'group = "printing"\n',
            'group = "bicycle"\n',
            "rules.bicycle: another group has this id",
        ),
        (
            'category = "lights"\n',
            'category = "lights"\nlabel = "Lamp"\n',
            'rules.lights: "group", "categories", "label" and "labels" do not go with "category"',
        ),
        (
            'category = "lights"\n',
            'category = "gears"\n',
            'rules.gears: category "gears" is priced already',
        ),
        (
            '[[rules]]\nkind = "table"\ncategory = "lights"\n' + LIGHTS,
            "",
            "categories.lights: no rule prices it",
        ),
        (
            "chain = { first = 1190, per_step = 2400 }",
            "chain = { first = 2147483647, per_step = 0 }",
            "rules: a total could be more than 2147483647",
        ),
    ],
)
def test_every_combination_has_a_price_and_every_category_one_rule(
    tmp_path: Path, sound: str, flawed: str, expected: str
) -> None:
    assert line_for(tmp_path, sound, flawed) == f"one.toml: {expected}"


@pytest.mark.parametrize(
    ("flawed", "expected"),
    [
        (
            "prices = { battery = { city = { 2 = 700 }, cargo = { 1 = 400 } } }",
            "prices.battery.city.2: must be a quantity from 0 to 1, the maximum of the category",
        ),
        (
            "prices = { battery = { city = { one = 400 }, cargo = { 1 = 400 } } }",
            "prices.battery.city.one: must be a quantity from 0 to 1, the maximum of the category",
        ),
        (
            "prices = { battery = { city = { 01 = 400 }, cargo = { 1 = 400 } } }",
            "prices.battery.city.01: must be a quantity from 0 to 1, the maximum of the category",
        ),
        (
            "prices = { battery = { city = { 1 = 400 } } }",
            'prices.battery.cargo: missing; write "not offered" where there is no price',
        ),
        (
            "prices = { battery = { city = 400, cargo = { 1 = 400 } } }",
            "prices.battery.city: must be a table, not 400",
        ),
        (
            BATTERIES + '\nnot_chosen = { batteries = "battery" }',
            "not_chosen: only tables know what is not chosen",
        ),
    ],
)
def test_a_table_by_quantity_stays_within_the_limit(
    tmp_path: Path, flawed: str, expected: str
) -> None:
    assert line_for(tmp_path, BATTERIES, flawed) == f"one.toml: rules.batteries.{expected}"


@pytest.mark.parametrize(
    ("sound", "flawed", "expected"),
    [
        ("percent = { small = 12 }", "percent = { tiny = 12 }", "percent.tiny: no option of"),
        (
            "percent = { small = 12 }",
            "percent = { small = -12 }",
            "percent.small: must be a number",
        ),
        ("sizes = { city = 2, cargo = 7 }", "sizes = { city = 2 }", "sizes.cargo: missing"),
        (
            "per_square_meter = { black = 30 }",
            "per_square_meter = { black = 30.5 }",
            "per_square_meter.black: must be a whole number of euros",
        ),
        (
            "per_square_meter = { black = 30 }",
            "per_square_meter = { gold = 30 }",
            'per_square_meter.gold: no option of category "ink"',
        ),
    ],
)
def test_a_share_of_a_size_knows_every_size_share_and_material(
    tmp_path: Path, sound: str, flawed: str, expected: str
) -> None:
    assert line_for(tmp_path, sound, flawed).startswith(f"one.toml: rules.printing.{expected}")


def test_a_rule_fits_the_kind_of_its_category(tmp_path: Path) -> None:
    per_unit = '[[rules]]\nkind = "per_unit"\ncategory = "lights"\n'

    assert line_for(tmp_path, '[[rules]]\nkind = "table"\ncategory = "lights"\n', per_unit) == (
        'one.toml: rules.lights.kind: its category must be of kind "quantity" or "area", '
        'not "checkbox"'
    )


def test_a_file_that_is_no_toml_is_named_with_the_place(tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text('version = "one\n', encoding="utf-8")
    assert line(tmp_path).startswith("one.toml: TOML: Illegal character")

    (tmp_path / "one.toml").write_bytes(b'version = "\xff"\n')
    assert line(tmp_path) == "one.toml: encoding: must be UTF-8"

    (tmp_path / "one.toml").unlink()
    (tmp_path / "one.toml").mkdir()
    assert line(tmp_path) == "one.toml: file: Is a directory"


def test_a_directory_without_price_lists_is_named(tmp_path: Path) -> None:
    assert line(tmp_path) == f"{tmp_path}: directory: has no price list (*.toml)"
    assert line(tmp_path / "away") == f"{tmp_path / 'away'}: directory: No such file or directory"


def test_two_files_of_one_version_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(SOUND, encoding="utf-8")
    (tmp_path / "b.toml").write_text(SOUND.replace("2026-01", "2026-02"), encoding="utf-8")

    assert line(tmp_path) == 'b.toml: version: "one" is the version of a.toml too'


@pytest.mark.parametrize("day", ["2026-01-15", "2025-01-15"])
def test_each_file_comes_into_force_later_than_the_one_before(tmp_path: Path, day: str) -> None:
    second = SOUND.replace('"one"', '"two"').replace("2026-01-15", day)
    (tmp_path / "a.toml").write_text(SOUND, encoding="utf-8")
    (tmp_path / "b.toml").write_text(second, encoding="utf-8")

    assert line(tmp_path) == (
        f"b.toml: in_force_from: {day} is not later than 2026-01-15 of a.toml, the file before"
    )


def test_the_files_of_the_package_are_named_after_their_versions() -> None:
    versions = [price_list.version for price_list in load_catalogue(VIENNA).lists]

    assert versions == ["2025-06", "2025-08", "2025-12"]
    assert sorted(path.stem for path in PRICE_LISTS.iterdir()) == versions
