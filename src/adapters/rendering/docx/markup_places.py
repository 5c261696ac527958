"""Formatted texts in a finished part: blocks where writers announced them.

What is one paragraph stands in its line. Several blocks replace the paragraph that holds nothing else; beside text they
divide it, and the first and the last of them stay in its halves where they are plain paragraphs. A content control of
plain text gets the text alone, and so does one within a line where there is more than one paragraph. How pieces are put
between runs and between paragraphs is told in structures.py.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Final

from adapters.rendering.docx.margins import Room, rooms_at
from adapters.rendering.docx.markup_lists import MarkupLists
from adapters.rendering.docx.markup_runs import Base, Missing, RunWriter
from adapters.rendering.docx.markup_writer import MarkupWriter
from adapters.rendering.docx.structures import SECTION, Element, WriteValue
from adapters.rendering.docx.style_sheet import StyleSheet
from adapters.rendering.docx.writers import BARE, BLOCKS, MARKUP, RUNS, STRUCTURE_BEGIN, STRUCTURE_END, run_text_writer
from adapters.rendering.language.failures import limit_exceeded
from adapters.rendering.language.markup import Markup, Markups
from adapters.rendering.language.values import LimitError
from adapters.rendering.markup import Block, Paragraph
from adapters.rendering.markup.as_text import as_text
from domain.diagnostics import Diagnostic, Severity

_PLACE: Final = f"{MARKUP}[0-9]+{BARE}?{MARKUP}"
_EMU_PER_TWIP: Final = 635
# Pieces of output among which the beginning of a field is looked for; all of them, for each of thousands of values in
# one paragraph, would take for ever.
_LOOK_BACK: Final = 400
_LINKS: Final = frozenset(("hyperlink", "fldSimple"))
_NAMES: Final = {"$markdown": "Markdown", "$html": "HTML", "$richtext": "Rich text", "$link": "A link"}


class _Control(Enum):
    """A content control around a place: none that matters, one within the line, or one that takes plain text alone."""

    NONE = auto()
    IN_LINE = auto()
    TEXT = auto()


@dataclass(frozen=True, slots=True)
class MarkupPlaces:
    """The formatted texts of one document; `missing` collects the styles that its template lacks."""

    sheet: StyleSheet
    markups: Markups
    lists: MarkupLists
    page: Room
    locale: str
    missing: Missing = field(default_factory=lambda: Missing({}))

    def writer(self, text: str, prefix: str) -> WriteValue:
        """Return what writes the blocks that a part's text announces; `prefix` begins the names of its elements."""
        rooms = rooms_at(text, prefix, _PLACE, self.page)
        return lambda announced, opened, out: self._written(announced, opened, out, prefix, next(rooms))

    def warnings(self) -> list[Diagnostic]:
        """Say which styles the template lacks."""
        return [_warning(name, markup) for name, markup in self.missing.found.items()]

    def _written(self, announced: str, opened: Sequence[Element], out: Sequence[str], prefix: str, room: Room) -> str:
        """Write a value for the place where these elements are open, behind what was put out.

        Raises:
            LimitExceededError: one of its texts becomes too large.
        """
        markup = self.markups[int(announced.removesuffix(BARE))]
        try:
            return self._value(markup, announced, opened, out, prefix, room)
        except LimitError as error:
            raise limit_exceeded(error, markup.tag() if markup.tag is not None else None) from None

    def _value(
        self, markup: Markup, announced: str, opened: Sequence[Element], out: Sequence[str], prefix: str, room: Room
    ) -> str:
        blocks = markup.blocks()
        base, control = _base(opened, out, prefix, room, self.locale)
        in_line = len(blocks) == 1 and isinstance(blocks[0], Paragraph) and blocks[0].is_plain
        if control is _Control.TEXT or (control is _Control.IN_LINE and not in_line):
            return run_text_writer(prefix)(as_text(blocks))
        base = replace(base, is_bare=announced.endswith(BARE))
        runs = RunWriter(prefix, self.sheet, self.missing, markup, base)
        if markup.is_rich:
            return _piece(RUNS, "".join(runs.write(block.runs) for block in blocks if isinstance(block, Paragraph)))
        writer = MarkupWriter(prefix, self.sheet, self.lists, self.missing, markup, base)
        first, between, last = _divided(blocks, writer)
        pieces = [_piece(RUNS, runs.write(first.runs))] if first is not None else []
        if between or last is not None:
            pieces.append(_piece(BLOCKS, writer.write(between)))
        if last is not None:
            pieces.append(_piece(RUNS, runs.write(last.runs)))
        return "".join(pieces)


