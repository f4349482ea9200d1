"""CSV that a spreadsheet opens as it is meant: no cell is a formula, no field has two lines.

UTF-8 with a byte order mark, RFC 4180. What a spreadsheet would take for a formula gets an
apostrophe in front, also behind a semicolon, where a German one begins a cell; a line break in a
text becomes a space; numbers stay what they are.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence

Line = bytes | bytearray | memoryview
"""One row as COPY writes it, ended by a line feed."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_FORMULA_BEGINS = "=+-@\t\r"
_WIDE_BEGINS = "＝＋－＠"
# What any reader takes for the end of a line, a carriage return and a line feed being one.
_LINE_BREAK = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_SIGN = f"(?=[{re.escape(_FORMULA_BEGINS + _WIDE_BEGINS)}])"
_FORMULA = re.compile(f"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*?{_SIGN}")
_FORMULA_BEHIND = re.compile(f";{_SIGN}")
_WIDE_SIGNS = tuple(sign.encode() for sign in f"\x85\u2028\u2029{_WIDE_BEGINS}")


def _table_of_signs() -> bytes:
    """Three signs say all that `_is_harmless` asks: `=` for what begins a formula, a comma for what
    separates cells, a carriage return for a line break."""
    signs = bytearray(range(256))
    for sign in _FORMULA_BEGINS.encode():
        signs[sign] = ord("=")
    for sign in b"\r\v\f\x1c\x1d\x1e":
        signs[sign] = ord("\r")
    signs[ord("\n")] = signs[ord(";")] = ord(",")
    return bytes(signs)


_SIGNS = _table_of_signs()


def spreadsheet_lines(lines: Sequence[Line], is_text: Sequence[bool]) -> bytes:
    """`is_text` tells of each column whether it may hold more than a number."""
    together = b"".join(lines)
    # Nearly all are harmless, and looking at the whole costs a tenth of looking at each cell.
    if _is_harmless(together, len(lines)):
        return together.replace(b"\n", b"\r\n")
    rows = csv.reader(io.StringIO(together.decode(), newline=""))
    return spreadsheet_rows(rows, is_text)


def spreadsheet_rows(rows: Iterable[Sequence[object]], is_text: Sequence[bool]) -> bytes:
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    for row in rows:
        writer.writerow(
            [
                _harmless(cell) if text and isinstance(cell, str) else cell
                for cell, text in zip(row, is_text, strict=True)
            ]
        )
    return written.getvalue().encode()


def _is_harmless(lines: bytes, count: int) -> bool:
    """May err to the other side only."""
    if lines.count(b"\n") != count:
        return False
    # Without quotes, so that the first sign of a quoted cell stands where it does in others.
    signs = lines.translate(_SIGNS, b'"')
    if signs.startswith(b"=") or b",=" in signs or b"\r" in signs:
        return False
    return lines.isascii() or not any(sign in lines for sign in _WIDE_SIGNS)


def _harmless(text: str) -> str:
    found = _FORMULA.match(text)
    if found is not None:
        text = f"{text[: found.end()]}'{text[found.end() :]}"
    return _LINE_BREAK.sub(" ", _FORMULA_BEHIND.sub(";'", text))
