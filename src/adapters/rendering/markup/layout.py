"""Lays the cells of a table out in its columns: what reaches down from above takes its place in the rows below."""

from dataclasses import replace
from typing import Final

from adapters.rendering.markup.blocks import Cell
from adapters.rendering.markup.errors import MarkupError

# More columns than this no table can have in Word.
MAX_COLUMNS: Final = 63
# With those that fill short rows up, and those that a cell reaches down through.
MAX_CELLS: Final = 100_000


def laid_out(rows: list[list[Cell]]) -> tuple[tuple[Cell, ...], ...]:
    """Return rows in which every cell that covers several rows is followed by cells of no rows below it.

    Cells come one behind the other in the columns that are free, as in HTML; where one would cover a column that
    reaches down from above, it ends before that.

    Raises:
        MarkupError: there are too many columns, or cells.
    """
    made: list[tuple[Cell, ...]] = []
    width = 0
    # By their first column: how many rows are left of a cell above, and how many columns it covers.
    below: dict[int, tuple[int, int]] = {}
    for number, row in enumerate(rows):
        placed: list[Cell] = []
        waiting = row[::-1]
        column = 0
        while waiting or any(at >= column for at in below):
            if column in below:
                left, covers = below.pop(column)
                if left > 1:
                    below[column] = left - 1, covers
                cell = Cell((), columns=covers, rows=0)
            else:
                free = min((at for at in below if at > column), default=column + 1_000) - column
                cell = waiting.pop() if waiting else Cell((), columns=free)
                covered = min(cell.rows, len(rows) - number)
                cell = replace(cell, columns=min(cell.columns, free), rows=covered)
                if covered > 1:
                    below[column] = covered - 1, cell.columns
            placed.append(cell)
            column += cell.columns
        made.append(tuple(placed))
        check_columns(column)
        width = max(width, column)
        if width * len(rows) > MAX_CELLS:
            message = f"A table has more than {MAX_CELLS:,} cells."
            raise MarkupError(message, "Divide it into several tables.")
    return tuple(made)


def check_columns(count: int) -> None:
    """Refuse a row that is too wide.

    Raises:
        MarkupError: it is.
    """
    if count > MAX_COLUMNS:
        message = f"A table has more than {MAX_COLUMNS} columns, and Word takes no more."
        raise MarkupError(message, "Leave columns out, or write the table the other way round.")
