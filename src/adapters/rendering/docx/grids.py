"""Tables whose number of columns the data decides: loops over cells, {% colspan %}, {% hm %}.

The grid of a table lists its columns with their widths (ECMA-376 part 1, 17.4.48); Word trusts it. Here it is noted,
before the tags leave their cells, which columns of the template each cell stands in; the columns between two cells that
are always there are a *region*, of which the data decides how many columns it has. What the finished rows have is
counted by marks (see columns.py), and then: the grid gets as many columns as the widest row, each as wide as its author
drew it, all scaled so that the table keeps its width; every cell is as wide as its columns; and a cell that was merged
over a whole region, as a heading often is, spans what the region has become. python-docx-template leaves such a cell
as it was, and everything else comes out as it does there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from adapters.rendering.docx.marks import MarkTable
from adapters.rendering.docx.tokens import TokenTable
from adapters.rendering.docx.tree import SDT, SDT_CONTENT, TBL, TBLPR, TC, TCPR, TR, TRPR, Node, ancestor, is_token, w

_GRID, _COLUMN, _WIDTH, _TYPE, _VALUE = w("tblGrid"), w("gridCol"), w("w"), w("type"), w("val")
_GRID_SPAN, _CELL_WIDTH = w("gridSpan"), w("tcW")
_MEASURED: Final = frozenset({"dxa", "pct"})
_WRAPPERS: Final = (SDT, SDT_CONTENT, w("customXml"))
# Word draws no more columns.
_MAX_COLUMNS: Final = 63

# From a column up to, not including, another.
Columns: TypeAlias = tuple[int, int]


@dataclass(slots=True)
class Geometry:
    """The columns of a table as its author drew it: those of each cell, where each row ends, and their widths.

    `key` tells the tables of a part apart: a macro may print rows and cells of one in another.
    """

    key: int
    cells: dict[Node, Columns]
    ends: dict[Node, int]
    widths: tuple[int, ...]


def geometries(tokens: TokenTable) -> dict[Node, Geometry]:
    """Note which columns the cells stand in, in all tables that hold tags which could change that."""
    tables = dict.fromkeys(
        table
        for index in range(len(tokens))
        if (node := tokens[index].node) is not None and not tokens[index].is_output
        for table in node.iterancestors(TBL)
    )
    return {table: _geometry(key, table) for key, table in enumerate(tables)}


def _geometry(key: int, table: Node) -> Geometry:
    cells: dict[Node, Columns] = {}
    ends: dict[Node, int] = {}
    for row in _own(table, TR):
        position = _setting(row, TRPR, "gridBefore", 0)
        for cell in _own(row, TC):
            span = _setting(cell, TCPR, "gridSpan", 1)
            cells[cell] = (position, position + span)
            position += span
        ends[row] = position
    return Geometry(key, cells, ends, _widths(table, max(ends.values(), default=0)))


def _own(parent: Node, tag: str) -> Iterator[Node]:
    """List the rows of a table or the cells of a row, content controls around them like or not."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _own(child, tag)


def _setting(element: Node, properties: str, name: str, otherwise: int) -> int:
    found = element.find(f"{properties}/{w(name)}")
    value = "" if found is None else found.get(_VALUE, "")
    return min(int(value), _MAX_COLUMNS) if value.isascii() and value.isdigit() else otherwise


def _widths(table: Node, columns: int) -> tuple[int, ...]:
    """Return the widths of a table's columns, or nothing where the template does not say them."""
    grid = table.find(_GRID)
    widths = [] if grid is None else [_measure(column) for column in grid.iter(_COLUMN)]
    if not widths or not all(widths):
        return ()
    average = sum(widths) // len(widths)
    return (*widths, *[average] * (columns - len(widths)))


def _measure(node: Node) -> int:
    value = node.get(_WIDTH, "")
    return min(int(value), 100_000) if value.isascii() and value.isdigit() else 0


def mark_grids(root: Node, tokens: TokenTable, marks: MarkTable, known: dict[Node, Geometry], prefix: str) -> None:
    """Mark the tables of which the data decides how many columns they have."""
    for table, geometry in known.items():
        if ancestor(table, root.tag) is None:
            continue
        varying = {row: _varying(row, tokens) for row in _own(table, TR)}
        widened = any(_span_is_open(cell, tokens.mark) for row in varying for cell in _own(row, TC))
        if widened or any(varying.values()):
            _mark_table(table, varying, geometry, marks, prefix)


