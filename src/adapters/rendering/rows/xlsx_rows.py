"""Rows of an Excel workbook (ECMA-376, part 1, chapter 18), read by openpyxl a row at a time."""

import math
import re
from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any, BinaryIO, Final

import openpyxl

from adapters.rendering.rows.limits import RowLimits
from adapters.rendering.rows.table import Record, Table
from adapters.rendering.rows.xlsx_gate import SAVE_AGAIN, Traps, check_workbook
from application.ports.row_reader import TableFacts
from domain.errors import DocGenError, RowsInvalidError
from domain.near_names import did_you_mean
from domain.row_values import Cell, CellError
from domain.rows import RowFormat

# Excel's own limit; a sheet that says it has more rows is made to be waited for.
_MAX_ROWS: Final = 1_048_576
# A number that is shown with leading zeros, as postcodes are.
_ZEROS: Final = re.compile(r"0{2,30}")
_SHOWN: Final = 5


def open_xlsx(file: BinaryIO, sheet: str | None, limits: RowLimits) -> Table:
    """Open a sheet of a workbook: the named one, else the first that is not hidden.

    Formulas give the results that Excel has stored.

    Raises:
        RowsInvalidError: it is no workbook, has no such sheet, or the sheet has merged or uncalculated cells.
    """
    traps = check_workbook(file.read(), limits)
    file.seek(0)
    try:
        workbook = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except Exception as error:  # noqa: BLE001  # whatever stands in it: openpyxl checks next to nothing
        raise _unreadable(error) from None
    chosen = _sheet(workbook, sheet)
    _refuse_traps(traps.get(chosen._worksheet_path, Traps()))  # noqa: SLF001  # openpyxl has no public name for it
    facts = TableFacts(RowFormat.XLSX, sheet=chosen.title)
    return Table(facts, _records(chosen, limits), is_ragged=True)


def _sheet(workbook: Any, wish: str | None) -> Any:
    sheets = {sheet.title: sheet for sheet in workbook.worksheets}
    if wish is not None and wish not in sheets:
        advice = did_you_mean(wish, sheets) or f"Its sheets are: {', '.join(map(repr, sheets))}."
        raise RowsInvalidError.of_file("unknown-sheet", f"The workbook has no sheet {wish[:100]!r}.", advice)
    if not sheets:
        raise RowsInvalidError.of_file("no-rows", "The workbook has no sheet with cells.", "Put the table into one.")
    if wish is not None:
        return sheets[wish]
    return next((sheet for sheet in sheets.values() if sheet.sheet_state == "visible"), next(iter(sheets.values())))


def _refuse_traps(traps: Traps) -> None:
    if traps.merged:
        message = f"The sheet has merged cells: {_some(traps.merged)}. Each row needs values of its own."
        raise RowsInvalidError.of_file("merged-cells", message, "Unmerge them and fill in every row.")
    if traps.uncalculated:
        message = f"The results of formulas are not stored in the file: {_some(traps.uncalculated)}."
        raise RowsInvalidError.of_file("uncalculated-formula", message, SAVE_AGAIN)


def _some(places: Iterable[str]) -> str:
    told = list(places)
    return ", ".join(told[:_SHOWN]) + (f" and {len(told) - _SHOWN} more" if len(told) > _SHOWN else "")


def _records(sheet: Any, limits: RowLimits) -> Iterator[Record]:
    # What a file says of its size is often wrong.
    sheet.reset_dimensions()
    rows = iter(sheet.iter_rows())
    for number in range(1, _MAX_ROWS + 2):
        try:
            row = next(rows, None)
            cells = None if row is None else [_cell(cell, limits) for cell in row]
        except DocGenError:
            raise
        except Exception as error:  # noqa: BLE001  # as above
            raise _unreadable(error, number) from None
        if cells is None:
            return
        if number > _MAX_ROWS:
            raise RowsInvalidError.of_file(
                "broken-workbook", f"The sheet has more than {_MAX_ROWS:,} rows.", SAVE_AGAIN
            )
        yield Record(number, cells)


def _cell(cell: Any, limits: RowLimits) -> Cell:
    value = cell.value
    if value is None:
        return None
    if cell.data_type == "e":
        return CellError(str(value))
    if isinstance(value, str):
        if len(value) > limits.cell_characters:
            message = f"The cell {cell.coordinate} has more than {limits.cell_characters:,} characters."
            raise RowsInvalidError.of_file("cell-too-long", message, "Shorten it.")
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        zeros = _ZEROS.fullmatch(cell.number_format or "")
        return f"{value:0{len(zeros[0])}}" if zeros and value >= 0 else value
    return _plain(value)


def _plain(value: Any) -> Cell:
    """Return a value without what binary fractions add to it: Excel counts with 15 digits."""
    if isinstance(value, float):
        return Decimal(f"{value:.15g}") if math.isfinite(value) else CellError(str(value))
    if isinstance(value, datetime):
        whole = (value + timedelta(milliseconds=500)).replace(microsecond=0)
        return whole.date() if whole.time() == time() else whole
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
    if isinstance(value, time):
        return value.replace(microsecond=0)
    return value if isinstance(value, bool) else str(value)


def _unreadable(error: Exception, row: int | None = None) -> RowsInvalidError:
    place = "" if row is None else f" at row {row}"
    if isinstance(error, MemoryError):
        message = f"Reading the workbook{place} takes more memory than it may."
        return RowsInvalidError.of_file("rows-too-large", message, "Split it, or save the sheet as CSV.")
    message = f"The workbook cannot be read{place} ({type(error).__name__})."
    return RowsInvalidError.of_file("broken-workbook", message, SAVE_AGAIN)
