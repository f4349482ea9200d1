"""What does one session's timeline say about how it was decided?"""

from nesthaus.domain.events import Outcome, Trigger
from nesthaus.domain.insights import CategoryTime, ChangeOfMind, Insights, insights
from nesthaus.domain.journeys import Told, timeline
from tests.domain.journey_events import START, ended, happened, opened, saved, selected
from tests.prices import CATALOGUE

REQUIRED = ("nest", "gebaeudehuelle", "innenverkleidung", "fussboden")
HOUSE: dict[str, object] = {
    "nest": "nest80",
    "gebaeudehuelle": "holzlattung",
    "innenverkleidung": "kiefer",
    "fussboden": "parkett",
}


def told(*events: Told) -> Insights:
    return insights(timeline(START, events, CATALOGUE), events, REQUIRED)


def test_the_time_of_a_category_is_the_dwell_of_its_steps_and_of_saving_them() -> None:
    found = told(
        opened(0),
        selected(10, "nest", "nest80"),
        saved(10.5, {"nest": "nest80"}),
        selected(40, "gebaeudehuelle", "holzlattung"),
        happened(45, "scroll"),
        selected(60, "nest", "nest100", was="nest80"),
        ended(61, Outcome.ABANDONED),
    )
    assert found.time_per_category == (
        CategoryTime("nest", 31_000),
        CategoryTime("gebaeudehuelle", 5_000),
    )


def test_a_category_that_was_the_last_step_is_listed_without_time() -> None:
    assert told(selected(4, "nest", "nest80")).time_per_category == (CategoryTime("nest", 0),)


def test_there_and_back_again_is_a_change_of_mind() -> None:
    found = told(
        selected(1, "nest", "nest80"),
        selected(2, "nest", "nest100", was="nest80"),
        selected(3, "gebaeudehuelle", "holzlattung", was="trapezblech"),
        selected(4, "nest", "nest80", was="nest100"),
    )
    assert found.changes_of_mind == (ChangeOfMind("nest", "nest80", "nest100"),)


def test_on_to_a_third_option_is_no_change_of_mind() -> None:
    found = told(
        selected(1, "nest", "nest80"),
        selected(2, "nest", "nest100", was="nest80"),
        selected(3, "nest", "nest120", was="nest100"),
        selected(4, "nest", "nest80", was="nest120"),
    )
    assert found.changes_of_mind == ()


def test_each_return_is_told() -> None:
    found = told(
        selected(1, "nest", "nest80"),
        selected(2, "nest", "nest100", was="nest80"),
        selected(3, "nest", "nest80", was="nest100"),
        selected(4, "nest", "nest100", was="nest80"),
    )
    assert found.changes_of_mind == (
        ChangeOfMind("nest", "nest80", "nest100"),
        ChangeOfMind("nest", "nest100", "nest80"),
    )


def test_another_quantity_of_the_same_option_is_no_change_of_mind() -> None:
    found = told(
        selected(1, "pvanlage", "pv_panels", quantity=2),
        selected(2, "pvanlage", "pv_panels", was="pv_panels", quantity=4),
        selected(3, "pvanlage", "pv_panels", was="pv_panels", quantity=2),
    )
    assert found.changes_of_mind == ()


def test_another_quantity_between_two_options_hides_no_return() -> None:
    found = told(
        selected(1, "fenster", "pvc"),
        selected(2, "fenster", "holz", was="pvc", quantity=1),
        selected(3, "fenster", "holz", was="holz", quantity=2),
        selected(4, "fenster", "pvc", was="holz"),
    )
    assert found.changes_of_mind == (ChangeOfMind("fenster", "pvc", "holz"),)


def test_a_box_that_is_unticked_and_ticked_again_is_no_change_of_mind() -> None:
    found = told(
        selected(1, "grundstueckscheck", "grundstueckscheck"),
        selected(2, "grundstueckscheck", None, was="grundstueckscheck"),
        selected(3, "grundstueckscheck", "grundstueckscheck"),
    )
    assert found.changes_of_mind == ()


def test_a_category_taken_away_in_between_hides_no_return() -> None:
    found = told(
        selected(1, "nest", "nest80"),
        selected(2, "nest", "nest100", was="nest80"),
        selected(3, "nest", None, was="nest100"),
        selected(4, "nest", "nest80"),
    )
    assert found.changes_of_mind == (ChangeOfMind("nest", "nest80", "nest100"),)


def test_what_the_page_had_chosen_itself_was_not_selected() -> None:
    found = told(
        opened(0, HOUSE),
        selected(1, "nest", "nest100", was="nest80"),
        selected(2, "nest", "nest80", was="nest100"),
    )
    assert found.changes_of_mind == ()


def test_what_was_only_saved_was_not_selected() -> None:
    found = told(
        selected(1, "nest", "nest80"),
        saved(2, {"nest": "nest100"}),
        selected(3, "nest", "nest80", was="nest100"),
    )
    assert found.changes_of_mind == ()


def test_prices_are_the_first_the_highest_and_the_last_seen() -> None:
    found = told(
        opened(0),
        selected(1, "nest", "nest80"),
        selected(2, "nest", "nest160", was="nest80"),
        selected(3, "nest", "nest100", was="nest160"),
    )
    assert (found.first_price, found.highest_price, found.final_price) == (155500, 289900, 189100)


def test_a_total_of_nothing_and_a_price_nobody_could_tell_are_no_prices() -> None:
    found = told(
        opened(0),
        selected(1, "nest", "nest80"),
        selected(2, "gebaeudehuelle", "gold"),
        selected(3, "nest", None, was="nest80"),
    )
    assert (found.first_price, found.highest_price, found.final_price) == (155500, 155500, 155500)


def test_a_session_without_any_price_has_none() -> None:
    found = told(happened(1, "scroll"))
    assert (found.first_price, found.highest_price, found.final_price) == (None, None, None)


def test_the_last_step_is_the_furthest_of_the_funnel() -> None:
    nest = selected(1, "nest", "nest80")
    assert told(nest).last_step == "nest"
    assert told(happened(1, "click", "nest", value="nest80")).last_step == "started"
    assert told(selected(1, "nest", None)).last_step == "started"
    assert told(opened(0, HOUSE)).last_step == "started"
    assert told(opened(0, HOUSE), selected(1, "fussboden", "parkett")).last_step == "fussboden"
    assert told(saved(1, {"nest": "nest80"})).last_step == "nest"
    assert told(saved(1, HOUSE, completion=100.0)).last_step == "completed"
    ordered = saved(1, HOUSE, Trigger.ORDER_ATTEMPT, completion=100.0)
    assert told(ordered).last_step == "order_attempt"
    assert told(nest, ended(2, Outcome.ABANDONED)).last_step == "nest"
    assert told(nest, ended(2, Outcome.CONVERTED)).last_step == "converted"
