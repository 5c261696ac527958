"""Tables as programs write them: encodings, delimiters, quotation marks, sheets."""

import io
import warnings
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.rendering.rows.failed_rows import failed_rows
from adapters.rendering.rows.limits import RowLimits
from adapters.rendering.rows.prepare import prepare
from adapters.rendering.rows.protocol import Known, Opened, Order, Row
from domain.errors import RowsInvalidError
from domain.placeholder import Placeholder
from domain.placeholder import PlaceholderKind as Kind
from domain.rows import RowFormat, RowWishes

KNOWN = tuple(
    Known.of(Placeholder(path, kind, required=False, occurrences=()))
    for path, kind in (("name", Kind.TEXT), ("city", Kind.TEXT), ("price", Kind.NUMBER), ("due", Kind.DATE))
)


def order(form: RowFormat = RowFormat.CSV, locale: str = "en", **more: Any) -> Order:
    limits = more.pop("limits", RowLimits())
    failed = more.pop("failed", None)
    return Order(form, KNOWN, RowWishes(**more), locale, limits, failed)


def read(content: bytes, form: RowFormat = RowFormat.CSV, locale: str = "en", **more: Any) -> tuple[Opened, list[Row]]:
    opened, rows = prepare(io.BytesIO(content), order(form, locale, **more))
    return opened, list(rows)


def data(rows: list[Row]) -> list[Any]:
    return [msgspec.json.decode(row.data) for row in rows]


TEXT = "name;city\r\nMüller;Köln\r\n"
TWO = [{"name": "Müller", "city": "Köln"}]


@pytest.mark.parametrize(
    ("content", "locale", "encoding"),
    [
        (TEXT.encode(), "en", "utf-8"),
        (TEXT.encode("utf-8-sig"), "en", "utf-8"),
        (TEXT.encode("utf-16"), "en", "utf-16"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "en", "utf-16"),
        (TEXT.encode("utf-16-le"), "en", "utf-16-le"),
        (TEXT.encode("utf-16-be"), "en", "utf-16-be"),
        (TEXT.encode("utf-32"), "en", "utf-32"),
        (TEXT.encode("cp1252"), "de-DE", "windows-1252"),
        (TEXT.encode("cp1250"), "cs", "windows-1250"),
    ],
)
def test_encodings_are_found_out_and_said(content: bytes, locale: str, encoding: str) -> None:
    opened, rows = read(content, locale=locale)
    assert (opened.encoding, opened.delimiter, data(rows)) == (encoding, ";", TWO)


def test_the_code_page_is_that_of_the_language() -> None:
    assert data(read("name\nŽižka\n".encode("cp1250"), locale="cs")[1]) == [{"name": "Žižka"}]
    assert data(read("name\nПётр\n".encode("cp1251"), locale="ru")[1]) == [{"name": "Пётр"}]  # noqa: RUF001  # Russian


@pytest.mark.parametrize(
    ("content", "delimiter"),
    [
        ("name,city\na,b\n", ","),
        ("name;city\na;b\n", ";"),
        ("name\tcity\na\tb\n", "tab"),
        ("name|city\na|b\n", "|"),
        ("sep=|\nname|city\na|b\n", "|"),
        # Commas within cells are more, and cut every line into another number of cells.
        ("name;city\na;b\nx,y,z;c\np,q;d\n", ";"),
        ('name,city\n"a;b;c",d\n', ","),
        ("name\na\n", ","),
    ],
)
def test_delimiters_are_found_out_and_said(content: str, delimiter: str) -> None:
    opened, rows = read(content.encode())
    assert opened.delimiter == delimiter
    assert not any(row.problems for row in rows)
    assert set(data(rows)[0]) <= {"name", "city"}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('name,city\n"a\nb","say ""x"""\n', [(2, {"name": "a\nb", "city": 'say "x"'})]),
        ('name,city\r\n"a\r\nb",c\r\nd,e\r\n', [(2, {"name": "a\r\nb", "city": "c"}), (3, {"name": "d", "city": "e"})]),
        ("name,city\ra,b\r", [(2, {"name": "a", "city": "b"})]),
        ("\n\nname,city\n\na,b\n,\n", [(5, {"name": "a", "city": "b"})]),
        ("name,city,,\na,b,,\n", [(2, {"name": "a", "city": "b"})]),
        ("name , city\na, b\n", [(2, {"name": "a", "city": " b"})]),
        ('name,city\n5" pipe,b', [(2, {"name": '5" pipe', "city": "b"})]),
        ("name,price\na,12.50\n", [(2, {"name": "a", "price": 12.5})]),
    ],
)
def test_rows_are_what_a_spreadsheet_would_show(content: str, expected: list[tuple[int, Any]]) -> None:
    _, rows = read(content.encode())
    assert list(zip([row.row for row in rows], data(rows), strict=True)) == expected


