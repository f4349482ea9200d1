"""What is a configuration, when are two the same, and what does a selection change?"""

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nesthaus.domain.configurations import (
    Choice,
    InvalidConfiguration,
    canonical_json,
    configuration_from_json,
    configuration_from_text,
    configuration_hash,
    configuration_to_json,
    parse_configuration,
    with_selection,
)
from tests.prices import price_list

JUNE = price_list("2025-06")
DECEMBER = price_list("2025-12")

# The machine may be busy with other things.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
IDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=100)
NUMBERS = st.floats(min_value=-(2**53) + 1, max_value=2**53 - 1)
SENT = st.dictionaries(
    IDS | st.sampled_from([category.id for category in JUNE.categories]),
    IDS
    | st.none()
    | st.booleans()
    | st.fixed_dictionaries(
        {},
        optional={
            "value": IDS | st.none() | st.booleans(),
            "quantity": st.none() | st.integers(-(2**53) + 1, 2**53 - 1),
            "squareMeters": st.none() | NUMBERS | st.integers(-1000, 1000),
            "name": IDS,
        },
    ),
    max_size=50,
)


def canonical(**sent: object) -> str:
    return canonical_json(parse_configuration(sent), JUNE).decode()


def test_every_spelling_of_a_choice_is_read() -> None:
    configuration = parse_configuration(
        {
            "nest": "nest80",
            "gebaeudehuelle": {"value": "holzlattung", "name": "Holz", "price": 9600},
            "pvanlage": {"quantity": 8},
            "fenster": {"value": "fichte", "quantity": None, "squareMeters": 20},
            "grundstueckscheck": True,
        }
    )

    assert configuration == {
        "nest": Choice("nest80"),
        "gebaeudehuelle": Choice("holzlattung"),
        "pvanlage": Choice(None, 8),
        "fenster": Choice("fichte", None, 20.0),
        "grundstueckscheck": Choice(value=True),
    }


def test_null_and_false_are_left_out() -> None:
    assert parse_configuration({"a": None, "b": False, "c": {"value": False, "quantity": 2}}) == {}


def test_an_empty_object_chooses_as_true_does() -> None:
    ticked = {"fundament": Choice(value=True)}

    assert parse_configuration({"fundament": {}}) == ticked
    assert parse_configuration({"fundament": {"value": None}}) == ticked
    assert parse_configuration({"fundament": {"value": True, "quantity": None}}) == ticked


def test_a_whole_number_may_be_written_with_a_decimal_point() -> None:
    assert parse_configuration({"pvanlage": {"quantity": 3.0}}) == {"pvanlage": Choice(None, 3)}


@pytest.mark.parametrize(
    ("sent", "field", "sentence"),
    [
        (None, "", "must be an object"),
        ([], "", "must be an object"),
        ("nest80", "", "must be an object"),
        ({"nest": 80}, "nest", "must be an option id, an object, true, false or null"),
        ({"nest": ["nest80"]}, "nest", "must be an option id, an object, true, false or null"),
        ({"nest": {"value": 80}}, "nest.value", "must be an option id, true, false or null"),
        ({"nest": {"value": {}}}, "nest.value", "must be an option id, true, false or null"),
        ({"nest": "x" * 101}, "nest", "has an option id that is longer than 100 characters"),
        ({"nest": "a\0b"}, "nest", "has an option id that contains a NUL"),
        ({"nest": "\ud800"}, "nest", "has an option id that contains a lone surrogate"),
        ({"n" * 101: None}, "", "has a category id that is longer than 100 characters"),
        ({"\0": "a"}, "", "has a category id that contains a NUL"),
        ({"\udfff": "a"}, "", "has a category id that contains a lone surrogate"),
    ],
)
def test_another_shape_is_refused_with_its_place(sent: object, field: str, sentence: str) -> None:
    with pytest.raises(InvalidConfiguration) as caught:
        parse_configuration(sent)

    assert (caught.value.field, caught.value.sentence) == (field, sentence)


@pytest.mark.parametrize("sent", [2.5, "3", True, [], 2**53, -(2**53), float("nan"), float("inf")])
def test_a_quantity_is_a_whole_number(sent: object) -> None:
    with pytest.raises(InvalidConfiguration) as caught:
        parse_configuration({"pvanlage": {"quantity": sent}})

    assert caught.value.field == "pvanlage.quantity"
    assert caught.value.sentence == "must be a whole number, at most 9007199254740991"


@pytest.mark.parametrize(
    "sent", ["20", True, {}, float("nan"), float("inf"), float("-inf"), 10**400, 1e300]
)
def test_an_area_is_a_number(sent: object) -> None:
    with pytest.raises(InvalidConfiguration) as caught:
        parse_configuration({"fenster": {"value": "fichte", "squareMeters": sent}})

    assert caught.value.field == "fenster.squareMeters"
    assert caught.value.sentence == "must be a number, at most 9007199254740991"


def test_50_categories_are_enough() -> None:
    assert len(parse_configuration({f"c{number}": "a" for number in range(50)})) == 50
    with pytest.raises(InvalidConfiguration, match="must not have more than 50 categories"):
        parse_configuration({f"c{number}": None for number in range(51)})


def test_the_canonical_form_is_sorted_and_without_spaces() -> None:
    assert canonical(pvanlage={"quantity": 8}, nest="nest80", fenster=None) == (
        '{"nest":"nest80","pvanlage":{"value":"pv_panels","quantity":8}}'
    )


