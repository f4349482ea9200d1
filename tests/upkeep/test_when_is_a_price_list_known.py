"""When does which process know a published price list, and can its prices change afterwards?"""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pytest
from msgspec.structs import replace

from nesthaus.access.audit import page_of_audit
from nesthaus.catalogue.loader import LoadedList, load_catalogue, load_lists, price_list_of
from nesthaus.catalogue.price_rows import Place, rows_of, with_rows
from nesthaus.db.pool import Pool, open_pool
from nesthaus.domain.configurations import parse_configuration
from nesthaus.domain.pricing import Catalogue, price
from nesthaus.upkeep.price_lists import (
    CannotPublish,
    PublishedLists,
    keep_draft,
    publish,
    stored_lists,
)
from tests.prices import CATALOGUE

NOWHERE = "postgresql://nobody@/nothing?host=/nowhere"
VIENNA = ZoneInfo("Europe/Vienna")
NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
TOMORROW = date(2026, 11, 24)
BEGINS = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)
DECEMBER = load_lists()[2]
CHIMNEY = Place("kamindurchzug", ("enabled",))


def dearer(version: str, euros: int) -> LoadedList:
    """The list of December with another price of the chimney shaft."""
    rows = dict(rows_of(DECEMBER))
    rows[CHIMNEY] = dict.fromkeys(rows[CHIMNEY], euros)
    form = with_rows(DECEMBER, version, DECEMBER.form.in_force_from, rows)
    return LoadedList(form, price_list_of(form))


async def imported(db: Pool, version: str, euros: int = 900) -> None:
    draft = dearer(version, euros)
    await keep_draft(db, draft, base="2025-12", source="x.csv", by="test", at=NOON)


async def published(
    db: Pool, version: str, day: date = TOMORROW, at: datetime = NOON
) -> str | None:
    replaced = await publish(db, CATALOGUE, version, day, by="test", at=at)
    return replaced.version if replaced else None


def fresh() -> Catalogue:
    return load_catalogue(VIENNA)


def chimney(catalogue: Catalogue, at: datetime) -> int:
    chosen = parse_configuration({"nest": "nest80", "kamindurchzug": True})
    return price(chosen, catalogue.in_force_at(at)).lines[-1].amount_eur


async def test_a_published_list_is_in_force_from_midnight_and_no_earlier(db: Pool) -> None:
    catalogue = fresh()
    lists = PublishedLists(db, catalogue)
    await imported(db, "dearer")
    await published(db, "dearer")
    await lists.refresh()

    assert chimney(catalogue, BEGINS - timedelta(milliseconds=1)) == 887
    assert chimney(catalogue, BEGINS) == 900
    assert [each.version for each in catalogue.lists][2:] == ["2025-12", "dearer"]
    known = catalogue.by_version("dearer")
    assert known is not None
    assert known.in_force_from == TOMORROW


async def test_a_draft_prices_nothing(db: Pool) -> None:
    catalogue = fresh()
    await imported(db, "draft")
    await PublishedLists(db, catalogue).refresh()
    assert catalogue.by_version("draft") is None


async def test_a_draft_may_be_imported_again_a_published_list_never(db: Pool) -> None:
    await imported(db, "next", 900)
    await imported(db, "next", 950)
    await published(db, "next")
    with pytest.raises(CannotPublish, match="next is published, and never changes"):
        await imported(db, "next", 999)
    with pytest.raises(CannotPublish, match="next is published already"):
        await published(db, "next", date(2026, 12, 24))

    [stored] = await stored_lists(db)
    assert rows_of(stored.loaded())[CHIMNEY]["nest80"] == 950
    assert (stored.in_force_from, stored.published_at) == (TOMORROW, NOON)


