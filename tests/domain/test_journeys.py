"""What stood on the page at each step, and what did it cost?"""

from datetime import UTC, datetime
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesthaus.domain.configurations import Choice, Configuration
from nesthaus.domain.events import Entry, Interaction, Outcome, Snapshot, Trigger
from nesthaus.domain.journeys import Change, Step, Told, in_order, moments, timeline
from tests.domain.journey_events import START, at, ended, happened, opened, saved, selected
from tests.prices import CATALOGUE


def told(*events: Told) -> list[Step]:
    return timeline(START, events, CATALOGUE)


def prices(steps: list[Step]) -> list[int | None]:
    return [step.price for step in steps]


def test_the_price_is_right_before_and_after_each_click() -> None:
    # given a page that opens with the smallest house, and saves what was chosen a little later
    steps = told(
        opened(0, {"nest": "nest80", "gebaeudehuelle": "trapezblech"}),
        selected(5, "gebaeudehuelle", "holzlattung", was="trapezblech"),
        saved(5.4, {"nest": "nest80", "gebaeudehuelle": "holzlattung"}),
        selected(20, "nest", "nest120", was="nest80"),
        saved(20.4, {"nest": "nest120", "gebaeudehuelle": "holzlattung"}),
    )
    # then each selection changes the price at once, and its snapshot does not change it again
    assert [step.kind for step in steps] == [
        "start",
        "selection",
        "snapshot",
        "selection",
        "snapshot",
    ]
    assert prices(steps) == [155500, 165100, 165100, 236300, 236300]
    assert [step.price_delta for step in steps] == [None, 9600, 0, 71200, 0]
    assert [step.dwell_ms for step in steps] == [5000, 400, 14600, 400, None]


def test_a_selection_tells_category_from_and_to_in_the_words_of_the_catalogue() -> None:
    step = told(
        opened(0, {"nest": "nest80", "gebaeudehuelle": "trapezblech"}),
        selected(5, "gebaeudehuelle", "holzlattung", was="trapezblech"),
    )[1]
    assert (step.category, step.from_, step.to) == ("gebaeudehuelle", "trapezblech", "holzlattung")
    assert step.label.endswith(": Trapezblech → Holzlattung Lärche Natur")
    assert step.label.startswith("Gebäudehülle")
    assert step.changed == {"gebaeudehuelle": Change("trapezblech", "holzlattung")}
    assert step.configuration == {"nest": "nest80", "gebaeudehuelle": "holzlattung"}


def test_where_no_create_came_the_sessions_start_is_the_first_step() -> None:
    steps = told(selected(3, "nest", "nest80"))
    assert [(step.kind, step.at) for step in steps] == [("start", START), ("selection", at(3))]
    assert steps[0].id is None
    assert prices(steps) == [0, 155500]


def test_without_any_configuration_the_previous_values_are_what_stood_there_from_the_start() -> (
    None
):
    steps = told(
        selected(3, "gebaeudehuelle", "holzlattung", was="trapezblech"),
        selected(9, "nest", "nest100", was="nest80"),
        selected(12, "nest", "nest120", was="nest100"),
    )
    assert prices(steps) == [155500, 165100, 200700, 236300]
    assert steps[0].configuration == {"gebaeudehuelle": "trapezblech", "nest": "nest80"}


def test_a_snapshot_counts_from_its_time_on_and_later_selections_lie_over_it() -> None:
    steps = told(
        opened(0, {"nest": "nest80"}),
        saved(10, {"nest": "nest160", "gebaeudehuelle": "trapezblech"}),
        selected(20, "gebaeudehuelle", "holzlattung"),
    )
    assert prices(steps) == [155500, 289900, 307500]
    assert steps[2].from_ == "trapezblech"
    assert steps[1].changed == {
        "gebaeudehuelle": Change(None, "trapezblech"),
        "nest": Change("nest80", "nest160"),
    }


def test_two_selections_within_a_millisecond_follow_their_sequence() -> None:
    # the ids would tell them the other way round
    later = selected(5, "nest", "nest120", was="nest100", sequence=2, number=1)
    earlier = selected(5, "nest", "nest100", was="nest80", sequence=1, number=2)
    steps = told(opened(0, {"nest": "nest80"}), later, earlier)
    assert prices(steps) == [155500, 189100, 222700]
    assert [step.dwell_ms for step in steps] == [5000, 0, None]


def test_within_a_millisecond_the_page_opens_first_and_saves_last() -> None:
    snapshot = saved(0, {"nest": "nest100"}, number=1)
    selection = selected(0, "nest", "nest100", was="nest80", sequence=1, number=2)
    opening = opened(0, {"nest": "nest80"}, number=3)
    assert in_order([snapshot, selection, opening]) == [opening, selection, snapshot]


def test_events_without_a_sequence_follow_their_ids() -> None:
    second = selected(5, "nest", "nest100", number=2)
    first = selected(5, "nest", "nest80", number=1)
    assert in_order([second, first]) == [first, second]


