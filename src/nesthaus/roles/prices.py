"""Price lists from sheets, for the command `nesthaus prices`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from nesthaus.access.audit import COMMAND_LINE
from nesthaus.catalogue.differences import Difference, differences
from nesthaus.catalogue.forms import Flaw
from nesthaus.catalogue.loader import LoadedList, price_list_of, read_written, written
from nesthaus.catalogue.price_rows import with_rows
from nesthaus.catalogue.sheet_files import read_sheets
from nesthaus.catalogue.sheet_prices import chosen_sheet, read_prices
from nesthaus.db.pool import Pool
from nesthaus.domain.configurations import Configuration, configuration_from_json
from nesthaus.domain.periods import TimeRange
from nesthaus.domain.pricing import Catalogue, PriceList, Unpriceable, price, with_published
from nesthaus.report.configurations import most_popular
from nesthaus.report.filters import FilterQuery
from nesthaus.report.questions import question_of
from nesthaus.roles.clock import wall_clock
from nesthaus.settings import Settings
from nesthaus.upkeep import price_lists
from nesthaus.upkeep.price_lists import StoredList, all_lists, keep_draft, stored_lists

POPULAR = 10


class UnknownList(Exception):
    """There is no price list of that version."""


class BadSheet(Exception):
    """`flaws` are sentences, each with its row and column where it has one."""

    def __init__(self, flaws: Sequence[str]) -> None:
        super().__init__(flaws[0])
        self.flaws = flaws


@dataclass(frozen=True, slots=True)
class Known:
    """All price lists: `catalogue` has those that are or come into force, `loaded` drafts too."""

    catalogue: Catalogue
    loaded: dict[str, LoadedList]
    stored: dict[str, StoredList]

    def of(self, version: str) -> LoadedList:
        """Raises UnknownList."""
        if version not in self.loaded:
            raise UnknownList(f"there is no price list {version}; `nesthaus prices list` tells all")
        return self.loaded[version]

    def before(self, version: str) -> LoadedList:
        """What it takes the place of: a draft that of the newest list, a published list that of
        the one in force before it."""
        others = [each for each in self.catalogue.lists if each.version != version]
        day = self.loaded[version].price_list.in_force_from
        if not self.is_draft(version):
            others = [each for each in others if each.in_force_from < day] or others[:1]
        return self.loaded[others[-1].version] if others else self.loaded[version]

    def is_draft(self, version: str) -> bool:
        return version in self.stored and self.stored[version].published_at is None


@dataclass(frozen=True, slots=True)
class Imported:
    base: str
    differences: Sequence[Difference]
    unread: Sequence[str]


@dataclass(frozen=True, slots=True)
class Effect:
    """On a popular configuration; a price is whole euros, or the sentence why there is none."""

    sessions: int
    before: int | str
    after: int | str
    words: str


async def known_lists(pool: Pool, settings: Settings) -> Known:
    loaded = await all_lists(pool, settings.catalogue)
    stored = {each.version: each for each in await stored_lists(pool)}
    files = [each.price_list for name, each in loaded.items() if name not in stored]
    published = [
        loaded[each.version].price_list for each in stored.values() if each.published_at is not None
    ]
    catalogue = Catalogue(with_published(files, published), settings.timezone)
    return Known(catalogue, loaded, stored)


async def import_sheet(
    pool: Pool,
    known: Known,
    path: Path,
    version: str,
    *,
    base: str | None = None,
    worksheet: str | None = None,
) -> Imported:
    """Keeps the draft where the whole sheet is sound. Raises BadSheet, UnknownList, NoSheet,
    UnreadableSheet, CannotPublish."""
    loaded = known.of(base or known.catalogue.lists[-1].version)
    if version in known.loaded and version not in known.stored:
        raise price_lists.CannotPublish(f"{version} is a list of the files, and never changes")
    sheet, columns = chosen_sheet(read_sheets(path), loaded, worksheet)
    found = read_prices(sheet, columns, loaded)
    if found.flaws:
        raise BadSheet(found.flaws)
    try:
        form = with_rows(loaded, version, loaded.form.in_force_from, found.rows)
        draft = read_written(written(form))
    except Flaw as flaw:
        raise BadSheet([str(flaw)]) from flaw
    await keep_draft(
        pool,
        LoadedList(draft.form, price_list_of(draft.form)),
        base=loaded.form.version,
        source=path.name,
        by=COMMAND_LINE,
        at=wall_clock(),
    )
    return Imported(loaded.form.version, differences(loaded, draft), found.unread)


async def publish(pool: Pool, known: Known, version: str, day: date) -> StoredList | None:
    """The list it replaces, if any. Raises CannotPublish."""
    return await price_lists.publish(
        pool, known.catalogue, version, day, by=COMMAND_LINE, at=wall_clock()
    )


async def effects(
    pool: Pool, known: Known, before: PriceList, after: PriceList
) -> Sequence[Effect]:
    """On the most popular configurations of the last 90 days, the most frequent first."""
    query = FilterQuery.model_validate({"timeRange": TimeRange.QUARTER})
    question = question_of(query, wall_clock(), known.catalogue)
    found = await most_popular(pool, question, known.catalogue, POPULAR)
    told: list[Effect] = []
    for each in found.configurations:
        configuration = configuration_from_json(each.configuration)
        told.append(
            Effect(
                sessions=each.selection_count,
                before=_priced(configuration, before),
                after=_priced(configuration, after),
                words=_words(configuration, after),
            )
        )
    return told


def _priced(configuration: Configuration, price_list: PriceList) -> int | str:
    try:
        return price(configuration, price_list).total_price_eur
    except Unpriceable as error:
        return error.sentence


def _words(configuration: Configuration, price_list: PriceList) -> str:
    """The names of the options in the order of the list; of what it does not know, the ids."""
    order = list(price_list.categories_by_id)
    names = sorted(configuration, key=lambda name: order.index(name) if name in order else 99)
    words: list[str] = []
    for name in names:
        choice = configuration[name]
        option = choice.value if isinstance(choice.value, str) else price_list.only_option(name)
        label = price_list.option_label(name, option) if option else name
        size = choice.quantity if choice.quantity is not None else choice.square_meters
        words.append(label if size is None else f"{size} × {label}")
    return ", ".join(words)
