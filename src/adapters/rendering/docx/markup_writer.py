"""Writes blocks as WordprocessingML: paragraphs in the template's styles, lists, tables, links.

Where the template lacks a style, direct formatting takes its place. (ECMA-376 part 1: paragraphs 17.3.1, tables 17.4.)
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from adapters.rendering.docx.direction import begins_right
from adapters.rendering.docx.looks import changed_look
from adapters.rendering.docx.markup_lists import ListKind, MarkupLists
from adapters.rendering.docx.richtext import linked
from adapters.rendering.docx.style_sheet import (
    BULLETS,
    CODE_SPANS,
    CODES,
    HEADINGS,
    LINKS,
    LIST_PARAGRAPH,
    NUMBERS,
    QUOTES,
    TABLES,
    StyleSheet,
)
from adapters.rendering.docx.writers import TURN_BEGIN, TURN_END, announced, run_text_writer
from adapters.rendering.language.markup import Markup
from adapters.rendering.markup import Block, Cell, Item, Kind, Paragraph, Run, Table

_STEP: Final = 720
_HANGING: Final = 360
_MONOSPACED: Final = "Consolas"
_GREY: Final = "F2F2F2"
_LINE: Final = "BFBFBF"
# Half points of headings without a style.
_SIZES: Final = (32, 28, 26, 24, 22, 22)
_ALIGNED: Final = {"center": "center", "right": "right"}
_NOT_TEXT: Final = str.maketrans("", "", "\x07\x0c")
# Signs of a column that is as wide as any may get, and what every column gets beside its signs.
_WIDE: Final = 60
_LEAST_SIGNS: Final = 6
_PADDING: Final = 4

_Look = dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Base:
    """Where blocks stand: the start tag of the paragraph, its properties, and those of the run.

    `room` is the width between the margins or in the cell, in twips; in a link there are no links. `right_to_left` is
    the direction of the document's language.
    """

    start: str
    paragraph: str = ""
    run: str = ""
    room: int = 9_000
    in_link: bool = False
    right_to_left: bool = False


class MarkupWriter:
    """Writes the blocks of one value at one place."""

    def __init__(
        self, prefix: str, sheet: StyleSheet, lists: MarkupLists, missing: dict[str, None], markup: Markup, base: Base
    ) -> None:
        self._prefix = prefix
        self._sheet = sheet
        self._lists = lists
        self._missing = missing
        self._markup = markup
        self._base = base
        self._text = run_text_writer(prefix)
        style = re.search(f"<{prefix}pStyle [^<>]*/>", base.paragraph)
        self._own_style = style.group() if style else ""
        self._bidi = f"<{prefix}bidi/>" if f"<{prefix}bidi/>" in base.paragraph else ""
        self._numbers: dict[int, str] = {}

    def write(self, blocks: tuple[Block, ...]) -> str:
        """Write blocks that stand between paragraphs; two tables in a row get a paragraph between them."""
        out: list[str] = []
        for index, block in enumerate(blocks):
            if isinstance(block, Table):
                if index and isinstance(blocks[index - 1], Table):
                    out.append(self.empty())
                out.append(self._table(block))
            else:
                out.append(self._paragraph(block))
        return "".join(out)

    def empty(self) -> str:
        """Write a paragraph without text."""
        return f"{self._base.start}{self._base.paragraph}</{self._prefix}p>"

    def runs(self, runs: tuple[Run, ...], look: _Look | None = None, *, own: bool = True) -> str:
        """Write runs; `own` ones look like the place that they stand in, but for this look."""
        out: list[str] = []
        for url, group in groupby(runs, key=lambda run: run.url):
            written = "".join(self._run(run, look or {}, own=own) for run in group)
            out.append(linked(written, url, self._prefix) if url and not self._base.in_link else written)
        return "".join(out)

    # -- runs

    def _run(self, run: Run, look: _Look, *, own: bool) -> str:
        w = self._prefix
        properties = changed_look(self._base.run if own else "", w, {**look, **self._look_of(run)})
        if run.image:
            return f"<{w}r>{properties}{announced(self._markup.picture(run.image, run.text))}</{w}r>"
        text = self._text(run.text.translate(_NOT_TEXT))
        if self._base.right_to_left and begins_right(run.text):
            text = f"{TURN_BEGIN}{text}{TURN_END}"
        return f'<{w}r>{properties}<{w}t xml:space="preserve">{text}</{w}t></{w}r>'

    def _look_of(self, run: Run) -> _Look:
        look: _Look = {}
        if run.url and not self._base.in_link:
            style = self._sheet.find("character", LINKS)
            look = {"rStyle": {"val": style}} if style else {"color": {"val": "0563C1"}, "u": {"val": "single"}}
        if run.code:
            style = self._sheet.find("character", CODE_SPANS)
            look |= {"rStyle": {"val": style}} if style else {**_font(_MONOSPACED), "shd": _shade()}
        if run.bold:
            look |= {"b": {}, "bCs": {}}
        if run.italic:
            look |= {"i": {}, "iCs": {}}
        if run.strike:
            look["strike"] = {}
        if run.underline:
            look["u"] = {"val": "single"}
        if run.vertical:
            look["vertAlign"] = {"val": run.vertical}
        return look

    # -- paragraphs

    def _paragraph(self, block: Paragraph) -> str:
        if block.is_plain:
            return f"{self._base.start}{self._base.paragraph}{self.runs(block.runs)}</{self._prefix}p>"
        if block.kind is Kind.HEADING:
            return self._heading(block)
        if block.kind is Kind.CODE:
            return self._code(block)
        if block.kind is Kind.RULE:
            border = self._border("bottom", "808080", 1)
            return self._made({"pStyle": self._own_style, "pBdr": border, "ind": self._indent(block)}, "")
        if block.item is not None:
            return self._made(self._item(block), self.runs(block.runs))
        return self._quote(block)

    def _made(self, properties: Mapping[str, str], runs: str) -> str:
        """Write a paragraph with these properties, which are in the order of the schema."""
        w = self._prefix
        written = "".join(filter(None, {**properties}.values()))
        return f"<{w}p><{w}pPr>{written}</{w}pPr>{runs}</{w}p>"

    def _style(self, names: tuple[str, ...], wish: str) -> str:
        style = self._sheet.find("paragraph", names)
        if not style:
            self._missing.setdefault(wish)
            return ""
        return f'<{self._prefix}pStyle {self._prefix}val="{style}"/>'

    def _heading(self, block: Paragraph) -> str:
        w, level = self._prefix, block.level
        style = self._style((HEADINGS[level - 1],), f"Heading {level}")
        number = self._numbered(block.item)[0] if block.item is not None else ""
        if style:
            indent = self._indent(block)
            return self._made(
                {"pStyle": style, "numPr": number, "bidi": self._bidi, "ind": indent}, self.runs(block.runs, own=False)
            )
        size = {"val": str(_SIZES[level - 1])}
        look: _Look = {"b": {}, "bCs": {}, "sz": size, "szCs": size}
        properties = {
            "pStyle": self._own_style,
            "keepNext": f"<{w}keepNext/>",
            "keepLines": f"<{w}keepLines/>",
            "numPr": number,
            "bidi": self._bidi,
            "spacing": f'<{w}spacing {w}before="240" {w}after="80"/>',
            "ind": self._indent(block),
            "outlineLvl": f'<{w}outlineLvl {w}val="{level - 1}"/>',
        }
        return self._made(properties, self.runs(block.runs, look))

    def _code(self, block: Paragraph) -> str:
        w = self._prefix
        style = self._style(CODES, "Code")
        number = self._numbered(block.item)[0] if block.item is not None else ""
        indent = self._indent(block)
        if style:
            return self._made({"pStyle": style, "numPr": number, "ind": indent}, self.runs(block.runs, own=False))
        shade = "".join(f' {w}{name}="{value}"' for name, value in _shade().items())
        properties = {"pStyle": self._own_style, "numPr": number, "shd": f"<{w}shd{shade}/>", "ind": indent}
        size = {"val": "19"}
        return self._made(properties, self.runs(block.runs, {**_font(_MONOSPACED), "sz": size, "szCs": size}))

    def _quote(self, block: Paragraph) -> str:
        style = self._style(QUOTES, "Quote")
        if style:
            indent = self._indented(_STEP * (block.quotes - 1)) if block.quotes > 1 else ""
            return self._made({"pStyle": style, "bidi": self._bidi, "ind": indent}, self.runs(block.runs))
        border = self._border("left", _LINE, 12)
        properties = {
            "pStyle": self._own_style, "pBdr": border, "bidi": self._bidi, "ind": self._indented(_STEP * block.quotes),
        }  # fmt: skip
        return self._made(properties, self.runs(block.runs, {"i": {}, "iCs": {}}))

    def _item(self, block: Paragraph) -> Mapping[str, str]:
        assert block.item is not None  # noqa: S101  # see _paragraph
        number, style = self._numbered(block.item)
        w = self._prefix
        close = f"<{w}contextualSpacing/>" if not style and block.item.begins else ""
        indent = self._indent(block)
        return {
            "pStyle": style or self._own_style,
            "numPr": number,
            "bidi": self._bidi,
            "ind": indent,
            "contextualSpacing": close,
        }

    def _numbered(self, item: Item) -> tuple[str, str]:
        """Return the number and the style of a paragraph that begins an item, nothing for one that goes on with it."""
        if not item.begins:
            return "", ""
        w = self._prefix
        kind = self._kind(item)
        known = self._sheet.lists.get(kind.name)
        if known is not None and not item.ordered:
            return "", f'<{w}pStyle {w}val="{known.style}"/>'
        if item.number not in self._numbers:
            self._numbers[item.number] = self._lists.number(kind, item.start)
        level = known.level if known is not None else min(item.depth, 8)
        number = f'<{w}numPr><{w}ilvl {w}val="{level}"/><{w}numId {w}val="{self._numbers[item.number]}"/></{w}numPr>'
        names = (kind.name, LIST_PARAGRAPH)
        return number, self._style(names, "List Number" if item.ordered else "List Bullet")

    def _kind(self, item: Item) -> ListKind:
        names = NUMBERS if item.ordered else BULLETS
        name = names[min(item.depth, len(names) - 1)]
        return ListKind(name, item.ordered, min(item.depth, 8))

    def _left(self, item: Item) -> tuple[int, int]:
        known = self._sheet.lists.get(self._kind(item).name)
        if known is not None and known.left:
            return known.left, known.hanging
        return _STEP * (item.depth + 1), _HANGING

    def _indent(self, block: Paragraph) -> str:
        """Write how far a paragraph stands in, by its list and its quotations."""
        if block.item is None:
            return self._indented(_STEP * block.quotes) if block.quotes else ""
        left, hanging = self._left(block.item)
        return self._indented(left + _HANGING * block.quotes, hanging if block.item.begins else 0)

    def _indented(self, left: int, hanging: int = 0) -> str:
        w = self._prefix
        out = f' {w}hanging="{hanging}"' if hanging else f' {w}firstLine="0"'
        return f'<{w}ind {w}left="{left}"{out}/>'

    def _border(self, side: str, colour: str, space: int) -> str:
        w = self._prefix
        line = f'{w}val="single" {w}sz="{12 if side == "left" else 6}" {w}space="{space}" {w}color="{colour}"'
        return f"<{w}pBdr><{w}{side} {line}/></{w}pBdr>"

    # -- tables

    def _table(self, table: Table) -> str:
        w = self._prefix
        style = self._sheet.find("table", TABLES)
        left = self._left(table.item)[0] if table.item is not None else 0
        left += _STEP * table.quotes
        room = max(self._base.room - left, _STEP)
        widths = _shares(table, room)
        properties = (
            (f'<{w}tblStyle {w}val="{style}"/>' if style else "")
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
        w = self._prefix
        line = f'{w}val="single" {w}sz="4" {w}space="0" {w}color="{_LINE}"'
        sides = "".join(f"<{w}{side} {line}/>" for side in ("top", "left", "bottom", "right", "insideH", "insideV"))
        return f"<{w}tblBorders>{sides}</{w}tblBorders>"

    def _row(self, row: tuple[Cell, ...], widths: list[int], *, is_head: bool, has_style: bool) -> str:
        w = self._prefix
        head = f"<{w}trPr><{w}cantSplit/><{w}tblHeader/></{w}trPr>" if is_head else ""
        cells: list[str] = []
        at = 0
        missing = len(widths) - sum(cell.columns for cell in row)
        for cell in (*row, *[Cell((), is_head=is_head)] * missing):
            width = sum(widths[at : at + cell.columns])
            at += cell.columns
            cells.append(self._cell(cell, width, shade=is_head and not has_style))
        return f"<{w}tr>{head}{''.join(cells)}</{w}tr>"

    def _cell(self, cell: Cell, width: int, *, shade: bool) -> str:
        w = self._prefix
        span = f'<{w}gridSpan {w}val="{cell.columns}"/>' if cell.columns > 1 else ""
        fill = "".join(f' {w}{name}="{value}"' for name, value in _shade().items())
        properties = f'<{w}tcW {w}w="{width}" {w}type="dxa"/>{span}' + (f"<{w}shd{fill}/>" if shade else "")
        look: _Look = {"b": {}, "bCs": {}} if cell.is_head else {}
        align = f'<{w}jc {w}val="{_ALIGNED[cell.align]}"/>' if cell.align in _ALIGNED else ""
        spacing = f'<{w}spacing {w}before="0" {w}after="0"/>'
        paragraph = f"<{w}pPr>{self._own_style}{self._bidi}{spacing}{align}</{w}pPr>"
        base = Base(
            f"<{w}p>",
            paragraph,
            changed_look(self._base.run, w, look),
            max(width - 216, _STEP),
            right_to_left=self._base.right_to_left,
        )
        inner = MarkupWriter(w, self._sheet, self._lists, self._missing, self._markup, base)
        inner._numbers = self._numbers  # the lists of one value are numbered together
        content = inner.write(cell.blocks)
        if not cell.blocks or isinstance(cell.blocks[-1], Table):
            content += inner.empty()
        return f"<{w}tc><{w}tcPr>{properties}</{w}tcPr>{content}</{w}tc>"


def _font(name: str) -> _Look:
    return {"rFonts": dict.fromkeys(("ascii", "hAnsi", "cs"), name)}


def _shade() -> dict[str, str]:
    return {"val": "clear", "color": "auto", "fill": _GREY}


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