def test_an_undo_leads_back_to_the_price_before() -> None:
    steps = told(
        opened(0, {"nest": "nest80"}),
        selected(5, "nest", "nest140", was="nest80"),
        selected(8, "nest", "nest80", was="nest140"),
    )
    assert prices(steps) == [155500, 256300, 155500]
    assert [step.price_delta for step in steps] == [None, 100800, -100800]


def test_a_check_box_is_ticked_by_its_option_and_taken_away_without_a_value() -> None:
    steps = told(
        opened(0, {"nest": "nest80"}),
        selected(5, "grundstueckscheck", "grundstueckscheck"),
        saved(6, {"nest": "nest80", "grundstueckscheck": True}),
        selected(9, "grundstueckscheck", None, was="grundstueckscheck"),
    )
    assert prices(steps) == [155500, 155990, 155990, 155500]
    # a snapshot spells the box "true", a selection by its option: that is no difference
    assert steps[2].changed == {}
    assert steps[3].changed == {"grundstueckscheck": Change("grundstueckscheck", None)}
    assert steps[1].label.endswith(": Grundstückscheck")
    assert steps[3].label.endswith(": Grundstückscheck → –")


def test_a_quantity_changes_the_price_and_the_label() -> None:
    steps = told(
        opened(0, {"nest": "nest80"}),
        selected(5, "pvanlage", "pv_panels", quantity=3),
        selected(7, "pvanlage", "pv_panels", was="pv_panels", quantity=8),
    )
    assert prices(steps) == [155500, 156670, 158620]
    three = {"value": "pv_panels", "quantity": 3}
    assert steps[2].changed == {"pvanlage": Change(three, {"value": "pv_panels", "quantity": 8})}
    assert steps[2].label == "PV-Anlage: Photovoltaik-Panels × 3 → Photovoltaik-Panels × 8"


def test_an_area_is_priced_and_told_in_square_metres() -> None:
    steps = told(
        opened(0, {"nest": "nest80"}), selected(5, "fenster", "pvc_fenster", square_meters=20.0)
    )
    assert prices(steps) == [155500, 161100]
    assert steps[1].label.endswith(": PVC Fenster 20 m²")


def test_a_price_list_that_comes_into_force_meanwhile_prices_what_follows() -> None:
    # The list of December is in force from midnight in Vienna, 23:00 UTC.
    before = datetime(2025, 11, 30, 22, 59, 59, tzinfo=UTC)
    after = datetime(2025, 11, 30, 23, 0, 0, tzinfo=UTC)
    shown = opened(0, {"nest": "nest80", "gebaeudehuelle": "holzlattung"}).configuration
    steps = timeline(
        before,
        [
            Entry(id=UUID(int=1), at=before, configuration=shown),
            Interaction(id=UUID(int=2), at=after, type="scroll"),
        ],
        CATALOGUE,
    )
    assert prices(steps) == [165100, 237445]
    assert steps[1].price_delta == 72345
    assert steps[1].changed == {}


def test_what_cannot_be_priced_has_no_price_and_the_way_goes_on() -> None:
    steps = told(
        opened(0, {"nest": "nest80"}),
        selected(5, "gebaeudehuelle", "gold", was=None),
        happened(6, "scroll"),
        selected(9, "gebaeudehuelle", "holzlattung", was="gold"),
        selected(12, "nest", "nest120", was="nest80"),
    )
    assert prices(steps) == [155500, None, None, 165100, 236300]
    assert [step.price_delta for step in steps] == [None, None, None, None, 71200]
    assert steps[3].label.endswith(": gold → Holzlattung Lärche Natur")


def test_a_house_without_its_base_costs_nothing_yet() -> None:
    steps = told(opened(0, {}), selected(5, "gebaeudehuelle", "holzlattung"))
    assert prices(steps) == [0, 0]
    assert steps[1].price_delta == 0


def test_what_is_no_selection_changes_nothing() -> None:
    steps = told(
        opened(0, {"nest": "nest80"}),
        happened(2, "hover", "gebaeudehuelle", value="holzlattung"),
        happened(3, "page_view", value="/demo"),
        happened(4, "click", element_id="save"),
    )
    assert prices(steps) == [155500, 155500, 155500, 155500]
    assert [step.price_delta for step in steps] == [None, 0, 0, 0]
    assert [(step.from_, step.to) for step in steps[1:]] == [(None, None)] * 3
    assert steps[1].label.endswith(", Holzlattung Lärche Natur")
    assert [step.label for step in steps[2:]] == ["page_view: /demo", "click: save"]


def test_the_end_of_a_session_is_a_step() -> None:
    steps = told(
        opened(0, {"nest": "nest80"}),
        ended(8, Outcome.ABANDONED),
        ended(9, Outcome.CONVERTED),
    )
    assert [step.kind for step in steps] == ["start", "abandoned", "converted"]
    assert [step.dwell_ms for step in steps] == [8000, 1000, None]


