"""The file of failed rows: those rows as they were, which row each was, and what is wrong with it.

It is CSV in UTF-8 with a mark, which Excel opens as it is, or JSONL. A cell that a spreadsheet would take for a formula
gets an apostrophe in front (formulas), which is taken off where such a file is read again.
"""

import csv
import io
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import BinaryIO, Final

import msgspec

from adapters.rendering.rows.conventions import conventions_of
from adapters.rendering.rows.formulas import guarded
from adapters.rendering.rows.prepare import open_json, open_table, said_number
from adapters.rendering.rows.protocol import Order
from domain.row_json import row_number
from domain.row_values import Cell, Conventions, text_of
from domain.rows import ERROR_COLUMN, ROW_COLUMN, RowFormat

_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")
_MARK: Final = "\ufeff"
# 1.234 is more than a thousand where the decimal sign is a comma.
_LIKE_THOUSANDS: Final = re.compile(r"-?[0-9]{1,3}\.[0-9]{3}")
_OWN: Final = (ROW_COLUMN, ERROR_COLUMN)


def failed_rows(file: BinaryIO, order: Order) -> Iterator[str]:
    """Yield the text of the file, row by row.

    Raises:
        RowsInvalidError: the file cannot be read.
    """
    failed = order.failed or {}
    if order.format in (RowFormat.JSON, RowFormat.JSONL):
        yield from _as_lines(file, order, failed)
    else:
        yield from _as_csv(file, order, failed)


def _as_lines(file: BinaryIO, order: Order, failed: dict[int, str]) -> Iterator[str]:
    for row in open_json(file, order):
        if row.data is None:
            continue  # a line that is no JSON is mended where it stands
        number = row_number(row.data, row.number)
        if number in failed:
            said = {ROW_COLUMN: number, ERROR_COLUMN: failed[number]}
            yield _ENCODER.encode({**row.data, **said}).decode() + "\n"


def _as_csv(file: BinaryIO, order: Order, failed: dict[int, str]) -> Iterator[str]:
    table = open_table(file, order)
    header = table.header(order.limits)
    kept = [index for index, name in enumerate(header) if name not in _OWN]
    numbered = next((index for index, name in enumerate(header) if name == ROW_COLUMN), None)
    conventions = conventions_of(order.locale)
    # As Excel expects it, where the source says nothing.
    usual = ";" if conventions.decimal == "," else ","
    delimiter = "\t" if table.facts.delimiter == "tab" else table.facts.delimiter or usual
    yield _MARK + _line([*(header[index] for index in kept), *_OWN], delimiter)
    for record in table.records:
        said = None if numbered is None else said_number(record.cells, numbered)
        number = record.number if said is None else said
        if number in failed:
            cells = [_written(record.cells[index], conventions) if index < len(record.cells) else "" for index in kept]
            beyond = [_written(cell, conventions) for cell in record.cells[len(header) :]]
            yield _line([*cells, str(number), guarded(failed[number]), *beyond], delimiter)


def _written(cell: Cell, conventions: Conventions) -> str:
    """Write a cell so that it is read again as it was."""
    if isinstance(cell, str):
        return guarded(cell)
    text = text_of(cell)
    if isinstance(cell, Decimal) and conventions.decimal != "." and _LIKE_THOUSANDS.fullmatch(text):
        return text + "0"
    return text


def _line(cells: list[str], delimiter: str) -> str:
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter, lineterminator="\r\n").writerow(cells)
    return line.getvalue()
