"""Rows of a batch: what is wrong with one, and what all of them are told to become."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from domain.diagnostics import Diagnostic, Severity
from domain.formats import extension_of

# Of so many rows every problem is told; the others are counted.
TOLD_ROWS: Final = 100
# Columns of a file of failed rows, which can be corrected and run again: the row it was, and why it failed.
ROW_COLUMN: Final = "docgen_row"
ERROR_COLUMN: Final = "docgen_error"


class RowFormat(StrEnum):
    """What rows come in: JSON is one list of objects, JSONL an object a line."""

    CSV = "csv"
    XLSX = "xlsx"
    JSONL = "jsonl"
    JSON = "json"


_FORMATS: Final = {
    ".csv": RowFormat.CSV,
    ".tsv": RowFormat.CSV,
    ".txt": RowFormat.CSV,
    ".xlsx": RowFormat.XLSX,
    ".jsonl": RowFormat.JSONL,
    ".ndjson": RowFormat.JSONL,
    ".json": RowFormat.JSON,
}
# Kinds of file that people try, and what to do with them instead.
ROWS_ADVICE: Final = dict.fromkeys((".xls", ".xlsm", ".xlsb", ".ods", ".numbers"), "Save the table as .xlsx or CSV.")


def row_format_of(file_name: str) -> RowFormat | None:
    """Tell the format of a file of rows by its name, or None where DocGen does not take such files."""
    return _FORMATS.get(extension_of(file_name))


@dataclass(frozen=True, slots=True)
class RowWishes:
    """What a caller says about the rows of a file; None leaves it to the file.

    `mapping` leads columns to paths of the data, None to nowhere; `key` is the column that tells rows apart;
    `ignore_unknown` takes columns that the template does not use.
    """

    mapping: Mapping[str, str | None] = field(default_factory=dict)
    key: str | None = None
    ignore_unknown: bool = False
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with a row; `column` is the name in the header, `value_type` what stands there.

    `row` counts as spreadsheet programs do: the header is row 1. `pointer` is the place in the data (RFC 6901).
    """

    row: int
    code: str
    message: str
    suggestion: str | None = None
    column: str | None = None
    value_type: str | None = None
    pointer: str | None = None

    @classmethod
    def of(cls, row: int, found: Diagnostic, columns: Mapping[str, str]) -> "RowProblem":
        """Make it of a finding; `columns` gives the column of a place in the data."""
        message, column = found.message.rstrip("."), columns.get(found.pointer or "")
        return cls(row, found.code, message, found.suggestion, column, pointer=found.pointer)

    def as_diagnostic(self) -> Diagnostic:
        """Return it as a finding, with the row and the column in its sentence."""
        if self.column:
            place, pointer = f"Row {self.row}, column {self.column!r}", None  # the column says where
        else:
            place, pointer = f"Row {self.row}", self.pointer
        return Diagnostic(Severity.ERROR, self.code, f"{place}: {self.message}.", self.suggestion, pointer=pointer)


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row that can be rendered, unless it has `problems`; `repeats` is an earlier row of the same key and data."""

    row: int
    data: bytes
    data_sha256: str
    key: str | None = None
    problems: tuple[RowProblem, ...] = ()
    repeats: int | None = None
