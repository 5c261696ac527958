"""Writes the tables of formatted texts as WordprocessingML (ECMA-376 part 1, 17.4)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from adapters.rendering.docx.direction import begins_right, is_right_to_left
from adapters.rendering.docx.looks import changed_look
from adapters.rendering.docx.markup_runs import Base, Look, shade
from adapters.rendering.docx.style_sheet import TABLES, StyleSheet
from adapters.rendering.markup import Block, Cell, Table

_STEP: Final = 720
_LINE: Final = "BFBFBF"
# What w:jc says of text whose lines begin on the left, and on the right: there its words are the other way round.
_ALIGNED: Final = {"center": "center", "right": "right"}
_ALIGNED_BIDI: Final = {"center": "center", "left": "right"}
# Signs of a column that is as wide as any may get, and what every column gets beside its signs.
_WIDE: Final = 60
_LEAST_SIGNS: Final = 6
_PADDING: Final = 4


@dataclass(frozen=True, slots=True)
class TableWriter:
    """Writes tables at one place: `own_style` is the style of its paragraph.

    `write_blocks` writes what stands in a cell, for a place there.
    """

    prefix: str
    sheet: StyleSheet
    base: Base
    own_style: str
    write_blocks: Callable[[tuple[Block, ...], Base], str]

    def write(self, table: Table, left: int) -> str:
        """Write a table that stands in so far, in twips."""
        w = self.prefix
        style = self.sheet.find("table", TABLES)
        room = max(self.base.room - left, _STEP)
        widths = _shares(table, room)
        is_turned = is_right_to_left(self.base.locale) and begins_right(_text(table))
        properties = (
            (f'<{w}tblStyle {w}val="{style}"/>' if style else "")
            + (f"<{w}bidiVisual/>" if is_turned else "")
            + (f'<{w}tblW {w}w="{room}" {w}type="dxa"/>' if left else f'<{w}tblW {w}w="5000" {w}type="pct"/>')
            + (f'<{w}tblInd {w}w="{left}" {w}type="dxa"/>' if left else "")
            + ("" if style else self._lines())
            + f'<{w}tblLook {w}val="0420" {w}firstRow="1" {w}lastRow="0" {w}firstColumn="0" {w}lastColumn="0"'
            f' {w}noHBand="0" {w}noVBand="1"/>'
        )
        grid = "".join(f'<{w}gridCol {w}w="{width}"/>' for width in widths)
        rows = "".join(
            self._row(row, widths, is_head=index < table.heads, has_style=bool(style))
            for index, row in enumerate(table.rows)
        )
        return f"<{w}tbl><{w}tblPr>{properties}</{w}tblPr><{w}tblGrid>{grid}</{w}tblGrid>{rows}</{w}tbl>"

    def _lines(self) -> str:
        w = self.prefix
        line = f'{w}val="single" {w}sz="4" {w}space="0" {w}color="{_LINE}"'
        sides = "".join(f"<{w}{side} {line}/>" for side in ("top", "left", "bottom", "right", "insideH", "insideV"))
        return f"<{w}tblBorders>{sides}</{w}tblBorders>"

    def _row(self, row: tuple[Cell, ...], widths: list[int], *, is_head: bool, has_style: bool) -> str:
        w = self.prefix
        head = f"<{w}trPr><{w}cantSplit/><{w}tblHeader/></{w}trPr>" if is_head else ""
        cells: list[str] = []
        at = 0
        missing = len(widths) - sum(cell.columns for cell in row)
        for cell in (*row, *[Cell((), is_head=is_head)] * missing):
            width = sum(widths[at : at + cell.columns])
            at += cell.columns
            cells.append(self._cell(cell, width, shade_it=is_head and not has_style))
        return f"<{w}tr>{head}{''.join(cells)}</{w}tr>"

    def _cell(self, cell: Cell, width: int, *, shade_it: bool) -> str:
        w = self.prefix
        fill = "".join(f' {w}{name}="{value}"' for name, value in shade().items())
        properties = (
            f'<{w}tcW {w}w="{width}" {w}type="dxa"/>'
            + (f'<{w}gridSpan {w}val="{cell.columns}"/>' if cell.columns > 1 else "")
            + (f'<{w}vMerge {w}val="restart"/>' if cell.rows > 1 else f"<{w}vMerge/>" if not cell.rows else "")
            + (f"<{w}shd{fill}/>" if shade_it else "")
        )
        look: Look = {"b": {}, "bCs": {}} if cell.is_head else {}
        bidi = f"<{w}bidi/>"
        is_bidi = bidi in self.base.paragraph or (
            is_right_to_left(self.base.locale) and any(map(begins_right, map(_text, cell.blocks)))
        )
        words = (_ALIGNED_BIDI if is_bidi else _ALIGNED).get(cell.align)
        align = f'<{w}jc {w}val="{words}"/>' if words else ""
        spacing = f'<{w}spacing {w}before="0" {w}after="0"/>'
        paragraph = f"<{w}pPr>{self.own_style}{bidi if is_bidi else ''}{spacing}{align}</{w}pPr>"
        run = changed_look(self.base.run, w, look)
        base = replace(self.base, start=f"<{w}p>", paragraph=paragraph, run=run, room=max(width - 216, _STEP))
        return f"<{w}tc><{w}tcPr>{properties}</{w}tcPr>{self.write_blocks(cell.blocks, base)}</{w}tc>"


def _text(block: Block) -> str:
    """Return the text of a block, to see what its first letter is."""
    if isinstance(block, Table):
        return " ".join(_text(inner) for row in block.rows for cell in row for inner in cell.blocks)
    return "".join(run.text for run in block.runs)


def _shares(table: Table, room: int) -> list[int]:
    """Divide the room among columns, by the longest text in each."""
    signs = [_LEAST_SIGNS] * table.width
    for row in table.rows:
        for index, cell in _placed(row):
            if cell.columns == 1:
                wanted = max((_signs(block) for block in cell.blocks), default=0)
                signs[index] = max(signs[index], wanted)
    whole = sum(signs)
    return [max(1, room * each // whole) for each in signs]


def _placed(row: tuple[Cell, ...]) -> Iterator[tuple[int, Cell]]:
    index = 0
    for cell in row:
        yield index, cell
        index += cell.columns


def _signs(block: Block) -> int:
    """Say how wide a column should be for a block: for its text, and at least for its longest word, bold and all."""
    if isinstance(block, Table):
        return _WIDE
    text = "".join(run.text for run in block.runs)
    longest = max(map(len, text.split()), default=0)
    return min(max(len(text), round(longest * 1.4)) + _PADDING, _WIDE)
