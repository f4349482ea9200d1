"""How far did a session come?"""

import pytest

from nesthaus.domain.funnels import Progress, chosen_categories, furthest_step

REQUIRED = ("nest", "gebaeudehuelle", "innenverkleidung", "fussboden")


def progress(
    *named: str,
    preset: tuple[str, ...] = (),
    completed: bool = False,
    order_attempted: bool = False,
    converted: bool = False,
) -> Progress:
    return Progress(named, preset, completed, order_attempted, converted)


def test_a_session_that_names_nothing_has_started() -> None:
    assert furthest_step(REQUIRED, progress()) == "started"


@pytest.mark.parametrize(
    ("named", "furthest"),
    [
        (("nest",), "nest"),
        (("nest", "gebaeudehuelle"), "gebaeudehuelle"),
        (("nest", "gebaeudehuelle", "innenverkleidung"), "innenverkleidung"),
        (REQUIRED, "fussboden"),
    ],
)
def test_each_required_category_is_a_step(named: tuple[str, ...], furthest: str) -> None:
    assert furthest_step(REQUIRED, progress(*named)) == furthest


def test_a_step_counts_only_with_every_step_before_it() -> None:
    assert furthest_step(REQUIRED, progress("gebaeudehuelle", "fussboden")) == "started"
    assert furthest_step(REQUIRED, progress("nest", "innenverkleidung")) == "nest"


def test_categories_that_are_not_required_are_no_steps() -> None:
    assert furthest_step(REQUIRED, progress("nest", "pvanlage")) == "nest"


def test_a_preset_category_is_chosen_once_a_later_one_was_named() -> None:
    went_past = progress("innenverkleidung", preset=("nest", "gebaeudehuelle", "fussboden"))
    assert chosen_categories(REQUIRED, went_past) == {"nest", "gebaeudehuelle", "innenverkleidung"}
    assert furthest_step(REQUIRED, went_past) == "innenverkleidung"


def test_a_page_that_shows_a_whole_house_is_no_progress() -> None:
    assert furthest_step(REQUIRED, progress(preset=REQUIRED)) == "started"


def test_a_preset_category_is_not_chosen_by_one_before_it_or_one_that_is_not_required() -> None:
    looked = progress("nest", "pvanlage", preset=("gebaeudehuelle",))
    assert furthest_step(REQUIRED, looked) == "nest"


def test_completed_and_order_attempt_follow_the_last_category() -> None:
    assert furthest_step(REQUIRED, progress(*REQUIRED, completed=True)) == "completed"
    ordered = progress(*REQUIRED, completed=True, order_attempted=True)
    assert furthest_step(REQUIRED, ordered) == "order_attempt"


def test_an_order_attempt_without_a_complete_house_is_not_reached() -> None:
    assert furthest_step(REQUIRED, progress(*REQUIRED, order_attempted=True)) == "fussboden"


def test_a_conversion_implies_every_step() -> None:
    assert furthest_step(REQUIRED, progress(converted=True)) == "converted"