def test_numbers_follow_the_value_in_a_fixed_order() -> None:
    fenster = {"squareMeters": 20.0, "quantity": 2, "value": "fichte"}

    assert canonical(fenster=fenster) == (
        '{"fenster":{"value":"fichte","quantity":2,"squareMeters":20}}'
    )


@pytest.mark.parametrize(
    ("area", "written"),
    [(20, "20"), (20.0, "20"), (20.5, "20.5"), (0, "0"), (-0.0, "0"), (1e15, "1" + 15 * "0")],
)
def test_whole_areas_have_no_decimal_point(area: float, written: str) -> None:
    fenster = {"value": "fichte", "squareMeters": area}

    assert canonical(fenster=fenster) == (
        '{"fenster":{"value":"fichte","squareMeters":' + written + "}}"
    )


def test_true_becomes_the_id_of_the_only_option() -> None:
    assert canonical(grundstueckscheck=True) == '{"grundstueckscheck":"grundstueckscheck"}'
    assert canonical(grundstueckscheck={}) == '{"grundstueckscheck":"grundstueckscheck"}'
    assert canonical(pvanlage={"value": True, "quantity": 0}) == (
        '{"pvanlage":{"value":"pv_panels","quantity":0}}'
    )


def test_what_the_list_cannot_resolve_stays_as_it_was_sent() -> None:
    assert canonical(fenster=True, carport={}) == '{"carport":true,"fenster":true}'
    assert canonical(fenster={"squareMeters": 2}) == '{"fenster":{"squareMeters":2}}'
    assert canonical(nest="nest90", carport="double") == '{"carport":"double","nest":"nest90"}'


def test_ids_are_written_in_utf_8_and_sorted_by_code_point() -> None:
    sent = {"\U0001f3e0": "c", "ﬁ": "b", "Übergröße": 'a"\\', "z": "\n"}

    assert canonical(**sent) == ('{"z":"\\n","Übergröße":"a\\"\\\\","ﬁ":"b","\U0001f3e0":"c"}')


def test_the_hash_is_the_sha_256_of_the_canonical_form() -> None:
    configuration = parse_configuration(
        {
            "pvanlage": {"value": "pv_panels", "quantity": 8, "price": 3120},
            "nest": {"value": "nest80"},
            "grundstueckscheck": True,
            "fenster": {"squareMeters": 20.5, "value": "aluminium"},
            "planungspaket": None,
        }
    )

    # printf '%s' '{"fenster":{"value":"aluminium","squareMeters":20.5},"grundstueckscheck":
    # "grundstueckscheck","nest":"nest80","pvanlage":{"value":"pv_panels","quantity":8}}'
    # (in one line) | sha256sum
    assert (
        configuration_hash(configuration, JUNE)
        == "e7d63179a34a462c8e7f8b7a4f546c1b790a1475e2a2408a00bb465b0d370ce9"
    )
    assert (
        configuration_hash({}, JUNE)
        == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    )


def test_the_hash_of_a_list_that_names_no_such_category_is_another() -> None:
    ticked = parse_configuration({"grundstueckscheck": True})

    assert configuration_hash(ticked, JUNE) != configuration_hash(ticked, DECEMBER)


@UNHURRIED
@given(SENT)
def test_the_canonical_form_does_not_depend_on_the_order_of_keys(sent: dict[str, object]) -> None:
    reversed_sent = dict(reversed(sent.items()))

    assert canonical(**sent) == canonical(**reversed_sent)


@UNHURRIED
@given(SENT)
def test_the_canonical_form_of_a_stored_configuration_is_the_same(sent: dict[str, object]) -> None:
    configuration = parse_configuration(sent)
    stored = configuration_to_json(configuration)

    assert configuration_from_json(stored) == configuration
    assert configuration_from_text(msgspec.json.encode(stored)) == configuration
    assert canonical_json(configuration_from_json(stored), JUNE).decode() == canonical(**sent)


@UNHURRIED
@given(SENT)
def test_the_canonical_form_is_its_own(sent: dict[str, object]) -> None:
    once = canonical_json(parse_configuration(sent), JUNE)
    read = msgspec.json.decode(once, type=dict[str, object])

    assert canonical_json(configuration_from_json(read), JUNE) == once


def test_what_is_stored_is_what_was_sent_without_names_and_prices() -> None:
    sent = {
        "nest": {"value": "nest80", "price": 1},
        "pvanlage": {"quantity": 8},
        "fenster": {"value": "fichte", "squareMeters": 20.0},
        "grundstueckscheck": True,
        "planungspaket": None,
    }

    assert configuration_to_json(parse_configuration(sent)) == {
        "nest": "nest80",
        "pvanlage": {"quantity": 8},
        "fenster": {"value": "fichte", "squareMeters": 20},
        "grundstueckscheck": True,
    }


def test_a_selection_replaces_what_was_chosen_in_its_category() -> None:
    before = parse_configuration({"nest": "nest80", "pvanlage": {"quantity": 8}})

    after = with_selection(before, "pvanlage", "pv_panels", 3, None)
    then = with_selection(after, "fenster", "fichte", None, 20.5)

    assert then == {
        "nest": Choice("nest80"),
        "pvanlage": Choice("pv_panels", 3),
        "fenster": Choice("fichte", None, 20.5),
    }
    assert before["pvanlage"] == Choice(None, 8)


def test_a_selection_without_a_value_takes_the_category_away() -> None:
    before = parse_configuration({"nest": "nest80", "pvanlage": {"quantity": 8}})

    assert with_selection(before, "pvanlage", None, 3, None) == {"nest": Choice("nest80")}
    assert with_selection(before, "fenster", None, None, None) == before
