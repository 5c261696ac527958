"""What tables of every format have in common."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from adapters.rendering.rows.limits import RowLimits
from application.ports.row_reader import TableFacts
from domain.errors import RowsInvalidError
from domain.row_data import is_empty
from domain.row_values import Cell


@dataclass(frozen=True, slots=True)
class Record:
    """One row; `number` counts as spreadsheet programs do."""

    number: int
    cells: Sequence[Cell]


@dataclass(slots=True)
class Table:
    """A table whose rows are read once; `is_ragged` says that rows may end early, as in a workbook."""

    facts: TableFacts
    records: Iterator[Record]
    is_ragged: bool

    def header(self, limits: RowLimits) -> tuple[str, ...]:
        """Take the names of the columns from the first row that is not blank.

        Raises:
            RowsInvalidError: there is none, or it has too many columns.
        """
        first = next((record for record in self.records if not is_blank(record)), None)
        if first is None:
            raise RowsInvalidError.of_file(
                "no-rows", "The file is empty.", "Put the names of the columns into its first row."
            )
        names = [str(cell).strip() if cell is not None else "" for cell in first.cells]
        while names and not names[-1]:
            names.pop()
        if len(names) > limits.columns:
            message = f"The table has {len(names):,} columns; the limit is {limits.columns:,}."
            raise RowsInvalidError.of_file("too-many-columns", message, "Leave out what the template does not use.")
        return tuple(names)


def is_blank(record: Record) -> bool:
    """Tell whether no cell holds anything."""
    return all(map(is_empty, record.cells))
