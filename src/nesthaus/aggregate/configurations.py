"""Final configurations by day, and over all days: the popular ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from psycopg.rows import class_row, scalar_row
from psycopg.types.json import Jsonb

from nesthaus.aggregate.sources import KeptSources
from nesthaus.aggregate.spans import Days
from nesthaus.aggregate.writing import write_differences
from nesthaus.db.pool import Connection
from nesthaus.db.queries import load_statements
from nesthaus.domain.configurations import (
    KnowsOptions,
    canonical_form,
    configuration_from_text,
)
from nesthaus.domain.pricing import Catalogue

_SQL = load_statements("nesthaus.aggregate", "configurations.sql")


@dataclass(frozen=True, slots=True)
class _Saved:
    configuration_hash: str
    configuration: str
    price_list_version: str | None


class _NoList:
    """Stands for a price list that is not in the catalogue any more."""

    def only_option(self, category: str) -> None:  # noqa: ARG002 - as a price list is asked
        return None


async def count(
    connection: Connection, days: Days, kept: KeptSources, catalogue: Catalogue
) -> dict[date, int]:
    """How many stored rows became others, by day; only days where any did."""
    await connection.execute(_SQL["make_configuration_differences"])
    if not await write_differences(connection, _SQL, days.columns() | kept.columns()):
        return {}
    await _sum_days(connection, await _hashes(connection, "hashes_concerned"), days, catalogue)
    cursor = await connection.execute(_SQL["differing_days"])
    return dict(await cursor.fetchall())


async def sum_all_days(connection: Connection, days: Days, catalogue: Catalogue) -> None:
    """Every popular configuration; `days` are all there are."""
    await _sum_days(connection, await _hashes(connection, "all_hashes"), days, catalogue)


async def _sum_days(
    connection: Connection, hashes: Sequence[str], days: Days, catalogue: Catalogue
) -> None:
    if not hashes:
        return
    parameters: dict[str, object] = {"configuration_hash": hashes}
    data = await _canonical_forms(connection, hashes, days, catalogue)
    await connection.execute(_SQL["sum_days"], parameters | {"data": Jsonb(data)})
    await connection.execute(_SQL["delete_vanished"], parameters)


async def _canonical_forms(
    connection: Connection, hashes: Sequence[str], days: Days, catalogue: Catalogue
) -> dict[str, dict[str, object]]:
    """Of those not stored yet, by hash: whoever saved it, the same hash is the same form."""
    async with connection.cursor(row_factory=scalar_row) as scalars:
        await scalars.execute(_SQL["unknown_hashes"], {"configuration_hash": hashes})
        unknown: list[str] = await scalars.fetchall()
    if not unknown:
        return {}
    parameters = {"configuration_hash": unknown, **days.bounds()}
    async with connection.cursor(row_factory=class_row(_Saved)) as cursor:
        await cursor.execute(_SQL["chosen_by_someone"], parameters)
        return {
            saved.configuration_hash: canonical_form(
                configuration_from_text(saved.configuration), _list_of(saved, catalogue)
            )
            async for saved in cursor
        }


def _list_of(saved: _Saved, catalogue: Catalogue) -> KnowsOptions:
    version = saved.price_list_version
    return (None if version is None else catalogue.by_version(version)) or _NoList()


async def _hashes(connection: Connection, statement: str) -> list[str]:
    async with connection.cursor(row_factory=scalar_row) as scalars:
        await scalars.execute(_SQL[statement])
        return await scalars.fetchall()
