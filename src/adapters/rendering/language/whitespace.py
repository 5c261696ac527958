"""Cuts plain text into segments: tags with their line and column, and the text between them without the holes.

Whitespace is treated as Jinja does with trim_blocks and lstrip_blocks: a block tag or a comment takes the blanks before
it at the beginning of its line and the newline right after it along. '-' inside a tag's delimiters takes all white
space on that side, '+' none.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from adapters.rendering.language.segments import Segment, Tag
from adapters.rendering.language.tags import TagSpan, find_foreign, find_tags
from domain.diagnostics import Diagnostic, Location, Part

_SNIPPET: Final = 80

# Gives the number of a tag's writer by the whole text and the tag's start and end in it.
WriterChoice = Callable[[str, int, int], int]


@dataclass(frozen=True, slots=True)
class TextSegments:
    """A text in segments, and what is wrong with its tags."""

    segments: tuple[Segment, ...]
    diagnostics: tuple[Diagnostic, ...]


def split_text(text: str, part: Part = Part.TEXT, writer: WriterChoice | None = None) -> TextSegments:
    """Cut a text into segments.

    `writer`, if given, chooses the writer of each printing tag by the text, and the tag's start and end in it.
    """
    places = _Places(text, part)
    spans: list[TagSpan] = []
    diagnostics: list[Diagnostic] = []
    tags = find_tags(text)
    for found in sorted([*tags, *find_foreign(text, tags)], key=lambda found: found.start):
        if isinstance(found, TagSpan):
            spans.append(found)
            continue
        location, snippet = places.of(found.start, found.end)
        diagnostics.append(Diagnostic(found.severity, found.code, found.message, found.suggestion, location, snippet))
    return TextSegments(tuple(_segments(text, spans, places, writer)), tuple(diagnostics))


def by_line(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Put findings in the order in which a reader of the file comes to their places."""

    def place(found: Diagnostic) -> tuple[int, int]:
        location = found.location
        return (location.line or 0, location.column or 0) if location else (0, 0)

    return tuple(sorted(diagnostics, key=place))


def _segments(text: str, spans: list[TagSpan], places: "_Places", writer: WriterChoice | None) -> list[Segment]:
    segments: list[Segment] = []
    position = 0
    for index, span in enumerate(spans):
        before = _before(text, position, span)
        if before > position:
            segments.append(text[position:before])
        location, snippet = places.of(span.start, span.end)
        number = writer(text, span.start, span.end) if writer else 0
        segments.append(Tag(text[span.start : span.end], location, snippet, number))
        position = _after(text, span, spans[index + 1].start if index + 1 < len(spans) else len(text))
    if position < len(text):
        segments.append(text[position:])
    return segments


def _before(text: str, position: int, span: TagSpan) -> int:
    """Return where the static text before a tag ends, not before `position`."""
    mark = text[span.start + 2]
    if mark == "-":
        return position + len(text[position : span.start].rstrip())
    if span.kind == "{{" or mark == "+":
        return span.start
    line = text.rfind("\n", 0, span.start) + 1
    if line >= position and not text[line : span.start].strip(" \t"):
        return line
    return span.start


def _after(text: str, span: TagSpan, limit: int) -> int:
    """Return where the static text after a tag begins, not behind `limit`."""
    mark = text[span.end - 3]
    following = text[span.end : limit]
    if mark == "-":
        return limit - len(following.lstrip())
    if span.kind == "{{" or mark == "+":
        return span.end
    for newline in ("\r\n", "\n"):
        if following.startswith(newline):
            return span.end + len(newline)
    return span.end


class _Places:
    """Finds line and column of places that come in the order of the text."""

    def __init__(self, text: str, part: Part) -> None:
        self._text = text
        self._part = part
        self._line = 1
        self._line_start = 0
        self._position = 0

    def of(self, start: int, end: int) -> tuple[Location, str]:
        """Return the place of text[start:end], and the words around it."""
        text = self._text
        if start < self._position:
            self._line, self._line_start, self._position = 1, 0, 0
        newlines = text.count("\n", self._position, start)
        if newlines:
            self._line += newlines
            self._line_start = text.rfind("\n", 0, start) + 1
        self._position = start
        location = Location(self._part, line=self._line, column=start - self._line_start + 1)
        line_end = text.find("\n", end)
        line = text[self._line_start : line_end if line_end >= 0 else len(text)].strip()
        return location, line if len(line) <= _SNIPPET else _short(text[start:end])


def _short(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= _SNIPPET else f"{words[: _SNIPPET - 1]}…"
