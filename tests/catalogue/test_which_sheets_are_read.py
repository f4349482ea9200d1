"""Which sheets of prices are read, whoever exported them, and what is told of the others?"""

import csv
import io
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from nesthaus.catalogue.differences import differences
from nesthaus.catalogue.loader import LoadedList, load_lists, read_written, written
from nesthaus.catalogue.price_rows import Place, rows_of, with_rows
from nesthaus.catalogue.sheet_amounts import BadAmount, read_amount
from nesthaus.catalogue.sheet_files import UnreadableSheet, read_sheets
from nesthaus.catalogue.sheet_prices import NoSheet, SheetPrices, chosen_sheet, read_prices
from nesthaus.catalogue.sheet_writing import sheet_rows, write_sheet

DECEMBER = load_lists()[2]
BICYCLES = load_lists(Path(__file__).with_name("bicycles"))[0]
ALL = [*load_lists(), BICYCLES]

Table = list[list[object]]


def table() -> Table:
    """The list of December as a sheet: 0 Kategorie, 1 Option, 2 Option 2, 3 Menge, 4-8 sizes."""
    return [list(row) for row in sheet_rows(DECEMBER)]


def as_csv(rows: Sequence[Sequence[object]], delimiter: str = ";") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue()


@pytest.fixture
def read(tmp_path: Path) -> Callable[[bytes | str | Table], SheetPrices]:
    def from_file(content: bytes | str | Table) -> SheetPrices:
        path = tmp_path / "sheet"
        if isinstance(content, list):
            content = as_csv(content)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        sheet, columns = chosen_sheet(read_sheets(path), DECEMBER, None)
        return read_prices(sheet, columns, DECEMBER)

    return from_file


Read = Callable[[bytes | str | Table], SheetPrices]


def place_of(rows: Table, category: str, option: str = "") -> int:
    return next(at for at, row in enumerate(rows) if row[:2] == [category, option])


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
@pytest.mark.parametrize("loaded", ALL, ids=lambda each: each.form.version)
def test_a_list_that_is_written_and_read_again_is_the_same(
    loaded: LoadedList, suffix: str, tmp_path: Path
) -> None:
    path = tmp_path / f"sheet.{suffix}"
    write_sheet(loaded, path)
    sheet, columns = chosen_sheet(read_sheets(path), loaded, None)
    found = read_prices(sheet, columns, loaded)

    assert (found.flaws, found.unread) == ([], [])
    again = read_written(written(with_rows(loaded, "next", date(2027, 1, 1), found.rows)))
    assert differences(loaded, again) == []
    assert again.price_list.categories == loaded.price_list.categories
    assert again.price_list.version == "next"


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("188619", 188619),
        ("188.619", 188619),
        ("1.188.619", 1188619),
        ("887,00", 887),
        ("887.00", 887),
        ("1.887,00 €", 1887),
        ("€ 1.887,–", 1887),
        ("1,887.00", 1887),
        ("188 619", 188619),
        ("188\u00a0619", 188619),
        ("188\u202f619,0", 188619),
        ("1’887", 1887),
        ("0", 0),
        ("-1", None),
        ("−1", None),
        ("-1,00", None),
        ("auf Anfrage", None),
        ("On  Request", None),
        ("nicht angeboten", "not offered"),
        ("not offered", "not offered"),
    ],
)
def test_an_amount_is_read_as_it_is_meant(text: str, amount: int | str | None) -> None:
    assert read_amount(text) == amount


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("188,619", "write 188.619 or 188619 for thousands"),
        ("887,50", "must be whole euros"),
        ("12.5", "must be whole euros"),
        ("-5", "-1 for on request, not -5"),
        ("1.88.619", "must be a whole number of euros"),
        ("zwölf", "must be a whole number of euros"),
        ("-", "must be a whole number of euros"),
        ("1e5", "must be a whole number of euros"),
        ("3000000000", "must be from 0 to 2147483647"),
        ("9" * 5000, "must be a whole number of euros"),
        ("٣", "must be a whole number of euros"),
    ],
)
def test_nothing_is_guessed_of_an_amount(text: str, told: str) -> None:
    with pytest.raises(BadAmount, match=told):
        read_amount(text)


def test_columns_may_stand_anywhere_under_rows_of_anything(read: Read) -> None:
    rows = [
        [row[8], "", row[1], row[6], row[3], row[4], row[0], row[7], row[2], row[5]]
        for row in table()
    ]
    title: Table = [["Preisliste Hoam", "", "Stand 23.11.2026"], [], ["", " ", ""]]
    found = read(title + rows)
    assert found.flaws == []
    assert found.rows == rows_of(DECEMBER)