@pytest.mark.parametrize(
    ("content", "more", "code", "words"),
    [
        (b"", {}, "no-rows", "is empty"),
        (b"\n,\n,,\n", {}, "no-rows", "is empty"),
        (b"name,city\n", {}, "no-rows", "are no rows"),
        (b"PK\x03\x04" + b"x" * 50, {}, "not-a-table", "a zip or an Excel workbook"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 50, {}, "not-a-table", ".xls"),
        (b"%PDF-1.7", {}, "not-a-table", "a PDF"),
        (b"name,city\na\0b,c\n", {}, "not-a-table", "binary zero"),
        (b'name,city\n"a"b,c\n', {}, "broken-csv", "begins in line 2 is not CSV"),
        (b'name,city\na,b\n"never closed,c\nd,e\n', {}, "broken-csv", "begins in line 3 is never closed"),
        (b'name\n"' + b"x" * 200_000, {}, "cell-too-long", "100,000 characters"),
        (b"x" * 3_000_000, {}, "row-too-long", "Line 1 has more than 2,000,000"),
        ((",".join(["name"] * 1_001)).encode(), {}, "too-many-columns", "1,001 columns"),
        (b"a," * 999_999 + b"a\n", {}, "too-many-columns", "1,000,000 columns"),
        (b"name\na\x81b\n", {}, "bad-encoding", "not windows-1252 throughout"),
        ("name\nMüller\n".encode("cp1252"), {"encoding": "utf-8"}, "bad-encoding", "not utf-8 throughout"),
        (b"name\n\x00\xd8", {"encoding": "utf-16-le"}, "bad-encoding", "utf-16-le"),
        (b"name\na\n", {"encoding": "klingon"}, "unknown-encoding", "'klingon'"),
        (b"name\na\n", {"encoding": "base64"}, "unknown-encoding", "'base64'"),
        (b"name\na\n", {"delimiter": "::"}, "bad-delimiter", "'::'"),
        (b"name\na\nb\nc\n", {"limits": RowLimits(rows=2)}, "too-many-rows", "more than 2 rows"),
    ],
)
def test_files_that_are_no_tables_say_why(content: bytes, more: dict[str, Any], code: str, words: str) -> None:
    with pytest.raises(RowsInvalidError) as raised:
        read(content, **more)
    assert raised.value.diagnostics[0].code == code
    assert words in str(raised.value.diagnostics[0])


@pytest.mark.parametrize(("line", "code"), [("a,b,c", "ragged-row"), ("a", "ragged-row"), ("a,b,,x", "ragged-row")])
def test_a_ragged_row_fails_and_the_others_do_not(line: str, code: str) -> None:
    _, rows = read(f"name,city\n{line}\nd,e\n".encode())
    assert [[problem.code for problem in row.problems] for row in rows] == [[code], []]


def test_a_row_without_its_key_fails() -> None:
    _, rows = read(b"No,name\n1,a\n,b\n", key="No")
    assert [(row.key, [problem.code for problem in row.problems]) for row in rows] == [("1", []), ("", ["missing-key"])]


def workbook(*rows: list[Any]) -> openpyxl.Workbook:
    made = openpyxl.Workbook()
    sheet = made.active
    for row in rows:
        sheet.append(row)
    return made


def saved(made: openpyxl.Workbook) -> bytes:
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


BOOK = saved(workbook(["name", "city"], ["Ada", "York"]))


