"""Writes blocks as WordprocessingML: paragraphs in the template's styles, headings, lists, quotations, code.

Where the template lacks a style, direct formatting takes its place. (ECMA-376 part 1, 17.3.1.)
"""

import re
from collections.abc import Mapping
from typing import Final

from adapters.rendering.docx.direction import begins_right, is_right_to_left
from adapters.rendering.docx.markup_lists import ListKind, MarkupLists
from adapters.rendering.docx.markup_runs import Base, Look, Missing, RunWriter, monospaced, shade, size
from adapters.rendering.docx.markup_tables import TableWriter
from adapters.rendering.docx.style_sheet import (
    BULLETS,
    CODES,
    HEADINGS,
    LIST_PARAGRAPH,
    NUMBERS,
    QUOTES,
    StyleSheet,
)
from adapters.rendering.language.markup import Markup
from adapters.rendering.markup import Block, Item, Kind, Paragraph, Table

_STEP: Final = 720
_HANGING: Final = 360
_LINE: Final = "BFBFBF"
# Half points of headings without a style, and of code.
_SIZES: Final = (32, 28, 26, 24, 22, 22)
_CODE_SIZE: Final = 19


class MarkupWriter:
    """Writes the blocks of one value at one place."""

    def __init__(
        self, prefix: str, sheet: StyleSheet, lists: MarkupLists, missing: Missing, markup: Markup, base: Base
    ) -> None:
        self._prefix = prefix
        self._sheet = sheet
        self._lists = lists
        self._missing = missing
        self._markup = markup
        self._base = base
        self._runs = RunWriter(prefix, sheet, missing, markup, base)
        style = re.search(f"<{prefix}pStyle [^<>]*/>", base.paragraph)
        self._own_style = style.group() if style else ""
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

    # -- paragraphs

    def _paragraph(self, block: Paragraph) -> str:
        if block.is_plain:
            return f"{self._base.start}{self._plain(block)}{self._runs.write(block.runs)}</{self._prefix}p>"
        if block.kind is Kind.HEADING:
            return self._heading(block)
        if block.kind is Kind.CODE:
            return self._code(block)
        if block.kind is Kind.RULE:
            border = self._border("bottom", "808080", 1)
            return self._made({"pStyle": self._own_style, "pBdr": border, "ind": self._indent(block)}, "")
        # A quotation within an item is one; an item within a quotation stays an item, and is indented.
        if block.item is not None and (block.item.begins or not block.quotes):
            return self._made(self._item(block), self._runs.write(block.runs))
        return self._quote(block)

    def _bidi(self, block: Paragraph) -> str:
        """Write that lines begin on the right: as at this place, or by the text, in a language that is written so."""
        bidi = f"<{self._prefix}bidi/>"
        return bidi if bidi in self._base.paragraph or self._is_turned(block) else ""

    def _is_turned(self, block: Paragraph) -> bool:
        """Tell whether a paragraph is from right to left by its text."""
        return is_right_to_left(self._base.locale) and begins_right("".join(run.text for run in block.runs))

    def turns(self, block: Paragraph) -> bool:
        """Tell whether a paragraph begins its lines on the right, and the one of its place does not."""
        return self._is_turned(block) and f"<{self._prefix}bidi" not in self._base.paragraph

    def _plain(self, block: Paragraph) -> str:
        """Return the properties of a paragraph that is like the one of its place."""
        known = self._base.paragraph
        return with_bidi(known, self._prefix) if self.turns(block) else known

    def _made(self, properties: Mapping[str, str], runs: str) -> str:
        """Write a paragraph with these properties, which are in the order of the schema."""
        w = self._prefix
        written = "".join(filter(None, {**properties}.values()))
        return f"<{w}p><{w}pPr>{written}</{w}pPr>{runs}</{w}p>"

    def _style(self, names: tuple[str, ...], wish: str) -> str:
        style = self._sheet.find("paragraph", names)
        if not style:
            self._missing.note(wish, self._markup)
            return ""
        return f'<{self._prefix}pStyle {self._prefix}val="{style}"/>'

    def _heading(self, block: Paragraph) -> str:
        w, level = self._prefix, block.level
        style = self._style((HEADINGS[level - 1],), f"Heading {level}")
        number = self._numbered(block.item)[0] if block.item is not None else ""
        if style:
            indent = self._indent(block)
            return self._made(
                {"pStyle": style, "numPr": number, "bidi": self._bidi(block), "ind": indent},
                self._runs.write(block.runs, own=False),
            )
        look: Look = {"b": {}, "bCs": {}, **size(_SIZES[level - 1])}
        properties = {
            "pStyle": self._own_style,
            "keepNext": f"<{w}keepNext/>",
            "keepLines": f"<{w}keepLines/>",
            "numPr": number,
            "bidi": self._bidi(block),
            "spacing": f'<{w}spacing {w}before="240" {w}after="80"/>',
            "ind": self._indent(block),
            "outlineLvl": f'<{w}outlineLvl {w}val="{level - 1}"/>',
        }
        return self._made(properties, self._runs.write(block.runs, look))

    def _code(self, block: Paragraph) -> str:
        w = self._prefix
        style = self._style(CODES, "Code")
        number = self._numbered(block.item)[0] if block.item is not None else ""
        indent = self._indent(block)
        if style:
            return self._made(
                {"pStyle": style, "numPr": number, "ind": indent}, self._runs.write(block.runs, own=False)
            )
        fill = "".join(f' {w}{name}="{value}"' for name, value in shade().items())
        properties = {"pStyle": self._own_style, "numPr": number, "shd": f"<{w}shd{fill}/>", "ind": indent}
        return self._made(properties, self._runs.write(block.runs, {**monospaced(), **size(_CODE_SIZE)}))

    def _quote(self, block: Paragraph) -> str:
        style = self._style(QUOTES, "Quote")
        if style:
            left = self._listed(block) + _STEP * (block.quotes - 1)
            indent = self._indented(left) if left else ""
            return self._made({"pStyle": style, "bidi": self._bidi(block), "ind": indent}, self._runs.write(block.runs))
        border = self._border("left", _LINE, 12)
        properties = {
            "pStyle": self._own_style,
            "pBdr": border,
            "bidi": self._bidi(block),
            "ind": self._indented(self._listed(block) + _STEP * block.quotes),
        }
        return self._made(properties, self._runs.write(block.runs, {"i": {}, "iCs": {}}))

    def _item(self, block: Paragraph) -> Mapping[str, str]:
        assert block.item is not None  # noqa: S101  # see _paragraph
        number, style = self._numbered(block.item)
        w = self._prefix
        close = f"<{w}contextualSpacing/>" if not style and block.item.begins else ""
        indent = self._indent(block)
        return {
            "pStyle": style or self._own_style,
            "numPr": number,
            "bidi": self._bidi(block),
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

    def _listed(self, block: Block) -> int:
        """Return how far the list stands in that a block stands in."""
        return self._left(block.item)[0] if block.item is not None else 0

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
        left = self._listed(table) + _STEP * table.quotes
        writer = TableWriter(self._prefix, self._sheet, self._base, self._own_style, self._in_cell)
        return writer.write(table, left)

    def _in_cell(self, blocks: tuple[Block, ...], base: Base) -> str:
        inner = MarkupWriter(self._prefix, self._sheet, self._lists, self._missing, self._markup, base)
        inner._numbers = self._numbers  # the lists of one value are numbered together
        content = inner.write(blocks)
        return content if blocks and not isinstance(blocks[-1], Table) else content + inner.empty()


# What follows w:bidi in the order of the schema (CT_PPr).
_BEHIND_BIDI: Final = (
    "adjustRightInd|snapToGrid|spacing|ind|contextualSpacing|mirrorIndents|suppressOverlap|jc|textDirection"
    "|textAlignment|textboxTightWrap|outlineLvl|divId|cnfStyle|rPr|sectPr|pPrChange"
)


def with_bidi(properties: str, prefix: str) -> str:
    """Return the properties of a paragraph (the element, or nothing) that begins its lines on the right."""
    inner = re.sub(rf"^<{prefix}pPr(?:/>|[^>]*>)|</{prefix}pPr>$", "", properties)
    found = re.search(rf"<{prefix}(?:{_BEHIND_BIDI})[ />]", inner)
    place = found.start() if found else len(inner)
    return f"<{prefix}pPr>{inner[:place]}<{prefix}bidi/>{inner[place:]}</{prefix}pPr>"