def _warning(style: str, markup: Markup) -> Diagnostic:
    """Say that a template lacks a style, with the tag that printed what needs it, and where that stands in the data."""
    tag = markup.tag() if markup.tag is not None else None
    advice = "It is formatted directly instead; add the style to the template to decide what it looks like."
    if markup.is_rich:
        advice = (
            "Its text has no style there; correct the name, or use the style once in the template, so that it has it."
        )
    return Diagnostic(
        Severity.WARNING,
        "style-missing",
        f"{_NAMES[markup.key]} in the data needs the style {style!r}, which the template does not have.",
        advice,
        tag.location if tag else None,
        tag.snippet if tag else None,
        markup.place(),
    )


def _piece(kind: int, text: str) -> str:
    return f"{STRUCTURE_BEGIN}{kind}{text}{STRUCTURE_END}"


def _divided(
    blocks: tuple[Block, ...], writer: MarkupWriter
) -> tuple[Paragraph | None, tuple[Block, ...], Paragraph | None]:
    """Return what goes into the first and into the last half of the paragraph, and what stands between them.

    Of several paragraphs, those from right to left need one of their own where that of the place is none.
    """
    first = last = None
    is_alone = len(blocks) == 1
    if isinstance(blocks[0], Paragraph) and blocks[0].is_plain and (is_alone or not writer.turns(blocks[0])):
        first, blocks = blocks[0], blocks[1:]
    if blocks and isinstance(blocks[-1], Paragraph) and blocks[-1].is_plain and not writer.turns(blocks[-1]):
        last, blocks = blocks[-1], blocks[:-1]
    return first, blocks, last


def _base(opened: Sequence[Element], out: Sequence[str], prefix: str, room: Room, locale: str) -> tuple[Base, _Control]:
    """Say what the place is like, and which content control is around it."""
    names = [element.name.removeprefix(prefix) for element in opened]
    at = len(names) - 1 - names[::-1].index("p")
    paragraph = opened[at]
    run = next((element.properties for element, name in zip(opened[at:], names[at:], strict=True) if name == "r"), "")
    base = Base(
        paragraph.start,
        SECTION.sub("", paragraph.properties),
        run,
        max(room.width // _EMU_PER_TWIP, 1),
        in_link=not _LINKS.isdisjoint(names[at:])
        or _in_link_field(out[max(paragraph.index, len(out) - _LOOK_BACK) :], prefix),
        locale=locale,
    )
    plain = re.compile(f"<{prefix}(?:text|date|comboBox|dropDownList)[ />]")
    controls = [element for element, name in zip(opened, names, strict=True) if name == "sdt"]
    if any(plain.search(control.properties) for control in controls):
        return base, _Control.TEXT
    return base, _Control.IN_LINE if "sdt" in names[at:] else _Control.NONE


def _in_link_field(pieces: Sequence[str], prefix: str) -> bool:
    """Tell whether a field of the paragraph is open that links to something; `pieces` are what is before the place."""
    before = "".join(pieces)
    if "fldCharType" not in before:
        return False
    codes: list[str] = []
    for match in re.finditer(rf'<{prefix}fldChar [^<>]*fldCharType="(\w+)"|<{prefix}instrText[^<>]*>([^<]*)<', before):
        if match.group(1) == "begin":
            codes.append("")
        elif match.group(1) == "end" and codes:
            codes.pop()
        elif match.group(2) and codes:
            codes[-1] += match.group(2)
    return any("HYPERLINK" in code.upper() for code in codes)