def test_a_conversion_after_the_session_was_over_is_a_step_that_prices_nothing_again() -> None:
    # 200 days later another list is in force
    conversion = ended(200 * 86400, Outcome.CONVERTED, number=77)
    steps = timeline(
        START, [opened(0, {"nest": "nest80"}), conversion], CATALOGUE, over={conversion.id}
    )
    assert prices(steps) == [155500, 155500]


def test_a_snapshot_carries_the_category_of_the_step_it_follows_and_its_trigger() -> None:
    steps = told(
        selected(1, "nest", "nest80"),
        saved(2, {"nest": "nest80"}),
        saved(3, {"nest": "nest80"}, Trigger.PAGE_EXIT),
        happened(4, "scroll"),
        saved(5, {"nest": "nest80"}, Trigger.ORDER_ATTEMPT),
    )
    assert [step.category for step in steps] == [None, "nest", "nest", "nest", None, None]
    assert [step.trigger for step in steps] == [
        None,
        None,
        "auto_save",
        "page_exit",
        None,
        "order_attempt",
    ]


@pytest.mark.parametrize("late_opening", [5, 0])
def test_what_a_page_opened_with_never_goes_over_what_was_saved(late_opening: float) -> None:
    steps = told(saved(0, {"nest": "nest120"}), opened(late_opening, {"nest": "nest80"}))
    assert steps[-1].price == 222700


# --- the definition, word by word, computed anew for each moment -------------------------------

CATEGORIES = ("nest", "gebaeudehuelle", "pvanlage")
OPTIONS = ("a", "b", "c")
_configurations = st.dictionaries(st.sampled_from(CATEGORIES), st.sampled_from(OPTIONS))
_selections = st.builds(
    selected,
    st.integers(0, 6),
    st.sampled_from(CATEGORIES),
    st.sampled_from([*OPTIONS, None]),
    was=st.sampled_from([*OPTIONS, None]),
    quantity=st.sampled_from([None, 2]),
    sequence=st.none() | st.integers(1, 5),
    number=st.integers(1, 10**6),
)
_snapshots = st.builds(saved, st.integers(0, 6), _configurations, number=st.integers(1, 10**6))
_openings = st.builds(
    opened, st.integers(0, 6), st.none() | _configurations, number=st.integers(1, 10**6)
)


def configuration_at(ordered: list[Told], position: int) -> Configuration:
    until_then = ordered[: position + 1]
    snapshots = [n for n, event in enumerate(until_then) if isinstance(event, Snapshot)]
    openings = [
        n
        for n, event in enumerate(until_then)
        if isinstance(event, Entry) and event.configuration is not None
    ]
    bases = snapshots or openings
    if bases:
        base = until_then[bases[-1]]
        assert isinstance(base, (Snapshot, Entry))
        configuration, later = {**(base.configuration or {})}, until_then[bases[-1] + 1 :]
    else:
        configuration, later = dict[str, Choice](), until_then
        for event in reversed(ordered):
            if isinstance(event, Interaction) and event.category:
                configuration.pop(event.category, None)
                if event.previous_value:
                    configuration[event.category] = Choice(event.previous_value)
    for event in later:
        if isinstance(event, Interaction) and event.category:
            configuration.pop(event.category, None)
            if event.value is not None:
                configuration[event.category] = Choice(event.value, event.quantity)
    return configuration


@given(
    selections=st.lists(_selections, max_size=12),
    snapshots=st.lists(_snapshots, max_size=3),
    openings=st.lists(_openings, max_size=1),
)
def test_the_configuration_at_each_moment_is_the_one_of_the_definition(
    selections: list[Interaction], snapshots: list[Snapshot], openings: list[Entry]
) -> None:
    events: list[Told] = [*selections, *snapshots, *openings]
    ordered = in_order(events)
    expected = [configuration_at(ordered, position) for position in range(len(ordered))]
    assert [moment.configuration for moment in moments(events)] == expected


@given(events=st.lists(_selections | _snapshots, max_size=12), chance=st.randoms())
def test_the_order_of_arrival_changes_nothing(events: list[Told], chance: Random) -> None:
    distinct = list({event.id: event for event in events}.values())
    shuffled = distinct.copy()
    chance.shuffle(shuffled)
    assert list(moments(shuffled)) == list(moments(distinct))


def test_no_more_categories_are_laid_over_than_a_configuration_may_have() -> None:
    """Else what is told of a session would grow with the square of its events."""
    named = [selected(number, f"c{number:02}", "a") for number in range(60)]
    steps = told(opened(0, {}), *named, selected(60, "c07", "b"), selected(61, "c59", "b"))
    last = steps[-1].configuration
    assert list(last) == [f"c{number:02}" for number in range(50)]
    assert (last["c07"], steps[-2].changed) == ("b", {"c07": Change("a", "b")})
    assert steps[-1].changed == {}