def _varying(row: Node, tokens: TokenTable) -> set[Node]:
    """Return the cells of a row that the data leaves out or repeats, and the row itself where it does that to any."""
    varying: set[Node] = set()
    depth = 0
    for node in _cells_and_tokens(row):
        if is_token(node):
            depth += tokens.of(node).opens - bool(tokens.of(node).closes)
            if depth:
                varying.add(row)
        elif depth:
            varying.add(node)
    return varying


def _cells_and_tokens(parent: Node) -> Iterator[Node]:
    for child in parent:
        if is_token(child) or child.tag == TC:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _cells_and_tokens(child)


def _span_is_open(cell: Node, mark: str) -> bool:
    span = cell.find(f"{TCPR}/{_GRID_SPAN}")
    return span is not None and mark in span.get(_VALUE, "")


def _regions(rows: list[Node], varying: dict[Node, set[Node]], geometry: Geometry) -> list[Columns]:
    """Return the regions of a table; where those of two rows overlap, they are one."""
    gaps = sorted(gap for row in rows if varying[row] for gap in _gaps(row, varying[row], geometry))
    regions: list[Columns] = []
    for start, end in gaps:
        if regions and start < regions[-1][1]:
            regions[-1] = (regions[-1][0], max(end, regions[-1][1]))
        else:
            regions.append((start, end))
    return regions


def _gaps(row: Node, varying: set[Node], geometry: Geometry) -> Iterator[Columns]:
    """List the columns between the cells of a row that are always there."""
    position = _setting(row, TRPR, "gridBefore", 0)
    for cell in _own(row, TC):
        if cell in varying or cell not in geometry.cells:
            continue
        start, end = geometry.cells[cell]
        if start > position:
            yield position, start
        position = end
    end = geometry.ends.get(row, position)
    if end > position:
        yield position, end


def _mark_table(table: Node, varying: dict[Node, set[Node]], geometry: Geometry, marks: MarkTable, prefix: str) -> None:
    rows = list(varying)
    regions = _regions(rows, varying, geometry)
    for row in rows:
        before, after = (_setting(row, TRPR, name, 0) for name in ("gridBefore", "gridAfter"))
        for cell in _own(row, TC):
            _mark_cell(cell, geometry, regions, marks, varies=cell in varying[row])
        indent = row.find(f"{TRPR}/{w('wBefore')}")
        if geometry.widths and indent is not None and indent.get(_TYPE) in _MEASURED:
            indent.set(_WIDTH, marks.in_attribute("indent", geometry.key, indent.get(_TYPE), indent.get(_WIDTH, "0")))
        marks.first_in(row, "row", geometry.key, before, after)
    grid = table.find(_GRID)
    if grid is not None:
        marks.before(grid, "grid", prefix)
        table.remove(grid)
    elif table.find(TBLPR) is not None:
        marks.after(table.find(TBLPR), "grid", prefix)
    marks.first_in(table, "table", geometry.key, geometry.widths, tuple(regions))
    marks.last_in(table, "end-table")


def _mark_cell(cell: Node, geometry: Geometry, regions: list[Columns], marks: MarkTable, *, varies: bool) -> None:
    start, end = geometry.cells.get(cell, (0, 1))
    region = next((index for index, (first, last) in enumerate(regions) if first <= start and end <= last), -1)
    covered = tuple(index for index, (first, last) in enumerate(regions) if start <= first and last <= end)
    span = cell.find(f"{TCPR}/{_GRID_SPAN}")
    if span is not None and _span_is_open(cell, marks.mark):
        covered = ()
        span.set(_VALUE, f"{marks.in_attribute('open')}{span.get(_VALUE)}{marks.in_attribute('span', geometry.key)}")
    elif covered and span is not None and not varies:
        region = -1
        span.set(_VALUE, marks.in_attribute("covering", geometry.key, str(end - start)))
    else:
        covered = ()
    width = cell.find(f"{TCPR}/{_CELL_WIDTH}")
    if geometry.widths and width is not None and width.get(_TYPE) in _MEASURED:
        width.set(_WIDTH, marks.in_attribute("width", geometry.key, width.get(_TYPE), width.get(_WIDTH, "0")))
    marks.first_in(cell, "cell", geometry.key, region, start, end, covered)
