"""Markdown and HTML in a finished part: blocks where writers announced them.

What is one paragraph stands in its line. Several blocks replace the paragraph that holds nothing else; beside text they
divide it, and the first and the last of them stay in its halves where they are plain paragraphs. A content control
within a line, and one of plain text, gets the text alone. How pieces are put between runs and between paragraphs is
told in structures.py.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from adapters.rendering.docx.margins import Room, rooms_at
from adapters.rendering.docx.markup_lists import MarkupLists
from adapters.rendering.docx.markup_writer import Base, MarkupWriter
from adapters.rendering.docx.structures import SECTION, Element, WriteValue
from adapters.rendering.docx.style_sheet import StyleSheet
from adapters.rendering.docx.writers import BLOCKS, MARKUP, RUNS, STRUCTURE_BEGIN, STRUCTURE_END, run_text_writer
from adapters.rendering.language.markup import Markups
from adapters.rendering.markup import Block, Paragraph
from adapters.rendering.markup.as_text import as_text
from domain.diagnostics import Diagnostic, Severity

_PLACE: Final = f"{MARKUP}[0-9]+{MARKUP}"
_EMU_PER_TWIP: Final = 635
_LINKS: Final = frozenset(("hyperlink", "fldSimple"))


@dataclass(frozen=True, slots=True)
class MarkupPlaces:
    """The Markdown and HTML of one document; `missing` collects the styles that its template lacks."""

    sheet: StyleSheet
    markups: Markups
    lists: MarkupLists
    page: Room
    right_to_left: bool
    missing: dict[str, None] = field(default_factory=dict)

    def writer(self, text: str, prefix: str) -> WriteValue:
        """Return what writes the blocks that a part's text announces; `prefix` begins the names of its elements."""
        rooms = rooms_at(text, prefix, _PLACE, self.page)
        return lambda number, opened: self._written(number, opened, prefix, next(rooms))

    def warnings(self) -> list[Diagnostic]:
        """Say which styles the template lacks."""
        return [
            Diagnostic(
                Severity.WARNING,
                "style-missing",
                f"Markdown or HTML in the data needs the style {name!r}, which the template does not have.",
                "It is formatted directly instead; add the style to the template to decide what it looks like.",
            )
            for name in self.missing
        ]

    def _written(self, number: int, opened: Sequence[Element], prefix: str, room: Room) -> str:
        """Write a value for the place where these elements are open."""
        blocks = self.markups[number].blocks()
        base, is_plain = _base(opened, prefix, room, right_to_left=self.right_to_left)
        if is_plain:
            return run_text_writer(prefix)(as_text(blocks).replace("\x07", "").replace("\x0c", ""))
        writer = MarkupWriter(prefix, self.sheet, self.lists, self.missing, self.markups[number], base)
        first, between, last = _divided(blocks)
        pieces = [_piece(RUNS, writer.runs(first.runs))] if first is not None else []
        if between or last is not None:
            pieces.append(_piece(BLOCKS, writer.write(between)))
        if last is not None:
            pieces.append(_piece(RUNS, writer.runs(last.runs)))
        return "".join(pieces)


def _piece(kind: int, text: str) -> str:
    return f"{STRUCTURE_BEGIN}{kind}{text}{STRUCTURE_END}"


def _divided(blocks: tuple[Block, ...]) -> tuple[Paragraph | None, tuple[Block, ...], Paragraph | None]:
    """Return what goes into the first and into the last half of the paragraph, and what stands between them."""
    first = last = None
    if isinstance(blocks[0], Paragraph) and blocks[0].is_plain:
        first, blocks = blocks[0], blocks[1:]
    if blocks and isinstance(blocks[-1], Paragraph) and blocks[-1].is_plain:
        last, blocks = blocks[-1], blocks[:-1]
    return first, blocks, last


def _base(opened: Sequence[Element], prefix: str, room: Room, *, right_to_left: bool) -> tuple[Base, bool]:
    """Say what the place is like, and whether it takes plain text alone."""
    names = [element.name.removeprefix(prefix) for element in opened]
    at = len(names) - 1 - names[::-1].index("p")
    paragraph = opened[at]
    run = next((element.properties for element, name in zip(opened[at:], names[at:], strict=True) if name == "r"), "")
    base = Base(
        paragraph.start,
        SECTION.sub("", paragraph.properties),
        run,
        max(room.width // _EMU_PER_TWIP, 1),
        in_link=not _LINKS.isdisjoint(names[at:]),
        right_to_left=right_to_left,
    )
    plain = re.compile(f"<{prefix}text[ />]")
    controls = [element for element, name in zip(opened, names, strict=True) if name == "sdt"]
    return base, "sdt" in names[at:] or any(plain.search(control.properties) for control in controls)
