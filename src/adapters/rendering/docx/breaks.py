"""Values that break out of their run: new paragraphs, page breaks, runs of other languages.

Writers announce them by control characters (see writers.py). When a part is finished, the elements that are open at
such a place are known: they are closed before it and opened again behind it, with the same properties.
"""

import re
from dataclasses import dataclass, replace
from typing import Final

from adapters.rendering.docx.languages import spoken
from adapters.rendering.docx.structures import TooLargeError
from adapters.rendering.docx.writers import (
    NEW_PARAGRAPH,
    PAGE_BREAK,
    TURN_BEGIN,
    TURN_END,
)

_NEXT: Final = re.compile(f"[{NEW_PARAGRAPH}{PAGE_BREAK}{TURN_BEGIN}{TURN_END}]")
_TAG: Final = re.compile(r"<(/?)([\w:.-]+)((?:[^>\"']|\"[^\"]*\"|'[^']*')*?)(/?)>")


def announced(text: str) -> bool:
    """Tell whether a part has breaks to put."""
    return NEW_PARAGRAPH in text or PAGE_BREAK in text or TURN_BEGIN in text


@dataclass(slots=True)
class _Open:
    """An element that is open at a place: its name, its start tag, and its properties as they stand in the text."""

    name: str
    start: str
    properties: str = ""


def put_breaks(text: str, prefix: str, limit: int, locale: str) -> str:
    """Return the part with its announced breaks put into effect; `locale` is that of values in runs of their own.

    Raises:
        TooLargeError: it would have more than `limit` characters.
    """
    out: list[str] = []
    size = done = 0
    context: list[_Open] = []
    context_end = -1
    turning = False
    # What is written for a break where `context` is open; a value may have hundreds of thousands of them.
    written: dict[tuple[str, bool], str] = {}
    scan = _Scan(text, prefix)
    while match := _NEXT.search(text, done):
        position = match.start()
        out.append(text[done:position])
        # Between two breaks of one value nothing but text stands, and the same elements are open.
        if context_end < 0 or "<" in text[context_end:position]:
            context = scan.to(position)
            written = {}
        done = context_end = position + 1
        if match.group() in (TURN_BEGIN, TURN_END):
            turning = match.group() == TURN_BEGIN
            inner = context[_run_in(context, prefix) :]
            closing = "".join(f"</{element.name}>" for element in reversed(inner))
            # No run is left empty before the value, or behind it.
            if turning and out[-1].endswith(before := "".join(map(_start, inner))):
                out[-1], closing = out[-1].removesuffix(before), ""
            ends = not turning and text.startswith(closing, done)
            if turning:
                inner = _turned(inner, prefix, locale)
            out.append("" if ends else closing + "".join(_reopen(element, prefix) for element in inner))
        else:
            form = (match.group(), turning)
            if form not in written:
                written[form] = _break(form[0], _turned(context, prefix, locale) if turning else context, prefix)
            out.append(written[form])
        size += len(out[-1]) + len(out[-2])
        if size > limit:
            raise TooLargeError
    out.append(text[done:])
    return "".join(out)


class _Scan:
    """Finds what is open at places, one behind the other; a paragraph with many of them is read once."""

    def __init__(self, text: str, prefix: str) -> None:
        self._text = text
        self._prefix = prefix
        self._opened: list[_Open] = []
        self._done = -1

    def to(self, position: int) -> list[_Open]:
        """List the elements that are open at a place, from its paragraph inwards."""
        if self._done < 0 or self._leaves_paragraph(position):
            self._opened = []
            self._done = _paragraph_start(self._text, position, self._prefix)
        self._read(position)
        return list(self._opened)

    def _leaves_paragraph(self, position: int) -> bool:
        names = (f"<{self._prefix}p>", f"<{self._prefix}p ", f"</{self._prefix}p>")
        return any(self._text.find(name, self._done, position) >= 0 for name in names)

    def _read(self, position: int) -> None:
        opened, text = self._opened, self._text
        properties = (f"{self._prefix}pPr", f"{self._prefix}rPr")
        for tag in _TAG.finditer(text, self._done, position):
            closes, name, _, empty = tag.groups()
            if closes:
                closed = opened.pop()
                if name in properties and opened and not opened[-1].properties:
                    opened[-1].properties = text[text.rfind(closed.start, 0, tag.start()) : tag.end()]
            elif not empty:
                opened.append(_Open(name, tag.group()))
        self._done = position


def _paragraph_start(text: str, position: int, prefix: str) -> int:
    """Find the start tag of the paragraph that is open at a place; closed ones before it are text boxes in it."""
    start_tag = re.compile(f"<{prefix}p[ >]")
    end_tag = f"</{prefix}p>"
    start = position
    while True:
        start = _last_paragraph(text, start, prefix)
        if start < 0:
            return 0
        inside = text[start:position]
        if len(start_tag.findall(inside)) > inside.count(end_tag):
            return start


def _last_paragraph(text: str, end: int, prefix: str) -> int:
    """Find the last start tag of a paragraph before a place; -1 where there is none."""
    size = 1000
    while True:
        # Step by step: one of the two forms may stand nowhere, and each search for it would read the whole part.
        floor = max(0, end - size)
        found = max(text.rfind(f"<{prefix}p>", floor, end), text.rfind(f"<{prefix}p ", floor, end))
        if found >= 0 or not floor:
            return found
        size *= 4


def _break(kind: str, context: list[_Open], prefix: str) -> str:
    if any(element.name == f"{prefix}sdt" for element in context) or not context:
        # A content control cannot be split in two: it keeps its text in one paragraph.
        return f'</{prefix}t><{prefix}br/><{prefix}t xml:space="preserve">'
    closing = "".join(f"</{element.name}>" for element in reversed(context))
    opening = "".join(_reopen(element, prefix) for element in context)
    page = f'<{prefix}p><{prefix}r><{prefix}br {prefix}type="page"/></{prefix}r></{prefix}p>'
    return closing + (page if kind == PAGE_BREAK else "") + opening


def _turned(context: list[_Open], prefix: str, locale: str) -> list[_Open]:
    """Return the open elements with the run among them in the language of the locale."""
    return [
        replace(element, properties=spoken(element.properties, prefix, locale))
        if element.name == f"{prefix}r"
        else element
        for element in context
    ]


def _run_in(context: list[_Open], prefix: str) -> int:
    """Return which of the open elements is the run; their number where there is none."""
    names = [element.name for element in context]
    return names.index(f"{prefix}r") if f"{prefix}r" in names else len(names)


def _start(element: _Open) -> str:
    return element.start + element.properties


def _reopen(element: _Open, prefix: str) -> str:
    """Write the element's start again; a section ends once, however often its last paragraph is divided."""
    properties = re.sub(f"<{prefix}sectPr[ >].*?</{prefix}sectPr>|<{prefix}sectPr[^>]*/>", "", element.properties)
    return element.start + properties