@pytest.mark.parametrize(
    ("before_it_begins", "is_published"),
    [
        (timedelta(minutes=10), True),
        (timedelta(minutes=10) - timedelta(milliseconds=1), False),
        (timedelta(0), False),
        (-timedelta(days=3), False),
    ],
)
async def test_a_list_begins_at_least_ten_minutes_ahead(
    db: Pool, before_it_begins: timedelta, is_published: bool
) -> None:
    await imported(db, "next")
    at = BEGINS - before_it_begins
    if is_published:
        assert await published(db, "next", at=at) is None
    else:
        with pytest.raises(CannotPublish, match="less than 10 minutes"):
            await published(db, "next", at=at)
    assert ((await stored_lists(db))[0].published_at is not None) == is_published


async def test_a_list_of_nobody_is_not_published(db: Pool) -> None:
    with pytest.raises(CannotPublish, match="next was not imported"):
        await published(db, "next")


async def test_a_later_list_takes_the_place_of_one_for_the_same_day(db: Pool) -> None:
    catalogue = fresh()
    lists = PublishedLists(db, catalogue)
    await imported(db, "wrong", 9000)
    await published(db, "wrong")
    await lists.refresh()
    await imported(db, "right", 900)
    assert await published(db, "right", at=NOON + timedelta(minutes=1)) == "wrong"
    await lists.refresh()

    assert chimney(catalogue, BEGINS) == 900
    assert [each.version for each in catalogue.lists][3:] == ["right"]


async def test_who_imported_and_published_is_in_the_audit_log(db: Pool) -> None:
    await imported(db, "next")
    await published(db, "next", at=NOON + timedelta(minutes=1))
    page = await page_of_audit(db, 10, None)
    assert [(each.actor, each.action, each.subject, each.detail) for each in page.items] == [
        ("test", "publish price list", "next", {"in force from": "2026-11-24"}),
        ("test", "import price list", "next", {"from": "x.csv"}),
    ]


async def test_without_postgresql_a_process_starts_with_what_it_knew(
    db: Pool, tmp_path: Path
) -> None:
    copy = tmp_path / "price-lists.json"
    await imported(db, "next")
    await published(db, "next")
    await PublishedLists(db, fresh(), copy).at_start()

    away = await open_pool(NOWHERE, 1, 0.2, application_name="tests")
    try:
        knows, knows_not, broken = fresh(), fresh(), fresh()
        await PublishedLists(away, knows, copy).at_start(0.05)
        await PublishedLists(away, knows_not, tmp_path / "none.json").at_start(0.05)
        copy.write_text("[{")
        await PublishedLists(away, broken, copy).at_start(0.05)
    finally:
        await away.close()

    assert chimney(knows, BEGINS) == 900
    assert chimney(knows_not, BEGINS) == chimney(broken, BEGINS) == 887


async def test_what_this_release_cannot_read_stops_nothing(db: Pool) -> None:
    await imported(db, "sound")
    await imported(db, "newer")
    async with db.connection() as connection:
        await connection.execute(
            "update price_lists set document = '{\"version\": 3}' where version = 'newer'"
        )
    await published(db, "newer")
    await published(db, "sound", date(2026, 12, 24))
    catalogue = fresh()
    lists = PublishedLists(db, catalogue)
    await lists.refresh()
    await lists.refresh()
    assert [each.version for each in catalogue.lists][3:] == ["sound"]


async def test_a_published_list_stays_when_a_release_brings_it_as_a_file(db: Pool) -> None:
    await imported(db, "next", 900)
    await published(db, "next")
    files = fresh()
    of_file = replace(dearer("next", 1).form, in_force_from=date(2026, 12, 24))
    files.take((*files.lists, price_list_of(of_file)))
    await PublishedLists(db, files).refresh()
    assert chimney(files, datetime(2027, 1, 1, tzinfo=UTC)) == 900


async def test_no_row_has_half_a_publication(db: Pool) -> None:
    await imported(db, "next")
    with pytest.raises(psycopg.errors.CheckViolation):
        async with db.connection() as connection:
            await connection.execute("update price_lists set in_force_from = '2026-12-01'")
