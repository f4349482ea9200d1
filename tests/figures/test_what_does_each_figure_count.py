"""What is a row of each figure: with literal numbers, and over whichever sessions are chosen."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from nesthaus import figures as package
from nesthaus.db.pool import Pool
from nesthaus.figures import FIGURES, METRICS, over
from tests.figures.counting import Figure, figures, write_session_figures
from tests.report.rows import insert, interaction, selection, session

NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
ANNA, BEN = NOON, NOON + timedelta(seconds=30)  # in cell 0
CLEO = NOON + timedelta(minutes=1)  # in cell 1


async def keep(db: Pool, *sessions: dict[str, object]) -> None:
    await insert(db, "user_sessions", *sessions)


async def counted(db: Pool, name: str, *metrics: str) -> Sequence[Figure]:
    """All rows of the figure, or those of these metrics."""
    async with db.connection() as connection:
        await write_session_figures(connection)
        rows = await figures(connection, [name])
    return sorted(row for row in rows if row.metric_type in (metrics or METRICS[name]))


async def test_sessions_are_counted_with_their_duration_in_seconds(db: Pool) -> None:
    await keep(
        db,
        session("anna", ANNA, session_duration=40),
        session("ben", BEN, session_duration=2),
        session("cleo", CLEO, session_duration=0),
    )
    assert await counted(db, "sessions", "sessions") == [
        Figure(0, "sessions", "", "", 2, 2, 0, 2, 42),
        Figure(1, "sessions", "", "", 1, 1, 0, 1, 0),
    ]


async def test_conversions_are_counted_and_the_verified_ones_again(db: Pool) -> None:
    await keep(
        db,
        session("anna", ANNA, converted_at=ANNA),
        session("ben", BEN, converted_at=BEN, verified_at=BEN),
        session("cleo", CLEO),
    )
    assert await counted(db, "sessions", "conversions") == [
        Figure(0, "conversions", "", "", 2, 2),
        Figure(0, "conversions", "", "verified", 1, 1),
    ]


async def test_interactions_and_bounces(db: Pool) -> None:
    await keep(
        db,
        session("anna", ANNA, total_interactions=2),
        session("ben", BEN, total_interactions=1),
        session("cleo", CLEO),
    )
    rows = [interaction(who, BEN, "click") for who in ("anna", "anna", "ben")]
    await insert(db, "interaction_events", *rows)
    assert await counted(db, "sessions", "interactions") == [
        Figure(0, "interactions", "", "", 3, 2)
    ]
    assert await counted(db, "bounces") == [
        Figure(0, "bounces", "", "", 1, 1),
        Figure(1, "bounces", "", "", 1, 1),
    ]


async def test_selections_are_counted_by_option_and_by_category(db: Pool) -> None:
    await keep(db, session("anna", ANNA), session("ben", BEN))
    await insert(
        db,
        "interaction_events",
        selection("anna", ANNA, "nest", "nest80", time_spent=1_000),
        selection("anna", ANNA, "nest", "nest80"),
        selection("anna", ANNA, "nest", "nest100", time_spent=0),
        selection("ben", BEN, "nest", "nest80", time_spent=2_500),
        selection("ben", BEN, "nest", None, time_spent=9_000),
        selection("ben", BEN, "nest", "nest80", time_spent=9_000, over=True),
    )
    assert await counted(db, "choices", "selections") == [
        Figure(0, "selections", "nest", "", 4, 2, 3_500, 3),
        Figure(0, "selections", "nest", "nest100", 1, 1, 0, 1),
        Figure(0, "selections", "nest", "nest80", 3, 2, 3_500, 2),
    ]


async def test_page_views_are_counted_by_path(db: Pool) -> None:
    await keep(db, session("anna", ANNA), session("ben", BEN))
    await insert(
        db,
        "interaction_events",
        interaction("anna", ANNA, "page_view", selection_value="/nest"),
        interaction("anna", ANNA, "page_view", selection_value="/nest"),
        interaction("ben", BEN, "page_view", selection_value="/nest"),
        interaction("ben", BEN, "page_view"),
        interaction("ben", BEN, "click", selection_value="/nest"),
    )
    assert await counted(db, "page_views") == [
        Figure(0, "page_views", "", "", 1, 1),
        Figure(0, "page_views", "", "/nest", 3, 2),
    ]


async def test_the_funnel_counts_who_reached_a_step_and_drop_off_who_stayed_there(
    db: Pool,
) -> None:
    await keep(
        db,
        session("anna", ANNA, conversion_status="abandoned", last_price=200_000),
        session("ben", BEN, conversion_status="abandoned"),
        session("cleo", ANNA, conversion_status="ongoing", last_price=1),
        session("dora", ANNA, conversion_status="converted", converted_at=ANNA, last_price=1),
    )
    rows = [selection(who, BEN, "nest", "nest80") for who in ("anna", "ben", "cleo")]
    await insert(db, "interaction_events", *rows)
    reached = {row.value_text: row.count for row in await counted(db, "funnel", "funnel")}
    assert reached == {
        "started": 4,
        "nest": 4,
        "gebaeudehuelle": 1,
        "innenverkleidung": 1,
        "fussboden": 1,
        "completed": 1,
        "order_attempt": 1,
        "converted": 1,
    }
    assert await counted(db, "funnel", "drop_off") == [
        Figure(0, "drop_off", "", "nest", 2, 2, 0, 0, 200_000)
    ]


async def test_prices_are_counted_one_by_one_with_those_who_bought(db: Pool) -> None:
    await keep(
        db,
        session("anna", ANNA, last_price=200_000),
        session("ben", BEN, last_price=200_000, converted_at=BEN),
        session("cleo", CLEO),
    )
    assert await counted(db, "price") == [Figure(0, "price", "", "200000", 2, 1, 0, 0, 400_000)]


async def test_paths_have_nodes_links_and_orders(db: Pool) -> None:
    await keep(db, session("anna", ANNA), session("ben", BEN, converted_at=BEN))
    for who in ("anna", "ben"):
        rows = [
            selection(who, BEN + timedelta(seconds=number), category, "any")
            for number, category in enumerate(("nest", "fussboden", "nest", "fussboden"))
        ]
        await insert(db, "interaction_events", *rows)
    assert await counted(db, "paths") == [
        Figure(0, "orders", "", '["nest", "fussboden"]', 2, 1),
        Figure(0, "path_links", "fussboden", "converted", 1, 0),
        Figure(0, "path_links", "fussboden", "end", 1, 0),
        Figure(0, "path_links", "fussboden", "nest", 2, 0),
        Figure(0, "path_links", "nest", "fussboden", 4, 0),
        Figure(0, "path_nodes", "fussboden", "", 2, 2),
        Figure(0, "path_nodes", "nest", "", 2, 2),
    ]


async def test_changes_of_mind_name_what_was_taken_instead(db: Pool) -> None:
    await keep(db, session("anna", ANNA), session("ben", BEN))
    options = {"anna": ("nest80", "nest100", "nest80"), "ben": ("nest80", "nest100", None)}
    for who, chosen in options.items():
        rows = [
            selection(who, BEN + timedelta(seconds=number), "nest", option)
            for number, option in enumerate(chosen)
        ]
        await insert(db, "interaction_events", *rows)
    assert await counted(db, "choices", "abandoned_for", "returned_to") == [
        Figure(0, "abandoned_for", "nest", '["nest100", "nest80"]', 1, 1),
        Figure(0, "abandoned_for", "nest", '["nest100", null]', 1, 1),
        Figure(0, "abandoned_for", "nest", '["nest80", null]', 1, 1),
        Figure(0, "returned_to", "nest", "nest80", 1, 1),
    ]


async def test_tracking_is_counted_by_the_version_of_the_tracker(db: Pool) -> None:
    await keep(
        db,
        session("anna", ANNA, tracker_version="1.1", clock_skew_ms=-40),
        session("ben", BEN, clock_skew_ms=-40),
        session("cleo", BEN, clock_skew_ms=7),
    )
    rows = [interaction(who, BEN, "click", page=who, sequence=3) for who in ("anna", "ben")]
    await insert(db, "interaction_events", *rows)
    assert await counted(db, "clock_skew") == [
        Figure(0, "clock_skew", "", "-40", 2, 2),
        Figure(0, "clock_skew", "", "7", 1, 1),
    ]
    assert await counted(db, "tracking") == [
        Figure(0, "tracking", "", "expected", 3, 1),
        Figure(0, "tracking", "", "received", 1, 1),
        Figure(0, "tracking", "", "sessions", 2, 2),
        Figure(0, "tracking", "1.1", "expected", 3, 1),
        Figure(0, "tracking", "1.1", "received", 1, 1),
        Figure(0, "tracking", "1.1", "sessions", 1, 1),
    ]


async def test_devices_and_final_options_are_counted_with_those_who_bought(db: Pool) -> None:
    final: dict[str, object] = {"nest": "nest80", "fundament": True, "farbe": True}
    saved: dict[str, object] = {"final_configuration": final, "final_snapshot_at": ANNA}
    await keep(
        db,
        session("anna", ANNA, device_type="mobile", **saved),
        session("ben", BEN, device_type="mobile", converted_at=BEN, **saved),
        session("cleo", CLEO),
    )
    assert await counted(db, "sessions", "devices") == [
        Figure(0, "devices", "", "mobile", 2, 1),
        Figure(1, "devices", "", "unknown", 1, 0),
    ]
    assert await counted(db, "options") == [
        Figure(0, "options", "fundament", "enabled", 2, 1),
        Figure(0, "options", "nest", "nest80", 2, 1),
    ]


async def test_a_session_not_counted_yet_is_missing_only_where_order_matters(db: Pool) -> None:
    await keep(db, session("anna", ANNA, conversion_status="abandoned"))
    async with db.connection() as connection:
        rows = await figures(connection)
    assert {row.metric_type for row in rows} == {"sessions", "status", "devices"}


def test_every_file_is_a_figure_with_its_metrics() -> None:
    folder = Path(str(files(package)))
    names = {path.stem for path in folder.glob("*.sql")}
    assert names == {*FIGURES, "chosen", "narrow"}
    assert FIGURES.keys() == METRICS.keys()


@pytest.mark.parametrize(
    ("figure", "composed"),
    [
        (b"select 2", b"with chosen as materialized (\nselect 1\n)\nselect 2"),
        (
            b"with some as (select 2)\nselect 3",
            b"with chosen as materialized (\nselect 1\n),\nsome as (select 2)\nselect 3",
        ),
    ],
)
def test_a_figure_is_put_over_a_query_of_sessions(figure: bytes, composed: bytes) -> None:
    assert over(b"select 1", figure) == composed