def test_empty_rows_and_notes_beside_the_prices_mean_nothing(read: Read) -> None:
    rows = [[*row, "", ""] for row in table()]
    rows[0][10] = "Anmerkung"
    rows[5][10] = "läuft aus"
    spread: Table = [rows[0]]
    for row in rows[1:]:
        spread.extend((row, ["", " ", "\u00a0"], []))
    found = read(spread)
    assert found.flaws == []
    assert found.unread == ["K (Anmerkung)"]
    assert found.rows == rows_of(DECEMBER)


def test_an_empty_category_is_that_of_the_row_above(read: Read) -> None:
    """As cells that were merged are exported; a heading may also stand above its rows."""
    rows = table()
    merged: Table = [rows[0]]
    before: object = None
    for row in rows[1:]:
        if row[0] != before and row[1]:
            merged.append([row[0], *[""] * 8])
        before, kept = row[0], row
        merged.append(["", *kept[1:]] if kept[1] else kept)
    found = read(merged)
    assert found.flaws == []
    assert found.rows == rows_of(DECEMBER)


def test_names_are_those_of_the_list_however_they_are_typed(read: Read) -> None:
    rows = table()
    for row in rows[1:]:
        row[0] = str(row[0]).upper().replace("Ä", "A\u0308").replace("Ü", "UE")
        row[1] = f"  {str(row[1]).lower().replace(' ', '  ')}"
    rows[0][4:] = ["nest80", "NEST 100", "hoam_120 (€)", "Hoam 140 [EUR]", "Hoam 160 €"]
    found = read(rows)
    assert found.flaws == []
    assert found.rows == rows_of(DECEMBER)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_a_csv_file_may_come_from_any_program(read: Read, encoding: str, delimiter: str) -> None:
    rows = table()
    at = place_of(rows, "Kaminschacht", "Kaminschacht-vorbereitung")
    rows[at][4:] = ["887,00"] * 5
    rows[1][4:] = ["213.032", "254.731", "296.430", "338.129", "379.828"]
    found = read(as_csv(rows, delimiter).encode(encoding))
    assert found.flaws == []
    assert found.rows == rows_of(DECEMBER)


def test_one_price_may_be_that_of_all_sizes(read: Read) -> None:
    rows = [[*row, ""] for row in table()]
    rows[0][9] = "Preis"
    at = place_of(rows, "Planungspakete", "Planung Plus")
    rows[at][4:] = ["", "", "", "", "", "4.900,00"]
    found = read(rows)
    assert found.flaws == []
    assert found.rows == rows_of(DECEMBER)
    rows[at][6] = 17
    [flaw] = read(rows).flaws
    assert flaw == f"row {at + 1}, column G (Hoam 120): has an amount beside the price for all"


def test_minus_one_is_on_request_and_a_quantity_that_is_missing_is_not_offered(read: Read) -> None:
    rows = table()
    at = place_of(rows, "Gebäudehülle", "Trapezblech")
    rows[at][4] = -1
    fourth = next(n for n, row in enumerate(rows) if row[0] == "PV-Anlage" and row[3] == 4)
    rows[fourth][5] = ""
    del rows[next(n for n, row in enumerate(rows) if row[0] == "PV-Anlage" and row[3] == 8)]
    found = read(rows)
    assert found.flaws == []
    assert found.rows[Place("gebaeudehuelle", ("trapezblech",))]["nest80"] is None
    assert "nest100" not in found.rows[Place("pvanlage", ("pv_modules",), 4)]
    assert Place("pvanlage", ("pv_modules",), 8) not in found.rows

    draft = read_written(written(with_rows(DECEMBER, "next", date(2027, 1, 1), found.rows)))
    told = [
        (each.where, each.base_option, each.before, each.after)
        for each in differences(DECEMBER, draft)
    ]
    assert told == [
        ("Gebäudehülle: Trapezblech", "Hoam 80", 0, "on request"),
        ("PV-Anlage: 4 pieces", "Hoam 100", 10286, "not offered"),
        ("PV-Anlage: 8 pieces", "Hoam 80", 20572, "not offered"),
    ]


