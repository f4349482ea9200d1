"""Rows as files: CSV, one JSON document, or JSON objects line by line."""

import json
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import cast, get_args

import msgspec
from msgspec import Struct

from nesthaus.report.spreadsheets import BYTE_ORDER_MARK, Line, spreadsheet_lines, spreadsheet_rows
from nesthaus.responses import encode


class Format(StrEnum):
    CSV = "csv"
    JSON = "json"
    NDJSON = "ndjson"


MEDIA_TYPES: Mapping[Format, str] = MappingProxyType(
    {
        Format.CSV: "text/csv; charset=utf-8",
        Format.JSON: "application/json",
        Format.NDJSON: "application/x-ndjson",
    }
)

_NUMBERS = frozenset({int, float, bool, type(None)})
# Line ends to some readers of lines, and in JSON within texts only.
_ESCAPES = {"\x85": b"\\u0085", "\u2028": b"\\u2028", "\u2029": b"\\u2029"}


def columns_of(row: type[Struct]) -> tuple[str, ...]:
    return tuple(field.encode_name for field in msgspec.structs.fields(row))


def text_columns(row: type[Struct]) -> tuple[bool, ...]:
    """Of each column whether it may hold more than a number."""
    kinds = [field.type for field in msgspec.structs.fields(row)]
    return tuple(not set(get_args(kind) or (kind,)) <= _NUMBERS for kind in kinds)


def lines_in(kind: Format, lines: Sequence[Line], row: type[Struct]) -> bytes:
    if kind is Format.CSV:
        return spreadsheet_lines(lines, text_columns(row))
    between = b"," if kind is Format.JSON else b""
    return _without_line_ends(between.join(lines))


def rows_in(kind: Format, rows: Iterable[Struct], row: type[Struct]) -> bytes:
    if kind is Format.CSV:
        return spreadsheet_rows(map(_cells, rows), text_columns(row))
    return lines_in(kind, [encode(each) + b"\n" for each in rows], row)


def heading_in(kind: Format, row: type[Struct]) -> bytes:
    """What stands above rows that were not named by the database."""
    return spreadsheet_rows([columns_of(row)], text_columns(row)) if kind is Format.CSV else b""


async def document_of(
    kind: Format, parts: AsyncGenerator[bytes], as_of: datetime | None
) -> AsyncGenerator[bytes]:
    """The parts with what makes a whole file of them. Nothing comes before the first is there."""
    begin = {Format.CSV: BYTE_ORDER_MARK, Format.JSON: b'{"items":[', Format.NDJSON: b""}[kind]
    async for part in parts:
        if part:
            yield begin + part
            begin = b"," if kind is Format.JSON else b""
    if kind is Format.JSON:
        begin = b"" if begin == b"," else begin
        yield begin + b'],"asOf":' + encode(as_of) + b"}"
    elif begin:
        yield begin


def _without_line_ends(text: bytes) -> bytes:
    if not text.isascii():
        for sign, escape in _ESCAPES.items():
            text = text.replace(sign.encode(), escape)
    return text


def _cells(row: Struct) -> list[object]:
    return [_cell(value) for value in msgspec.structs.astuple(row)]


def _cell(value: object) -> object:
    if isinstance(value, dict):
        content = cast("dict[str, object]", value)
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    if isinstance(value, datetime):
        return encode(value).decode().strip('"')
    return value
