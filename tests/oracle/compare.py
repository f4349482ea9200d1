"""Where an answer differs from what was counted: one line per field, `path: expected …, got …`."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

Row = Mapping[str, object]
SOMETHING = "(anything but nothing)"  # a text whose wording no definition says


@dataclass(frozen=True, slots=True)
class Table:
    """A list whose rows are known by `keys`; the order is left to the product.

    `most`: only so many rows are told, those with the largest `by`, falling; which of equals come
    in is left open. `may_omit`: a row with nothing but zeros may be left out.
    """

    keys: tuple[str, ...]
    most: int | None = None
    by: str = ""
    may_omit: bool = False


CONFIGURATIONS = Table(("configurationHash",), most=10, by="selectionCount")
TABLES: Mapping[str, Table] = {
    "popularConfigurations": CONFIGURATIONS,
    "configurations": CONFIGURATIONS,
    "annotations": Table(("at",)),
    "conversionFunnel": Table(("status",), may_omit=True),
    "devices": Table(("deviceType",), may_omit=True),
    "dropOff": Table(("step",), may_omit=True),
    "items": Table(("category", "option")),
    "nodes": Table(("id",)),
    "links": Table(("source", "target")),
    "orders": Table(("categories",), most=10, by="sessions"),
    "decisionTime": Table(("category", "converted")),
    "changesOfMind": Table(("category", "option")),
    "abandonedFor": Table(("option",)),
    "versions": Table(("version",), may_omit=True),
}
MATRIX: Mapping[str, Table] = {"items": Table(("a", "b"))}
SESSIONS: Mapping[str, Table] = {"items": Table(("sessionId",))}
EVENTS: Mapping[str, Table] = {"items": Table(("sessionId", "timestamp", "page", "sequence"))}
SNAPSHOTS: Mapping[str, Table] = {"items": Table(("sessionId", "timestamp"))}
HASHES: Mapping[str, Table] = {"items": Table(("configurationHash",))}
DAYS: Mapping[str, Table] = {
    "items": Table(("date", "metricType", "category", "valueText"), may_omit=True)
}


def differences(
    expected: object, got: object, tables: Mapping[str, Table] = TABLES, path: str = ""
) -> list[str]:
    """Empty where everything agrees. Fields nobody counted may be added to an answer."""
    return list(_differences(expected, got, tables, path))


def _differences(
    expected: object, got: object, tables: Mapping[str, Table], path: str
) -> Iterator[str]:
    if isinstance(expected, Mapping) and isinstance(got, Mapping):
        named = cast("Row", expected)
        for name, value in named.items():
            yield from _field(name, value, cast("Row", got), tables, f"{path}.{name}".lstrip("."))
    elif isinstance(expected, list) and isinstance(got, list):
        table = tables.get(path.rpartition(".")[2])
        compare = _positions if table is None else _in_table(table)
        rows, told = cast("Sequence[object]", expected), cast("Sequence[object]", got)
        yield from compare(rows, told, tables, path)
    elif not _same(cast("object", expected), got):
        yield f"{path}: expected {expected!r}, got {got!r}"


def _field(
    name: str, value: object, got: Row, tables: Mapping[str, Table], path: str
) -> Iterator[str]:
    if name in got:
        yield from _differences(value, got[name], tables, path)
    else:
        yield f"{path}: expected {value!r}, but there is no such field"


def _positions(
    expected: Sequence[object], got: Sequence[object], tables: Mapping[str, Table], path: str
) -> Iterator[str]:
    if len(expected) != len(got):
        yield f"{path}: expected {len(expected)} rows, got {len(got)}"
    for place, (one, other) in enumerate(zip(expected, got, strict=False)):
        yield from _differences(one, other, tables, f"{path}[{place}]")


def _in_table(
    table: Table,
) -> Callable[[Sequence[object], Sequence[object], Mapping[str, Table], str], Iterator[str]]:
    def compare(
        expected: Sequence[object], got: Sequence[object], tables: Mapping[str, Table], path: str
    ) -> Iterator[str]:
        counted = {_key(row, table): row for row in cast("Sequence[Row]", expected)}
        told = {_key(row, table): row for row in cast("Sequence[Row]", got)}
        if len(told) != len(got):
            yield f"{path}: {len(got) - len(told)} rows are told twice"
        for key in told.keys() - counted.keys():
            if not (table.may_omit and _is_nothing(told[key])):
                yield f"{path}[{key}]: expected no such row, got {told[key]!r}"
        if table.most is None:
            for key in counted.keys() - told.keys():
                if not (table.may_omit and _is_nothing(counted[key])):
                    yield f"{path}[{key}]: expected {counted[key]!r}, got no such row"
        else:
            yield from _largest(list(counted.values()), cast("Sequence[Row]", got), table, path)
        for key in counted.keys() & told.keys():
            yield from _differences(counted[key], told[key], tables, f"{path}[{key}]")

    return compare


def _largest(expected: list[Row], got: Sequence[Row], table: Table, path: str) -> Iterator[str]:
    sizes = sorted((int(str(row[table.by])) for row in expected), reverse=True)[: table.most]
    told = [int(str(row[table.by])) for row in got]
    if sizes != told:
        yield f"{path}: expected {table.by} {sizes}, got {told}"


def _key(row: Row, table: Table) -> str:
    return " / ".join(_named(row.get(name)) for name in table.keys)


def _named(value: object) -> str:
    """Times are the same however they are written."""
    at = _moment(value)
    return str(value) if at is None else at.isoformat()


def _is_nothing(row: Row) -> bool:
    numbers = [each for each in row.values() if isinstance(each, int | float)]
    return all(number == 0 for number in numbers)


def _same(expected: object, got: object) -> bool:
    if expected == SOMETHING:
        return isinstance(got, str) and got != ""
    if isinstance(expected, bool) or isinstance(got, bool):
        return expected is got
    if isinstance(expected, int | float) and isinstance(got, int | float):
        return math.isclose(expected, got, rel_tol=1e-9, abs_tol=1e-9)
    at, other = _moment(expected), _moment(got)
    if at is not None and other is not None:
        return at == other
    return expected == got


def _moment(value: object) -> datetime | None:
    if not isinstance(value, str) or "T" not in value:
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    # The product adds microseconds of its own to times of receipt.
    return at.replace(microsecond=at.microsecond // 1000 * 1000) if at.tzinfo else None
