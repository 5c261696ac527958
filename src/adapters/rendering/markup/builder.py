"""Builds blocks from what both readers meet: the beginnings and ends of elements by their HTML names, and texts.

It is tolerant, as browsers are: text directly in a list or a cell gets a paragraph, and nothing has to be closed.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from adapters.rendering.markup.addresses import safe_address
from adapters.rendering.markup.blocks import Block, Cell, Item, Kind, Paragraph, Run, Table
from adapters.rendering.markup.errors import MarkupError
from adapters.rendering.markup.layout import check_columns, laid_out
from adapters.rendering.markup.opened import OpenList, OpenTable, State, Stretch

MAX_DEPTH: Final = 50
# As many as a cell may cover in HTML.
MAX_ROWS: Final = 65_534
_DIGITS: Final = 10
_LOOKS: Final[dict[str, dict[str, Any]]] = {
    **{tag: {"bold": True} for tag in ("strong", "b")},
    **{tag: {"italic": True} for tag in ("em", "i", "cite", "dfn", "var")},
    **{tag: {"underline": "single"} for tag in ("u", "ins")},
    **{tag: {"strike": True} for tag in ("s", "del", "strike")},
    **{tag: {"code": True} for tag in ("code", "kbd", "samp", "tt")},
    "sup": {"vertical": "superscript"},
    "sub": {"vertical": "subscript"},
}
_PARAGRAPHS: Final = frozenset(("p", "div", "section", "article", "header", "footer", "dl", "dt", "dd", "figure"))
_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
# In a plain value these begin a new paragraph and a new page.
_NO_TEXT: Final = str.maketrans("", "", "\x07\x0c")
_SPACE: Final = re.compile(r"[ \t\r\n\f]+")
_ALIGN: Final = re.compile(r"text-align\s*:\s*(left|center|right)")
_WORD_MAX_INT: Final = 32_767


class Builder:
    """Takes what a reader meets; `blocks` ends it."""

    def __init__(self) -> None:
        self._state = State()
        self._tables: list[OpenTable] = []
        self._looks: list[tuple[str, Run]] = []
        self._look = Run("")
        self._lists = 0
        self._depth = 0

    def blocks(self) -> tuple[Block, ...]:
        """Close what is open, and return all blocks."""
        while self._tables:
            self._end_table()
        self._end_paragraph()
        return tuple(self._state.blocks)

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Begin an element."""
        if tag in _LOOKS:
            self._begin_look(tag, _LOOKS[tag])
        elif tag == "a":
            self._begin_look(tag, {"url": safe_address(attributes.get("href", ""))})
        elif tag in ("br", "img"):
            self._put_one(tag, attributes)
        elif tag in _PARAGRAPHS or tag in _HEADINGS or tag in ("pre", "hr", "blockquote"):
            self._begin_block(tag)
        elif tag in ("ul", "ol"):
            self._begin_list(tag, attributes)
        elif tag == "li":
            self._end_paragraph()
            if not self._state.lists:
                self._begin_list("ul", {})
            self._state.lists[-1].is_fresh = True
        else:
            self._start_of_table(tag, attributes)

    def _begin_block(self, tag: str) -> None:
        state = self._state
        self._end_paragraph()
        if tag in _HEADINGS:
            state.kind, state.level = Kind.HEADING, _HEADINGS[tag]
        elif tag == "pre":
            state.kind, state.level = Kind.CODE, 0
        elif tag == "hr":
            state.blocks.append(Paragraph((), Kind.RULE, item=self._item(), quotes=state.quotes))
        elif tag == "blockquote":
            self._deeper()
            state.quotes += 1

    def end(self, tag: str) -> None:
        """End an element; what is not open is none of our business."""
        state = self._state
        if tag == "a" or tag in _LOOKS:
            self._end_look(tag)
        elif tag in _PARAGRAPHS:
            self._end_paragraph()
        elif tag in _HEADINGS or tag == "pre":
            self._end_paragraph()
            state.kind, state.level = Kind.PLAIN, 0
        elif tag == "blockquote" and state.quotes:
            self._end_paragraph()
            state.quotes -= 1
            self._depth -= 1
        elif tag in ("ul", "ol") and state.lists:
            self._end_item()
            state.lists.pop()
            self._depth -= 1
        elif tag == "li" and state.lists:
            self._end_item()
        elif tag in ("th", "td", "caption"):
            self._end_cell()
        elif tag == "table" and self._tables:
            self._end_table()
        elif tag == "thead" and self._tables:
            self._end_cell()
            self._tables[-1].is_head = False

    def text(self, text: str) -> None:
        """Put a text in; white space counts in code alone."""
        state = self._state
        text = text.translate(_NO_TEXT)
        if state.kind is not Kind.CODE:
            text = _SPACE.sub(" ", text)
            if not state.runs or state.runs[-1].pieces[-1].endswith((" ", "\n")):
                text = text.lstrip(" ")
        if text and not (self._tables and state is self._tables[-1].outer):
            self._add(self._look, text)

    def code(self, text: str) -> None:
        """Put code within a line in; its white space counts."""
        if text := text.translate(_NO_TEXT):
            self._add(replace(self._look, code=True), text)

    # -- within a paragraph

    def _add(self, look: Run, text: str) -> None:
        runs = self._state.runs
        if runs and runs[-1].look == look and not look.image:
            runs[-1].pieces.append(text)
        else:
            runs.append(Stretch(look, [text]))

    def _put_one(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "br":
            self._add(self._look, "\n")
        elif attributes.get("src"):
            self._add(replace(self._look, image=attributes["src"]), attributes.get("alt") or "")

    def _begin_look(self, tag: str, look: dict[str, Any]) -> None:
        if len(self._looks) > MAX_DEPTH:
            raise _too_deep()
        self._looks.append((tag, self._look))
        self._look = replace(self._look, **look)

    def _end_look(self, tag: str) -> None:
        for index in reversed(range(len(self._looks))):
            if self._looks[index][0] == tag:
                self._look = self._looks[index][1]
                del self._looks[index:]
                return

    def _end_paragraph(self) -> None:
        state = self._state
        runs = _trimmed([stretch.run() for stretch in state.runs], is_code=state.kind is Kind.CODE)
        state.runs = []
        if runs:
            state.blocks.append(Paragraph(runs, state.kind, state.level, self._item(), state.quotes))

    # -- lists

    def _begin_list(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._end_paragraph()
        self._deeper()
        self._lists += 1
        start = attributes.get("start") or "1"
        number = int(start) if start.isascii() and start.isdigit() and len(start) < len("1000000000") else 1
        self._state.lists.append(OpenList(self._lists, tag == "ol", min(number, _WORD_MAX_INT)))

    def _item(self) -> Item | None:
        """Return the place in a list of what begins now."""
        lists = self._state.lists
        if not lists:
            return None
        own = lists[-1]
        begins, own.is_fresh = own.is_fresh, False
        return Item(own.number, len(lists) - 1, own.ordered, own.start, begins)

    def _end_item(self) -> None:
        """End an item, an empty one too: it still has a number."""
        self._end_paragraph()
        if self._state.lists[-1].is_fresh:
            self._state.blocks.append(Paragraph((), item=self._item(), quotes=self._state.quotes))

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _too_deep()

    # -- tables

    def _start_of_table(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "table":
            self._end_paragraph()
            self._deeper()
            self._tables.append(OpenTable(self._item(), self._state.quotes, self._state))
        elif not self._tables:
            return
        elif tag == "thead":
            self._tables[-1].is_head = True
        elif tag == "caption":
            self._end_cell()
            self._state = State()
            self._tables[-1].is_captioned = True
        elif tag == "tr":
            self._end_cell()
            self._tables[-1].rows.append([])
            self._tables[-1].heads += self._tables[-1].is_head
        elif tag in ("th", "td"):
            self._end_cell()
            self._state = State(attributes=attributes, is_head=tag == "th")

    def _end_cell(self) -> None:
        table = self._tables[-1] if self._tables else None
        if table is None or self._state is table.outer:
            return
        self._depth -= len(self._state.lists) + self._state.quotes
        self._end_paragraph()
        cell, self._state = self._state, table.outer
        if table.is_captioned:
            # What a table is called stands before it.
            table.is_captioned = False
            self._state.blocks += cell.blocks
            return
        covers = max(1, _count(cell.attributes.get("colspan"), 1))
        # 0 is for all rows that are left.
        down = _count(cell.attributes.get("rowspan"), 1) or MAX_ROWS
        align = _ALIGN.search(cell.attributes.get("style") or "")
        if not table.rows:
            table.rows.append([])
        table.rows[-1].append(Cell(tuple(cell.blocks), cell.is_head, align.group(1) if align else "", covers, down))
        check_columns(sum(each.columns for each in table.rows[-1]))

    def _end_table(self) -> None:
        self._end_cell()
        table = self._tables.pop()
        self._state = table.outer
        self._depth -= 1
        rows = laid_out([row for row in table.rows if row])
        if rows:
            heads = table.heads or (1 if len(rows) > 1 and all(cell.is_head for cell in rows[0]) else 0)
            self._state.blocks.append(Table(rows, min(heads, len(rows)), table.item, table.quotes))


def _count(text: str | None, otherwise: int) -> int:
    """Return a number of columns or rows, as HTML writes it."""
    digits = text or ""
    return min(int(digits), MAX_ROWS) if digits.isascii() and digits.isdigit() and len(digits) < _DIGITS else otherwise


def _trimmed(runs: list[Run], *, is_code: bool) -> tuple[Run, ...]:
    """Return the runs of a paragraph without white space at its end."""
    while runs and not runs[-1].image:
        text = runs[-1].text.removesuffix("\n") if is_code else runs[-1].text.rstrip(" \n")
        if text or is_code:
            runs[-1] = replace(runs[-1], text=text)
            break
        runs.pop()
    return tuple(run for run in runs if run.text or run.image)


def _too_deep() -> MarkupError:
    message = f"Lists, quotations, tables or formats nest more than {MAX_DEPTH} deep."
    return MarkupError(message, "Write it flatter.")
