"""Counting the columns of a finished table, and giving its grid and cells the widths that follow (see grids.py)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Final

from domain.errors import LimitExceededError

# Word opens no table with more columns.
_MAX_COLUMNS: Final = 63
# Fiftieths of a percent in the whole of a table's width.
_WHOLE: Final = 5_000


@dataclass(slots=True)
class _Cell:
    """A cell: the region it lies in (or -1), its columns in the template, the regions it covers, and its span now."""

    region: int
    start: int
    end: int
    covered: tuple[int, ...]
    span: int
    position: int = 0


@dataclass(slots=True)
class _Row:
    before: int
    after: int
    cells: list[_Cell] = field(default_factory=list)


@dataclass(slots=True)
class Table:
    """A table that is being put out, with its number in its part.

    `widths` are those of the template's columns, or () where it does not say them. What depends on the number of
    columns is put out as an empty piece, and noted with the piece's index.
    """

    key: int
    widths: Sequence[int]
    regions: Sequence[tuple[int, int]]
    _rows: list[_Row] = field(default_factory=list)
    _grid: tuple[int, str] | None = None
    _spans: list[tuple[int, _Cell]] = field(default_factory=list)
    _cells: list[tuple[int, str, _Cell]] = field(default_factory=list)
    _indents: list[tuple[int, str, _Row]] = field(default_factory=list)

    def begin_row(self, before: int, after: int) -> None:
        """Take note of a row with the columns it leaves free at its beginning and end."""
        self._rows.append(_Row(before, after))

    def begin_cell(self, region: int, start: int, end: int, covered: tuple[int, ...]) -> None:
        """Take note of a cell of the current row."""
        self._rows[-1].cells.append(_Cell(region, start, end, covered, end - start))

    def widen_cell(self, span: int) -> None:
        """Take note of what the data says the current cell spans."""
        self._cell.span = span

    def note_grid(self, index: int, prefix: str) -> None:
        """Remember where the grid goes."""
        self._grid = index, prefix

    def note_span(self, index: int) -> None:
        """Remember where the span of the current cell goes."""
        self._spans.append((index, self._cell))

    def note_width(self, index: int, kind: str) -> None:
        """Remember where the width of the current cell goes."""
        self._cells.append((index, kind, self._cell))

    def note_indent(self, index: int, kind: str) -> None:
        """Remember where the width of the columns goes that the current row leaves free."""
        self._indents.append((index, kind, self._rows[-1]))

    def forget(self, start: int) -> None:
        """Forget an indent among the pieces from `start` on: they are taken back, with a row that has no cell."""
        while self._indents and self._indents[-1][0] >= start:
            self._indents.pop()

    @property
    def _cell(self) -> _Cell:
        return self._rows[-1].cells[-1]

    def settle(self) -> Iterator[tuple[int, str]]:
        """Count the columns, and give the text of each piece that was noted.

        Raises:
            LimitExceededError: the table would have more columns than Word opens.
        """
        counts = self._counts()
        widest = self._place_cells(counts)
        columns = self._columns(counts)
        columns += [sum(columns) // len(columns) if columns else 0] * (widest - len(columns))
        if len(columns) > _MAX_COLUMNS:
            message = f"A table would have {len(columns)} columns with this data, and Word opens {_MAX_COLUMNS}."
            raise LimitExceededError(message)
        edges = self._edges(columns)
        if self._grid is not None:
            yield self._grid[0], self._grid_text(self._grid[1], edges)
        yield from ((index, str(cell.span)) for index, cell in self._spans)
        for index, kind, cell in self._cells:
            yield index, _measure(edges, cell.position, cell.position + cell.span, kind)
        for index, kind, row in self._indents:
            yield index, _measure(edges, 0, row.before, kind)

    def _counts(self) -> list[int]:
        """Return how many columns each region has: those of the row that has most."""
        counts = [0] * len(self.regions)
        for row in self._rows:
            own = [0] * len(self.regions)
            for cell in row.cells:
                if cell.region >= 0:
                    own[cell.region] += cell.span
            counts = list(map(max, counts, own))
        for row in self._rows:
            for cell in row.cells:
                if cell.covered and self._covering_span(cell, counts) < 1:
                    counts[cell.covered[0]] = 1
        return counts

    def _covering_span(self, cell: _Cell, counts: Sequence[int]) -> int:
        regions = [self.regions[index] for index in cell.covered]
        drawn = sum(end - start for start, end in regions)
        return cell.end - cell.start - drawn + sum(counts[index] for index in cell.covered)

    def _place_cells(self, counts: Sequence[int]) -> int:
        """Give each cell its span and position; return the number of columns of the widest row."""
        widest = 0
        for row in self._rows:
            position = row.before
            for cell in row.cells:
                if cell.covered:
                    cell.span = self._covering_span(cell, counts)
                cell.position = position
                position += cell.span
            widest = max(widest, position + row.after)
        return widest

    def _columns(self, counts: Sequence[int]) -> list[int]:
        """Return the columns with the widths that were drawn, those of the regions as often as they are there."""
        drawn = self.widths or [1] * max((cell.end for row in self._rows for cell in row.cells), default=0)
        columns: list[int] = []
        position = 0
        for index, (start, end) in enumerate(self.regions):
            columns += drawn[position:start]
            columns += self._region(index, counts[index], drawn)
            position = end
        return [*columns, *drawn[position:]]

    def _region(self, index: int, count: int, drawn: Sequence[int]) -> list[int]:
        for row in self._rows:
            cells = [cell for cell in row.cells if cell.region == index]
            if count and sum(cell.span for cell in cells) == count:
                return [width for cell in cells for width in _shares(drawn[cell.start : cell.end], cell.span)]
        start, end = self.regions[index]
        return _shares(drawn[start:end], count)

    def _edges(self, columns: Sequence[int]) -> list[int]:
        """Return where the columns begin and end, scaled so that the table is as wide as in the template."""
        whole, total = sum(columns), sum(self.widths)
        return [round(edge * total / whole) if whole else 0 for edge in accumulate(columns, initial=0)]

    def _grid_text(self, prefix: str, edges: Sequence[int]) -> str:
        name = f"<{prefix}gridCol"
        if not self.widths:
            columns = f"{name}/>" * (len(edges) - 1)
        else:
            columns = "".join(f'{name} {prefix}w="{end - start}"/>' for start, end in pairwise(edges))
        return f"<{prefix}tblGrid>{columns}</{prefix}tblGrid>"


def _shares(widths: Sequence[int], count: int) -> list[int]:
    """Divide columns into another number of columns."""
    return list(widths) if len(widths) == count else [max(1, sum(widths) // count)] * count if count else []


def _measure(edges: Sequence[int], start: int, end: int, kind: str) -> str:
    width = edges[end] - edges[start]
    return str(width if kind == "dxa" else round(width * _WHOLE / (edges[-1] or 1)))
