"""CSV and XLSX files as rows of cells, whatever program exported them."""

import csv
import io
import math
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

MAX_FILE_BYTES = 10 * 1024 * 1024
MAX_UNPACKED_BYTES = 60 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 200

Cell = str | Decimal
"""A text, stripped, "" where there is nothing; whole numbers are texts too. A Decimal is a number
with a fraction that an XLSX file holds as such."""


class UnreadableSheet(Exception):
    """One line that says why."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """`rows[0]` is row 1. `name` is the worksheet's; None in a CSV file."""

    name: str | None
    rows: Sequence[Sequence[Cell]]


def column_name(index: int) -> str:
    """As spreadsheets call it: 0 is A."""
    return get_column_letter(index + 1)


def read_sheets(path: Path) -> list[Sheet]:
    """The worksheets of an XLSX file; of a CSV file one sheet for each way to part its cells.
    Raises UnreadableSheet."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise UnreadableSheet(f"is larger than {MAX_FILE_BYTES:,} bytes")
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableSheet(str(error.strerror)) from error
    if content.startswith(b"PK\x03\x04"):
        return _worksheets(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableSheet("is an old or an encrypted Excel file: save it as XLSX or CSV")
    return _csv_sheets(_text(content))


def _text(content: bytes) -> str:
    """UTF-8 or UTF-16 where it says so, UTF-8 where it can be, else what Excel writes in Europe."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UnreadableSheet("is neither XLSX nor a text in UTF-8, UTF-16 or Windows-1252")


def _csv_sheets(text: str) -> list[Sheet]:
    sheets: list[Sheet] = []
    flaw = "is empty"
    for delimiter in ";\t,":
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        try:
            rows = [[_cell(each) for each in row[:MAX_COLUMNS]] for row in _at_most(reader)]
        except csv.Error as error:
            flaw = f"is no CSV: {error} in line {reader.line_num}"
            continue
        sheets.append(Sheet(None, rows))
    if not sheets:
        raise UnreadableSheet(flaw)
    return sheets


def _at_most(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    for number, row in enumerate(rows, 1):
        if number > MAX_ROWS:
            raise UnreadableSheet(f"has more than {MAX_ROWS:,} rows")
        yield row


def _worksheets(content: bytes) -> list[Sheet]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(each.file_size for each in packed.infolist()) > MAX_UNPACKED_BYTES:
                raise UnreadableSheet(f"is larger than {MAX_UNPACKED_BYTES:,} bytes unpacked")
        with warnings.catch_warnings(action="ignore"):  # of what it leaves out, such as charts
            book = load_workbook(io.BytesIO(content), data_only=True)
    # Whatever the file is instead, openpyxl stumbles over it in its own way.
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        zlib.error,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
        SyntaxError,
        NotImplementedError,
        EOFError,
        OSError,
    ) as error:
        raise UnreadableSheet(f"is no XLSX file that can be read: {error}") from error
    return list(_rows_of(book))


def _rows_of(book: Workbook) -> Iterator[Sheet]:
    for sheet in book.worksheets:
        rows: list[list[Cell]] = []
        columns = min(sheet.max_column or 1, MAX_COLUMNS)
        # Cells that are formatted far below the last price are no rows.
        for number, values in enumerate(sheet.iter_rows(max_col=columns, values_only=True)):
            if number < MAX_ROWS:
                rows.append([_cell(value) for value in values])
            elif any(value is not None for value in values):
                raise UnreadableSheet(f"has more than {MAX_ROWS:,} rows in {sheet.title}")
        yield Sheet(sheet.title, rows)


def _cell(value: object) -> Cell:
    match value:
        case None:
            return ""
        case bool():
            return str(value)
        case float() if math.isfinite(value):
            # What a formula computed may be off by a rounding.
            is_whole = value.is_integer() or abs(value - round(value)) < 1e-6
            return str(round(value)) if is_whole else Decimal(repr(value))
        case _:
            return str(value).strip()