def read_workbook(made: openpyxl.Workbook, **more: Any) -> tuple[Opened, list[Row]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return read(saved(made), RowFormat.XLSX, **more)


def test_cells_of_a_workbook_are_what_it_shows() -> None:
    made = workbook(["name", "city", "price", "due"])
    made.active.append([1234, True, 0.1 + 0.2, datetime(2026, 1, 31, 0, 0)])  # noqa: DTZ001  # Excel has no time zones
    made.active["A2"].number_format = "00000"
    made.active.append([])
    made.active.append(["=x", 12.0, 10**15, None])
    made.active["A4"].data_type = "s"
    opened, rows = read_workbook(made)
    assert opened.sheet == "Sheet"
    assert [row.row for row in rows] == [2, 4]
    assert bytes(rows[0].data) == b'{"name":"01234","city":"true","price":0.3,"due":"2026-01-31"}'
    assert bytes(rows[1].data) == b'{"name":"=x","city":"12","price":1000000000000000}'


def test_the_first_sheet_that_shows_is_taken_or_the_named_one() -> None:
    made = workbook(["x"])
    made.active.sheet_state = "hidden"
    for title in ("People", "Others"):
        made.create_sheet(title).append(["name"])
        made[title].append([title])
    assert data(read_workbook(made)[1]) == [{"name": "People"}]
    assert data(read_workbook(made, sheet="Others")[1]) == [{"name": "Others"}]
    with pytest.raises(RowsInvalidError, match="no sheet 'Peopel'") as raised:
        read_workbook(made, sheet="Peopel")
    assert raised.value.diagnostics[0].suggestion == "Did you mean 'People'?"


def test_errors_of_formulas_are_named() -> None:
    made = workbook(["name", "price"], ["a", "#DIV/0!"])
    made.active["B2"].data_type = "e"
    assert read_workbook(made)[1][0].problems[0].message == "holds the error #DIV/0!"


def test_merged_cells_and_formulas_without_results_are_refused_and_named() -> None:
    merged = workbook(["name", "city"], ["a", "x"], ["b", None])
    merged.active.merge_cells("B2:B3")
    with pytest.raises(RowsInvalidError, match="merged cells: B2:B3"):
        read_workbook(merged)
    with pytest.raises(RowsInvalidError, match="not stored in the file: A2"):
        read_workbook(workbook(["name"], ["=1+1"]))


def test_lines_of_json_keep_their_numbers_and_fail_one_by_one() -> None:
    lines = b'\xef\xbb\xbf{"name": "a", "price": 1.50}\n\n{"price": NaN}\n{"a": 1, "a": 2}\n[1]\n{"x": ' + b"[" * 300
    _, rows = read(lines, RowFormat.JSONL)
    assert bytes(rows[0].data) == b'{"name":"a","price":1.50}'
    assert [(row.row, [problem.code for problem in row.problems]) for row in rows[1:]] == [
        (3, ["data-not-json"]),
        (4, ["data-duplicate-key"]),
        (5, ["data-not-object"]),
        (6, ["data-too-deep"]),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b'{"name": 1}', "not-a-table"),
        (b"[1", "data-not-json"),
        (b"[" * 300, "data-too-deep"),
        (b"\xff\xfe[\0", "bad-encoding"),
    ],
)
def test_json_that_is_no_list_is_refused(text: bytes, code: str) -> None:
    with pytest.raises(RowsInvalidError) as raised:
        read(text, RowFormat.JSON)
    assert raised.value.diagnostics[0].code == code


SEEDS = {
    RowFormat.CSV: b'name;city\r\n"M\xfcller ""x""";K\xf6ln\n',
    RowFormat.JSONL: b'{"name": "a", "price": 1.50}\n{"customer.name": [1]}\n',
    RowFormat.JSON: b'[{"name": "a"}, {"due": "2026-01-31"}]',
}


def rows_or_none(content: bytes, form: RowFormat) -> list[Row]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return read(content, form, ignore_unknown=True)[1]
        except RowsInvalidError:
            return []


