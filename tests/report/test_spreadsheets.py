"""Does a spreadsheet show what was stored, and never compute it?"""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesthaus.report.spreadsheets import spreadsheet_lines, spreadsheet_rows

TEXT, NUMBER = True, False
ANY_TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)


def as_copied(*rows: tuple[str, ...]) -> list[bytes]:
    """What COPY makes of the rows, a line each."""
    lines: list[bytes] = []
    for row in rows:
        written = io.StringIO(newline="")
        csv.writer(written, lineterminator="\r\n").writerow(row)  # quotes either sign, as COPY does
        lines.append(written.getvalue().removesuffix("\r\n").encode() + b"\n")
    return lines


def opened(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True))


@pytest.mark.parametrize(
    "formula", ["=1+1", "+49 1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x";"y")']
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_text_that_looks_like_a_formula_gets_an_apostrophe(formula: str, place: int) -> None:
    row = ["a", "b", "c"]
    row[place] = formula
    (shown,) = opened(spreadsheet_lines(as_copied(tuple(row)), (TEXT, TEXT, TEXT)))
    assert shown[place] == "'" + formula.replace("\r", " ")
    del row[place], shown[place]
    assert shown == row


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\n=1", " '=1"),
        ("\u2028-1", " '-1"),
        ("＝1+1", "'＝1+1"),
        ("＠SUM(A1)", "'＠SUM(A1)"),
        ("x;=cmd|' /C calc'!A0", "x;'=cmd|' /C calc'!A0"),
        ("a;b;+1", "a;b;'+1"),
        ("(compatible; Googlebot/2.1; +http://x)", "(compatible; Googlebot/2.1; +http://x)"),
    ],
)
@pytest.mark.parametrize("beside", ["b", "=1"])
def test_nor_is_one_behind_a_line_break_or_a_semicolon_or_in_wide_signs(
    text: str, shown: str, beside: str
) -> None:
    """The cell beside it decides whether the whole is looked at sign by sign."""
    ((first, second),) = opened(spreadsheet_lines(as_copied((text, beside)), (TEXT, TEXT)))
    assert (first, second) == (shown, beside if beside == "b" else "'=1")


def test_a_negative_number_stays_a_number() -> None:
    lines = as_copied(("-5", "-0.5", "-5"))
    assert spreadsheet_lines(lines, (NUMBER, NUMBER, TEXT)) == b"-5,-0.5,'-5\r\n"


@pytest.mark.parametrize(
    "end", ["\n", "\r", "\r\n", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"]
)
def test_a_line_break_in_a_text_becomes_a_space(end: str) -> None:
    lines = as_copied(("one", f"two{end}three"), ("four", "five"))
    content = spreadsheet_lines(lines, (TEXT, TEXT))
    assert content.decode().splitlines() == ["one,two three", "four,five"]


def test_what_is_harmless_stays_as_the_database_wrote_it() -> None:
    lines = [b'1,"a,b","say ""=x""",Stra\xc3\x9fe\n', b',"",a=b,c-d\n']
    content = spreadsheet_lines(lines, (NUMBER, TEXT, TEXT, TEXT))
    assert content == b'1,"a,b","say ""=x""",Stra\xc3\x9fe\r\n,"",a=b,c-d\r\n'


@given(st.lists(st.tuples(ANY_TEXT, ANY_TEXT, ANY_TEXT), max_size=5))
def test_whatever_the_cells_are_it_is_one_line_a_row_and_no_formula(
    rows: list[tuple[str, str, str]],
) -> None:
    columns = (TEXT, TEXT, TEXT)
    content = spreadsheet_lines(as_copied(*rows), columns)
    lines = content.decode().splitlines()
    assert [line for line in lines if line] == lines
    assert len(lines) == len(rows)
    for shown, row in zip(opened(content), rows, strict=True):
        for cell, stored in zip(shown, row, strict=True):
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
            assert len(cell) <= len(stored) + 1
    assert opened(content) == opened(spreadsheet_rows(rows, columns))