def test_every_flaw_is_told_with_its_row_and_column(read: Read) -> None:
    rows = table()
    rows[1][4] = "213,032"
    rows[2][5], rows[2][6] = "", "viel"
    rows[3][1] = "Holzlatung"
    rows[6][0] = "Innenverkleidng"
    rows[6][1] = "Lärche"
    copy = list(rows[10])
    rows.append(copy)
    at = next(n for n, row in enumerate(rows) if row[0] == "PV-Anlage")
    rows[at][3] = 17
    found = read(rows)
    assert found.flaws == [
        (
            "row 2, column E (Hoam 80): must be a whole number of euros,"
            ' "on request" (-1) or "not offered", not \'213,032\';'
            " write 213.032 or 213032 for thousands"
        ),
        'row 3, column F (Hoam 100): is empty: write a price, "on request" (-1) or "not offered"',
        (
            "row 3, column G (Hoam 120): must be a whole number of euros,"
            ' "on request" (-1) or "not offered", not \'viel\''
        ),
        "row 4, column B: there is no option of Gebäudehülle called 'Holzlatung'",
        "row 7, column A: there is no category called 'Innenverkleidng'",
        f"row {at + 1}, column D: must be a quantity from 0 to 16, not '17'",
        "row 39: row 11 has the same prices already",
        "there is no row for Gebäudehülle: Holzlattung Lärche Natur",
        "there is no row for Innenverkleidung: Lärche",
    ]


def test_a_size_without_a_column_is_told(read: Read) -> None:
    rows = [row[:8] for row in table()]
    assert read(rows).flaws == ["row 1: there is no column for Hoam 160 (nest160)"]


def test_two_columns_of_one_heading_are_told(read: Read) -> None:
    rows = [[*row, row[4]] for row in table()]
    rows[0][9] = "nest80"
    with pytest.raises(
        NoSheet, match="row 1, column J: there is a column 'nest80' before this one"
    ):
        read(rows)


def workbook(path: Path, *sheets: tuple[str, Table]) -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_a_number_whose_thousands_a_spreadsheet_lost_is_told(tmp_path: Path) -> None:
    rows = table()
    rows[1][4] = 188.619
    rows[2][4:7] = [0.0, 12.0, 35395.999999999996]
    path = workbook(tmp_path / "x.xlsx", ("Notizen", [["nichts"]]), ("Preise", rows))
    sheet, columns = chosen_sheet(read_sheets(path), DECEMBER, None)
    found = read_prices(sheet, columns, DECEMBER)
    assert found.flaws == [
        (
            "row 2, column E (Hoam 80): is the number 188.619, not a whole number of euros;"
            " if 188619 is meant, its point was taken for that of a fraction"
        )
    ]
    row = found.rows[Place("gebaeudehuelle", ("trapezblech",))]
    assert (row["nest80"], row["nest100"], row["nest120"]) == (0, 12, 35396)


def test_what_is_only_formatted_below_the_prices_is_no_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nesthaus.catalogue.sheet_files.MAX_ROWS", 50)
    path = workbook(tmp_path / "x.xlsx", ("Preise", table()))
    book = load_workbook(path)
    sheet = book.worksheets[0]
    sheet["A300"].number_format = "0.00"
    book.save(path)
    assert len(read_sheets(path)[0].rows) == 50
    sheet["B300"] = "Notiz"
    book.save(path)
    with pytest.raises(UnreadableSheet, match="more than 50 rows in Preise"):
        read_sheets(path)


def test_an_xlsx_file_that_is_damaged_is_told_in_a_line(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    write_sheet(DECEMBER, path)
    whole = path.read_bytes()
    for at in range(40, len(whole) - 100, 97):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        with suppress(UnreadableSheet, NoSheet):
            chosen_sheet(read_sheets(path), DECEMBER, None)


def test_of_several_worksheets_with_prices_one_must_be_named(tmp_path: Path) -> None:
    path = workbook(tmp_path / "x.xlsx", ("2026", table()), ("2027", table()))
    sheets = read_sheets(path)
    with pytest.raises(NoSheet, match="name one of 2026, 2027 with --worksheet"):
        chosen_sheet(sheets, DECEMBER, None)
    with pytest.raises(NoSheet, match="there is no worksheet '2028'"):
        chosen_sheet(sheets, DECEMBER, "2028")
    assert chosen_sheet(sheets, DECEMBER, "2027")[0].name == "2027"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no row has the headings"),
        (b"Kategorie;Preis\n", "no row has the headings"),
        (b"PK\x03\x04 but no zip", "is no XLSX file that can be read"),
        (b"\xd0\xcf\x11\xe0", "is an old or an encrypted Excel file"),
        (b'"never closed', "is no CSV"),
        (b"a\0b", "is neither XLSX nor a text"),
        (b"\n" * 20_001, "has more than 20,000 rows"),
    ],
)
def test_what_is_no_sheet_is_told_in_a_line(read: Read, content: bytes, told: str) -> None:
    with pytest.raises((UnreadableSheet, NoSheet), match=told):
        read(content)
