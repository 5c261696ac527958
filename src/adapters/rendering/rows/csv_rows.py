"""Rows of CSV (RFC 4180) and its kin with semicolons, tabs or bars."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO, Final

from adapters.rendering.rows.limits import RowLimits
from adapters.rendering.rows.table import Record, Table
from adapters.rendering.rows.text_encoding import encoding_of, name_of
from application.ports.row_reader import TableFacts
from domain.errors import RowsInvalidError
from domain.rows import RowFormat, RowWishes

_DELIMITERS: Final = (",", ";", "\t", "|")
_NAMES: Final = {"\t": "tab", "tab": "\t", "\\t": "\t"}
_SAMPLE_LINES: Final = 200
_SAMPLE_CHARACTERS: Final = 200_000
# Excel's own way to say it, in a line above the header.
_SAID: Final = "sep="


def open_csv(file: BinaryIO, wishes: RowWishes, language: str, limits: RowLimits) -> Table:
    """Open a CSV file: encoding and delimiter are what `wishes` say, else found out.

    Raises:
        RowsInvalidError: it is no text, or empty.
    """
    encoding = encoding_of(file, wishes.encoding, language)
    said, delimiter = _delimiter(_lines(file, encoding, limits), wishes.delimiter)
    facts = TableFacts(RowFormat.CSV, name_of(encoding), _NAMES.get(delimiter, delimiter))
    return Table(facts, _records(_lines(file, encoding, limits), delimiter, limits, skip=said), is_ragged=False)


def _lines(file: BinaryIO, encoding: str, limits: RowLimits) -> Iterator[str]:
    """Yield lines with their ends; none is longer than a row may be."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding, newline="")
    number = 0
    try:
        while line := text.readline(limits.row_characters + 1):
            number += 1
            if len(line) > limits.row_characters:
                message = f"Line {number} has more than {limits.row_characters:,} characters."
                raise RowsInvalidError.of_file("row-too-long", message, "Is it a table with a row a line?")
            if "\0" in line:
                message = f"Line {number} holds a binary zero, which no text has."
                raise RowsInvalidError.of_file("not-a-table", message, "Save the table as CSV in UTF-8.")
            yield line
    except UnicodeError:
        message = f"The file is not {name_of(encoding)} throughout: what follows line {number} cannot be read."
        raise RowsInvalidError.of_file("bad-encoding", message, "Save it as UTF-8, or name its encoding.") from None
    finally:
        with suppress(ValueError):  # whoever owns the file has closed it
            text.detach()


def _records(lines: Iterator[str], delimiter: str, limits: RowLimits, *, skip: bool) -> Iterator[Record]:
    csv.field_size_limit(limits.cell_characters)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    number = 0
    while True:
        began = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise _broken(str(error), began, limits) from None
        if cells is None:
            return
        number += 1
        if skip and number == 1:
            continue
        yield Record(number, cells)


def _broken(words: str, line: int, limits: RowLimits) -> RowsInvalidError:
    if "field limit" in words:
        message = f"A cell in the row that begins in line {line} has more than {limits.cell_characters:,} characters."
        return RowsInvalidError.of_file("cell-too-long", message, "Perhaps a quotation mark there is never closed.")
    if "unexpected end" in words:
        message = f"The quotation mark in the row that begins in line {line} is never closed."
    else:
        message = f"The row that begins in line {line} is not CSV: text follows a closing quotation mark."
    return RowsInvalidError.of_file("broken-csv", message, 'Write a quotation mark within a cell twice: "a ""b"" c".')


def _delimiter(lines: Iterator[str], wish: str | None) -> tuple[bool, str]:
    """Return whether the first line names the delimiter, and which it is."""
    sample, size = list[str](), 0
    for line in lines:
        sample.append(line)
        size += len(line)
        if len(sample) == _SAMPLE_LINES or size > _SAMPLE_CHARACTERS:
            break
    first = sample[0].rstrip("\r\n") if sample else ""
    said = first.lower().startswith(_SAID) and len(first) == len(_SAID) + 1
    if wish is not None:
        chosen = _NAMES.get(wish, wish)
        if len(chosen) != 1 or chosen in '"\r\n':
            message = f"{wish[:20]!r} cannot be a delimiter."
            raise RowsInvalidError.of_file("bad-delimiter", message, "Name one sign, such as ';', or tab.")
        return said, chosen
    return said, first[-1] if said else max(_DELIMITERS, key=lambda sign: _fitness(sample, sign))


def _fitness(sample: list[str], delimiter: str) -> tuple[float, int]:
    """Tell how well a delimiter cuts lines into as many cells each; 0 where it cuts none."""
    counts = []
    try:
        for cells in csv.reader(sample, delimiter=delimiter):
            counts.append(len(cells))  # noqa: PERF401  # what came before an error counts
    except csv.Error:  # the last line of a sample may end within a cell
        counts = counts[:-1]
    counts = [count for count in counts if count]
    if not counts or counts[0] == 1:
        return 0.0, 0
    return Counter(counts)[counts[0]] / len(counts), counts[0]
