"""Rows of a table as a Parquet file, and back. The one module that knows pyarrow."""
# pyarrow tells no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportMissingTypeStubs=false

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from nesthaus.archive.store import StoreTrouble
from nesthaus.archive.tables import Column, Kind, Table

Row = tuple[object, ...]
"""In the order of the table's columns."""

ROWS_AT_ONCE = 5_000
"""In memory, and in a row group: a session is found without reading others than its neighbours."""

_FORMS = {Kind.ID: "uuid", Kind.JSON: "json"}


@cache
def _pyarrow(module: str = "pyarrow") -> Any:
    """Loaded with the first file: it takes 0.2 s and 20 MB, and most processes never see one."""
    return import_module(module)


@cache
def _types() -> Mapping[Kind, Any]:
    pa = _pyarrow()
    return {
        Kind.TEXT: pa.string(),
        Kind.ID: pa.string(),
        Kind.JSON: pa.string(),
        Kind.ADDRESS: pa.string(),
        Kind.FLAG: pa.bool_(),
        Kind.SMALL: pa.int16(),
        Kind.INTEGER: pa.int32(),
        Kind.LARGE: pa.int64(),
        Kind.NUMBER: pa.float64(),
        Kind.PERCENT: pa.decimal128(5, 2),
        Kind.TIME: pa.timestamp("us", tz="UTC"),
        Kind.TEXTS: pa.list_(pa.string()),
        Kind.INTEGERS: pa.list_(pa.int32()),
        Kind.LARGE_ONES: pa.list_(pa.int64()),
        Kind.FLAGS: pa.list_(pa.bool_()),
    }


def _schema(table: Table) -> Any:
    pa, types = _pyarrow(), _types()
    fields = [
        pa.field(column.name, types[column.kind], metadata=_metadata(column))
        for column in table.columns
    ]
    return pa.schema(fields, metadata={"table": table.name, "key": ",".join(table.key)})


def _metadata(column: Column) -> dict[str, str] | None:
    told = {"unit": column.unit, "form": _FORMS.get(column.kind, "")}
    return {name: text for name, text in told.items() if text} or None


class Writer:
    """Writes one file, a row group at a time."""

    def __init__(self, path: Path, table: Table) -> None:
        self.rows = 0
        self._schema = _schema(table)
        self._held: list[Row] = []
        parquet = _pyarrow("pyarrow.parquet")
        self._writer = parquet.ParquetWriter(path, self._schema, compression="zstd")

    def add(self, rows: Sequence[Row]) -> None:
        self._held += rows
        while len(self._held) >= ROWS_AT_ONCE:
            self._write(self._held[:ROWS_AT_ONCE])
            del self._held[:ROWS_AT_ONCE]

    def _write(self, rows: Sequence[Row]) -> None:
        pa = _pyarrow()
        values = zip(*rows, strict=True)
        arrays = [
            pa.array(list(each), type=field.type)
            for each, field in zip(values, self._schema, strict=True)
        ]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        self.rows += len(rows)

    def close(self) -> None:
        """Twice is once."""
        if self._held:
            self._write(self._held)
            self._held.clear()
        self._writer.close()


def read_rows(
    file: IO[bytes], table: Table, names: Sequence[str] | None = None
) -> Iterator[list[Row]]:
    """All rows, some thousand at once; of all columns, or the named ones in their order."""
    with _readable(table):
        reader = _reader(file, table)
    wanted = list(names or table.names)
    with _readable(table):
        for batch in reader.iter_batches(ROWS_AT_ONCE, columns=wanted, use_threads=False):
            yield _rows(batch.select(wanted))


def count_rows(file: IO[bytes], table: Table) -> int:
    """How many can be read, every column of them."""
    with _readable(table):
        batches = _reader(file, table).iter_batches(ROWS_AT_ONCE, use_threads=False)
        return sum(batch.num_rows for batch in batches)


def rows_of_session(file: IO[bytes], table: Table, session_id: str) -> list[Row]:
    """Reads no row group in which it cannot be."""
    found: list[Row] = []
    with _readable(table):
        reader = _reader(file, table)
        for number in range(reader.num_row_groups):
            if _may_hold(reader.metadata.row_group(number).column(0), session_id):
                group = reader.read_row_group(number, use_threads=False)
                ids = group["session_id"].to_pylist()
                places = [place for place, found_id in enumerate(ids) if found_id == session_id]
                found += _rows(group.take(_places(places)))
    return found


def _places(places: list[int]) -> Any:
    pa = _pyarrow()
    return pa.array(places, pa.int64())


def _may_hold(column: Any, session_id: str) -> bool:
    """The statistics of long texts may be cut; then they are bounds all the same."""
    statistics = column.statistics
    if statistics is None or not statistics.has_min_max:
        return True
    return bool(statistics.min <= session_id <= statistics.max)


def _rows(batch: Any) -> list[Row]:
    return list(zip(*(column.to_pylist() for column in batch.columns), strict=True))


def _reader(file: IO[bytes], table: Table) -> Any:
    reader = _pyarrow("pyarrow.parquet").ParquetFile(file)
    if tuple(reader.schema_arrow.names) != table.names:
        raise _pyarrow().ArrowInvalid("its columns are not those of the table")
    return reader


@contextmanager
def _readable(table: Table) -> Generator[None]:
    try:
        yield
    except (_pyarrow().ArrowException, OSError) as error:
        raise StoreTrouble(f"a file of {table.name} cannot be read: {error}") from error
