"""Cuts plain text into segments: tags with their line and column, and the text between them without the holes.

Whitespace is treated as Jinja does with trim_blocks and lstrip_blocks: a block tag or a comment takes the blanks before
it at the beginning of its line and the newline right after it along. A line that holds nothing else disappears, blanks
that nobody sees included. '-' inside a tag's delimiters takes all white
space on that side, '+' none.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from adapters.rendering.language.segments import Segment, Tag
from adapters.rendering.language.tags import TagSpan, find_foreign, find_tags
from domain.diagnostics import Diagnostic, Location, Part, Severity

_SNIPPET: Final = 80
_NEWLINE: Final = re.compile(r"\r\n|\r|\n")

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
    if part is not Part.FILE_NAME:
        diagnostics += _joined(text, spans, places)
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
    for line in _lines(text, spans, places):
        alone = _stand_alone(text, line)
        for index, span in enumerate(line.spans):
            before = span.start if alone and index else _before(text, position, span, places)
            if before > position and not (alone and index):
                segments.append(text[position:before])
            location, snippet = places.of(span.start, span.end)
            number = writer(text, span.start, span.end) if writer else 0
            segments.append(Tag(text[span.start : span.end], location, snippet, number))
            position = _after(text, span, line.limits[index])
        if alone:
            position = _end_of_blank_line(text, line)
    if position < len(text):
        segments.append(text[position:])
    return segments


@dataclass(frozen=True, slots=True)
class _Line:
    """Tags without a newline between them; `limits` are where the next tags begin, `start` is where the line does."""

    spans: list[TagSpan]
    limits: list[int]
    start: int


def _lines(text: str, spans: list[TagSpan], places: "_Places") -> Iterator[_Line]:
    first = 0
    for index, span in enumerate(spans):
        limit = spans[index + 1].start if index + 1 < len(spans) else len(text)
        if limit == len(text) or _NEWLINE.search(text, span.end, limit):
            group = spans[first : index + 1]
            yield _Line(group, [*(one.start for one in group[1:]), limit], places.start_of_line(group[0].start))
            first = index + 1


def _stand_alone(text: str, line: _Line) -> bool:
    """Tell whether a line holds nothing but block tags and comments without marks, so that it disappears as a whole."""
    statics = [text[line.start : line.spans[0].start]]
    statics += [text[one.end : limit] for one, limit in zip(line.spans, line.limits, strict=True)]
    statics[-1] = _NEWLINE.split(statics[-1], maxsplit=1)[0]
    return not "".join(statics).strip(" \t") and all(
        one.kind != "{{" and not _MARKED_OR_RAW.fullmatch(text, one.start, one.end) for one in line.spans
    )


# What stands in raw text stays; and marks say what an author wants.
_MARKED_OR_RAW: Final = re.compile(r"\{[%#][-+].*|.*[-+][%#]\}|\{%\s*(?:end)?raw\s*%\}", re.DOTALL)


def _end_of_blank_line(text: str, line: _Line) -> int:
    end = line.spans[-1].end
    newline = _NEWLINE.search(text, end, line.limits[-1])
    return newline.end() if newline else line.limits[-1]


def _before(text: str, position: int, span: TagSpan, places: "_Places") -> int:
    """Return where the static text before a tag ends, not before `position`."""
    mark = text[span.start + 2]
    if mark == "-":
        return position + len(text[position : span.start].rstrip())
    if span.kind == "{{" or mark == "+":
        return span.start
    line = places.start_of_line(span.start)
    if line >= position and not text[line : span.start].strip(" \t"):
        return line
    return span.start


def _after(text: str, span: TagSpan, limit: int) -> int:
    """Return where the static text after a tag begins, not behind `limit`."""
    mark = text[span.end - 3]
    if mark == "-":
        return limit - len(text[span.end : limit].lstrip())
    if span.kind == "{{" or mark == "+":
        return span.end
    newline = _NEWLINE.match(text, span.end, limit)
    return newline.end() if newline else span.end


def _joined(text: str, spans: list[TagSpan], places: "_Places") -> Iterator[Diagnostic]:
    """Find tags that stand behind the text of a line and take its newline away, so that the next line is joined."""
    for line in _lines(text, spans, places):
        last = line.spans[-1]
        end = _after(text, last, line.limits[-1])
        if last.kind == "{{" or text[last.end - 3] == "-" or not text[last.end : end] or not text[end:].strip():
            continue
        words = text[line.start : line.spans[0].start]
        words += "".join(text[one.end : limit] for one, limit in zip(line.spans[:-1], line.limits[:-1], strict=True))
        if not words.strip() and all(one.kind != "{{" for one in line.spans):
            continue
        location, snippet = places.of(last.start, last.end)
        tag = text[last.start : last.end]
        message = "This tag takes the line break behind it away, so the next line is joined to this one."
        advice = f"Write {_short(f'{tag[:-2].rstrip()} +{tag[-2:]}')} to keep the line break."
        yield Diagnostic(Severity.WARNING, "joined-lines", message, advice, location, snippet)


class _Places:
    """Finds the lines and columns of a text."""

    def __init__(self, text: str, part: Part) -> None:
        self._text = text
        self._part = part
        self._starts = [0, *(newline.end() for newline in _NEWLINE.finditer(text))]

    def start_of_line(self, position: int) -> int:
        """Return where the line of a position begins."""
        return self._starts[bisect_right(self._starts, position) - 1]

    def of(self, start: int, end: int) -> tuple[Location, str]:
        """Return the place of text[start:end], and the words around it."""
        text = self._text
        number = bisect_right(self._starts, start)
        line_start = self._starts[number - 1]
        location = Location(self._part, line=number, column=start - line_start + 1)
        last = bisect_right(self._starts, end)
        line = text[line_start : self._starts[last] if last < len(self._starts) else len(text)].strip()
        return location, line if len(line) <= _SNIPPET else _short(text[start:end])


def _short(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= _SNIPPET else f"{words[: _SNIPPET - 1]}…"
