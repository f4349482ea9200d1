"""What do a session's raw rows say of its way: with literal numbers, definition by definition."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from nesthaus.db.pool import Pool
from tests.figures.counting import session_figures
from tests.report.rows import (
    entry,
    finalisation,
    insert,
    interaction,
    selection,
    session,
    snapshot,
)

START = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
UNDER_THE_FIRST_LIST = datetime(2025, 7, 1, 12, 0, tzinfo=UTC)
Rows = list[dict[str, object]]
HOUSE: dict[str, object] = {
    "nest": "nest80",
    "gebaeudehuelle": "holzlattung",
    "innenverkleidung": "fichte",
    "fussboden": "parkett",
}


def at(seconds: float, start: datetime = START) -> datetime:
    return start + timedelta(seconds=seconds)


def chose(seconds: float, category: str, option: str | None, **more: object) -> dict[str, object]:
    return selection("anna", at(seconds), category, option, **more)


def saved(seconds: float, configuration: dict[str, object], **more: object) -> dict[str, object]:
    return snapshot("anna", at(seconds), configuration, **more)


async def told(
    db: Pool,
    *,
    interactions: Rows = [],  # noqa: B006
    snapshots: Rows = [],  # noqa: B006
    entries: Rows = [],  # noqa: B006
    finalisations: Rows = [],  # noqa: B006
    duplicates: Rows = [],  # noqa: B006
    start: datetime = START,
    **columns: object,
) -> dict[str, Any]:
    """The figures of a session with these rows."""
    lasting = {"last_activity": at(86_400, start)} | columns
    await insert(db, "user_sessions", session("anna", start, **lasting))
    await insert(db, "session_entries", *entries)
    await insert(db, "interaction_events", *interactions)
    await insert(db, "configuration_snapshots", *snapshots)
    await insert(db, "session_finalisations", *finalisations)
    await insert(db, "duplicate_events", *duplicates)
    async with db.connection() as connection:
        return (await session_figures(connection))["anna"]


async def test_a_session_that_did_nothing_has_figures_too(db: Pool) -> None:
    assert await told(db) == {
        "start_time": START,
        "furthest_step": "started",
        "bounce": True,
        "path": [],
        "decisions": {},
        "changes": [],
        "selected_categories": [],
        "selected_options": [],
        "selections": [],
        "selection_ms": [],
        "timed_selections": [],
        "expected": 0,
        "received": 0,
        "late": 0,
        "over": 0,
        "duplicates": 0,
        "price_mismatches": 0,
    }


@pytest.mark.parametrize(
    ("chosen", "step"),
    [
        ([], "started"),
        (["gebaeudehuelle"], "started"),
        (["nest", "innenverkleidung"], "nest"),
        (["gebaeudehuelle", "nest"], "gebaeudehuelle"),
        (["nest", "gebaeudehuelle", "innenverkleidung", "fussboden", "fenster"], "fussboden"),
    ],
)
async def test_a_step_is_reached_with_every_step_before_it(
    db: Pool, chosen: list[str], step: str
) -> None:
    rows = [chose(number, category, "any") for number, category in enumerate(chosen)]
    assert (await told(db, interactions=rows))["furthest_step"] == step


async def test_a_selection_that_takes_its_category_away_chooses_nothing(db: Pool) -> None:
    rows = [chose(1, "nest", None, previous_value="nest80")]
    assert (await told(db, interactions=rows))["furthest_step"] == "started"


async def test_a_snapshot_names_what_it_has(db: Pool) -> None:
    rows = [saved(1, {"nest": "nest80", "gebaeudehuelle": "holzlattung"}), saved(2, {})]
    assert (await told(db, snapshots=rows))["furthest_step"] == "gebaeudehuelle"


async def test_what_the_page_opened_with_counts_once_a_later_category_is_named(db: Pool) -> None:
    figures = await told(
        db,
        entries=[entry("anna", START, HOUSE)],
        interactions=[chose(1, "innenverkleidung", "fichte")],
    )
    assert figures["furthest_step"] == "innenverkleidung"


async def test_what_the_page_opened_with_alone_chooses_nothing(db: Pool) -> None:
    figures = await told(
        db, entries=[entry("anna", START, HOUSE)], interactions=[chose(1, "nest", "nest80")]
    )
    assert figures["furthest_step"] == "nest"


@pytest.mark.parametrize(
    ("completion", "trigger", "step"),
    [
        (100, "auto_save", "completed"),
        (100, "order_attempt", "order_attempt"),
        (75, "order_attempt", "fussboden"),
        (None, "order_attempt", "fussboden"),
    ],
)
async def test_an_order_is_attempted_after_all_is_chosen(
    db: Pool, completion: float | None, trigger: str, step: str
) -> None:
    rows = [saved(1, HOUSE, completion_percentage=completion, trigger_event=trigger)]
    assert (await told(db, snapshots=rows))["furthest_step"] == step


async def test_a_conversion_implies_all_steps(db: Pool) -> None:
    assert (await told(db, converted_at=at(5)))["furthest_step"] == "converted"


@pytest.mark.parametrize(
    ("kinds", "bounce"),
    [
        (["click"], True),
        (["click", "hover", "scroll", "scroll"], True),
        (["click", "page_view"], False),
    ],
)
async def test_a_bounce_has_fewer_than_two_interactions_other_than_hover_and_scroll(
    db: Pool, kinds: list[str], *, bounce: bool
) -> None:
    rows = [interaction("anna", at(number), kind) for number, kind in enumerate(kinds)]
    assert (await told(db, interactions=rows))["bounce"] is bounce


async def test_a_path_has_the_categories_one_after_another(db: Pool) -> None:
    rows = [
        chose(1, "nest", "nest80"),
        chose(2, "nest", "nest100"),
        chose(3, "fussboden", None),
        chose(4, "nest", "nest80"),
    ]
    assert (await told(db, interactions=rows))["path"] == ["nest", "fussboden", "nest"]


async def test_within_a_millisecond_the_sequence_decides_and_none_is_last(db: Pool) -> None:
    rows = [
        chose(1, "fussboden", "parkett"),
        chose(1, "nest", "nest80", sequence=2),
        chose(1, "gebaeudehuelle", "holzlattung", sequence=10),
    ]
    path = (await told(db, interactions=rows))["path"]
    assert path == ["nest", "gebaeudehuelle", "fussboden"]


async def test_a_decision_lasts_from_the_stay_before_it_to_its_last_selection(db: Pool) -> None:
    rows = [
        chose(10, "nest", "nest80"),
        chose(15, "nest", "nest100"),
        chose(40, "gebaeudehuelle", "holzlattung"),
        chose(100, "nest", "nest80"),
        chose(130, "fussboden", "parkett"),
    ]
    decisions = (await told(db, interactions=rows))["decisions"]
    assert decisions == {"nest": 15_000, "gebaeudehuelle": 30_000, "fussboden": 30_000}


@pytest.mark.parametrize(
    ("pause_s", "took_ms"), [(300, 350_000), (300.001, 50_000), (3_000, 50_000)]
)
async def test_a_pause_of_more_than_5_minutes_between_interactions_is_no_decision(
    db: Pool, pause_s: float, took_ms: int
) -> None:
    rows = [
        chose(10, "nest", "nest80"),
        interaction("anna", at(30), "scroll"),
        interaction("anna", at(30 + pause_s), "scroll"),
        chose(60 + pause_s, "fussboden", "parkett"),
    ]
    decisions = (await told(db, interactions=rows))["decisions"]
    assert decisions == {"nest": 10_000, "fussboden": took_ms}


async def test_the_wait_before_the_first_interaction_is_no_pause_between_two(db: Pool) -> None:
    decisions = (await told(db, interactions=[chose(400, "nest", "nest80")]))["decisions"]
    assert decisions == {"nest": 400_000}


def change(
    option: str, final: str | None, *, returned: bool = False, category: str = "nest"
) -> dict[str, object]:
    return {
        "category": category,
        "option": option,
        "final": final,
        "abandoned": option != final,
        "returned": returned,
    }


async def test_an_option_is_abandoned_for_the_one_that_stands_at_the_end(db: Pool) -> None:
    rows = [chose(1, "nest", "nest80"), chose(2, "nest", "nest100")]
    assert (await told(db, interactions=rows))["changes"] == [change("nest80", "nest100")]


async def test_an_option_that_stands_at_the_end_is_no_change_of_mind(db: Pool) -> None:
    rows = [chose(1, "nest", "nest80"), chose(2, "nest", "nest80")]
    assert (await told(db, interactions=rows))["changes"] == []


async def test_an_option_may_be_abandoned_for_none(db: Pool) -> None:
    rows = [chose(1, "nest", "nest80"), chose(2, "nest", None)]
    assert (await told(db, interactions=rows))["changes"] == [change("nest80", None)]


async def test_what_is_saved_later_stands_at_the_end(db: Pool) -> None:
    figures = await told(
        db,
        interactions=[
            chose(1, "nest", "nest80", sequence=1),
            chose(1, "fussboden", "parkett", sequence=2),
        ],
        snapshots=[saved(1, {"nest": "nest100"})],
        entries=[entry("anna", START, HOUSE)],
    )
    assert figures["changes"] == [
        change("parkett", None, category="fussboden"),
        change("nest80", "nest100"),
    ]


async def test_what_the_page_opened_with_later_stands_at_the_end_unless_it_was_saved(
    db: Pool,
) -> None:
    figures = await told(
        db,
        interactions=[chose(1, "nest", "nest100")],
        entries=[entry("anna", at(2), HOUSE), entry("anna", at(3), {"nest": "nest120"})],
    )
    assert figures["changes"] == [change("nest100", "nest80")]


async def test_a_selection_after_the_latest_snapshot_stands(db: Pool) -> None:
    figures = await told(
        db,
        interactions=[chose(3, "nest", "nest80")],
        snapshots=[saved(2, {"nest": "nest100"})],
    )
    assert figures["changes"] == []


@pytest.mark.parametrize("choice", [True, {"quantity": 4}, {"value": True, "quantity": 4}])
@pytest.mark.parametrize(
    ("start", "option"), [(UNDER_THE_FIRST_LIST, "pv_panels"), (START, "pv_modules")]
)
async def test_a_ticked_box_means_the_only_option_of_the_list_of_its_time(
    db: Pool, choice: object, start: datetime, option: str
) -> None:
    rows = [selection("anna", at(1, start), "pvanlage", option)]
    kept = [snapshot("anna", at(2, start), {"pvanlage": choice})]
    changes = (await told(db, interactions=rows, snapshots=kept, start=start))["changes"]
    assert changes == []


@pytest.mark.parametrize(
    ("options", "returned"),
    [
        (["nest80", "nest100", "nest80"], ["nest80"]),
        (["nest80", "nest80", "nest100"], []),
        (["nest80", "nest100", "nest120", "nest80"], []),
        (["nest80", None, "nest80"], []),
        (["nest80", "nest100", None, "nest80"], ["nest80"]),
        (["nest80", "nest100", "nest100", "nest80"], ["nest80"]),
        (["nest80", "nest100", "nest80", "nest100"], ["nest100", "nest80"]),
    ],
)
async def test_a_return_is_there_and_back_again(
    db: Pool, options: list[str | None], returned: list[str]
) -> None:
    rows = [chose(number, "nest", option) for number, option in enumerate(options)]
    changes = (await told(db, interactions=rows))["changes"]
    assert [each["option"] for each in changes if each["returned"]] == returned


async def test_a_return_to_what_the_first_selection_replaced_is_none(db: Pool) -> None:
    rows = [
        chose(1, "nest", "nest100", previous_value="nest80"),
        chose(2, "nest", "nest80", previous_value="nest100"),
    ]
    changes = (await told(db, interactions=rows))["changes"]
    assert changes == [change("nest100", "nest80")]


async def test_a_return_to_what_the_page_opened_with_is_none(db: Pool) -> None:
    figures = await told(
        db,
        entries=[entry("anna", START, HOUSE)],
        interactions=[chose(1, "nest", "nest100"), chose(2, "nest", "nest80")],
    )
    assert figures["changes"] == [change("nest100", "nest80")]


async def test_a_page_load_was_to_send_as_many_events_as_its_highest_number(db: Pool) -> None:
    rows = [
        interaction("anna", at(1), "click", page="one", sequence=2),
        interaction("anna", at(2), "click", page="one", sequence=5),
        interaction("anna", at(3), "click", page="one", sequence=5),
        interaction("anna", at(4), "click", page="two", sequence=1),
        interaction("anna", at(5), "click", page="three"),
        interaction("anna", at(6), "click", sequence=9),
    ]
    figures = await told(db, interactions=rows)
    assert (figures["expected"], figures["received"]) == (6, 3)


async def test_no_number_a_page_sends_is_too_great(db: Pool) -> None:
    rows = [
        interaction("anna", at(1), "click", page=page, sequence=2_147_483_647)
        for page in ("one", "two")
    ]
    assert (await told(db, interactions=rows))["expected"] == 2_147_483_647


async def test_late_is_what_came_more_than_a_minute_after_its_time(db: Pool) -> None:
    ended = finalisation("anna", at(9), "abandoned", received_at=at(80))
    figures = await told(
        db,
        interactions=[
            interaction("anna", at(1), "click", received_at=at(61)),
            interaction("anna", at(2), "click", received_at=at(62.001)),
        ],
        # What a finalisation brought is part of it.
        snapshots=[
            saved(9, HOUSE, received_at=at(80), id=ended["id"]),
            saved(3, HOUSE, received_at=at(80)),
        ],
        finalisations=[ended],
    )
    assert figures["late"] == 3


async def test_what_is_over_counts_as_over_alone(db: Pool) -> None:
    afterwards = at(7 * 86_400 + 100)
    gone = selection("anna", afterwards, "nest", "nest80", over=True, page="p", sequence=9)
    late: dict[str, object] = {"over": True, "received_at": afterwards + timedelta(hours=1)}
    figures = await told(
        db,
        latest_seen=afterwards,
        entries=[
            entry("anna", afterwards, HOUSE, **late),
            entry("anna", afterwards, implied=True, over=True),
        ],
        interactions=[gone],
        snapshots=[snapshot("anna", afterwards, HOUSE, client_price=1, total_price=9, **late)],
        finalisations=[finalisation("anna", afterwards, "abandoned", **late)],
        duplicates=[{"session_id": "anna", "id": gone["id"], "received_at": afterwards, "copy": 0}],
    )
    assert figures["over"] == 4
    counted = ("expected", "received", "late", "duplicates", "price_mismatches")
    assert [figures[name] for name in counted] == [0, 0, 0, 0, 0]
    assert (figures["furthest_step"], figures["path"], figures["bounce"]) == ("started", [], True)


async def test_each_copy_is_a_duplicate(db: Pool) -> None:
    identifier = uuid4()
    rows: Rows = [
        {"session_id": "anna", "id": identifier, "received_at": at(5), "copy": copy}
        for copy in (0, 1)
    ]
    assert (await told(db, duplicates=rows))["duplicates"] == 2


async def test_a_price_that_differs_by_a_euro_is_a_mismatch(db: Pool) -> None:
    rows = [
        saved(1, HOUSE, total_price=200_000, client_price=200_000.5),
        saved(2, HOUSE, total_price=200_000, client_price=199_999),
        saved(3, HOUSE, total_price=200_000, client_price=200_001),
        saved(4, HOUSE, total_price=200_000),
        saved(5, HOUSE, total_price=None, client_price=200_000),
    ]
    assert (await told(db, snapshots=rows))["price_mismatches"] == 2