@given(st.sampled_from(list(SEEDS)), st.lists(st.tuples(st.integers(0, 60), st.binary(max_size=6)), max_size=6))
@settings(deadline=None, max_examples=150)
def test_no_change_of_a_good_file_brings_anything_but_rows_or_a_finding(
    form: RowFormat, changes: list[tuple[int, bytes]]
) -> None:
    content = SEEDS[form]
    for at, inserted in changes:
        content = content[:at] + inserted + content[at + 1 :]
    assert all(isinstance(each, dict) for each in data(rows_or_none(content, form)))


@given(st.integers(0, 5_000), st.binary(min_size=1, max_size=4))
@settings(deadline=None, max_examples=60)
def test_no_change_of_a_workbook_brings_anything_but_rows_or_a_finding(at: int, changed: bytes) -> None:
    content = BOOK[: at % len(BOOK)] + changed + BOOK[at % len(BOOK) + len(changed) :]
    assert data(rows_or_none(content, RowFormat.XLSX)) in ([], [{"name": "Ada", "city": "York"}])


def test_failed_rows_are_written_so_that_they_are_read_again_as_they_were() -> None:
    source = "name;price;due\n=1+1;1.234,5;31.01.2026\n-x;-5;\nfine;1;\n".encode("cp1252")
    first = {row.row: row for row in read(source, locale="de")[1]}
    text = "".join(failed_rows(io.BytesIO(source), order(locale="de", failed={2: "bad", 3: "=worse"})))
    assert text.startswith("\ufeffname;price;due;docgen_row;docgen_error\r\n'=1+1;1.234,5;")
    again = read(text.encode(), locale="de")[1]
    assert [(row.row, bytes(row.data)) for row in again] == [(n, bytes(first[n].data)) for n in (2, 3)]


def test_failed_rows_of_a_workbook_are_read_again_as_they_were() -> None:
    made = workbook(["name", "city", "price", "due"])
    made.active.append([1234.5, "x", 1.234, datetime(2026, 1, 31)])  # noqa: DTZ001  # as above
    source = saved(made)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        first = read(source, RowFormat.XLSX, locale="de")[1][0]
        wish = order(RowFormat.XLSX, locale="de", failed={2: "bad"})
        text = "".join(failed_rows(io.BytesIO(source), wish))
    again = read(text.encode(), locale="de")[1][0]
    assert data([again]) == data([first])


def test_failed_lines_of_json_are_read_again_as_they_were(tmp_path: Path) -> None:
    source = b'{"name": "a"}\n{"name": "b", "price": 1.50}\n'
    text = "".join(failed_rows(io.BytesIO(source), order(RowFormat.JSONL, failed={2: "bad"})))
    assert text == '{"name":"b","price":1.50,"docgen_row":2,"docgen_error":"bad"}\n'
    assert [(row.row, data([row])) for row in read(text.encode(), RowFormat.JSONL)[1]] == [
        (2, [{"name": "b", "price": 1.5}])
    ]


@pytest.mark.parametrize("said", ["x5", "0x1", "1" * 5_000, ""])
def test_a_failed_row_is_kept_also_where_its_number_is_none(said: str) -> None:
    source = f"name,city,docgen_row,docgen_error\nAda,York,{said},bad\n".encode()
    (row,) = read(source)[1]
    text = "".join(failed_rows(io.BytesIO(source), order(failed={row.row: "bad"})))
    assert text.splitlines()[1] == f"Ada,York,{row.row},bad"


@pytest.mark.parametrize("said", ['"5"', "[1]", "true", "-1"])
def test_a_failed_line_is_kept_also_where_its_number_is_none(said: str) -> None:
    source = b'{"docgen_row": ' + said.encode() + b', "name": "a"}\n'
    (row,) = read(source, RowFormat.JSONL)[1]
    text = "".join(failed_rows(io.BytesIO(source), order(RowFormat.JSONL, failed={row.row: "bad"})))
    assert text == '{"docgen_row":1,"name":"a","docgen_error":"bad"}\n'


def test_a_mapping_of_json_that_is_no_path_is_refused() -> None:
    with pytest.raises(RowsInvalidError) as caught:
        read(b'{"a": "x"}\n', RowFormat.JSONL, mapping={"a": "b..c"})
    assert [problem.code for problem in caught.value.diagnostics] == ["bad-mapping"]
