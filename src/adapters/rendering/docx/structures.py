"""Captured structure: runs, paragraphs, rows and cells of a macro, a {% set %} or {% call %} block, a recursive loop.

Such a piece is printed by a tag that stands in a text. Its writer puts marks around it (see writers.py); when the part
is finished, the elements that are open there are closed before the piece and opened again behind it. What shows nothing
on either side goes: a paragraph or a row that held the tag alone is replaced.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from adapters.rendering.docx.marks import MARK, Operation
from adapters.rendering.docx.writers import (
    BARE,
    BLOCKS,
    CELLS,
    DOCUMENT,
    MARKUP,
    ROWS,
    RUNS,
    STRUCTURE_BEGIN,
    STRUCTURE_END,
)
from adapters.rendering.language.values import UnprintableError

_EVENT: Final = re.compile(
    f"{STRUCTURE_BEGIN}.|{STRUCTURE_END}|[{MARKUP}{DOCUMENT}][0-9]+{BARE}?[{MARKUP}{DOCUMENT}]|{MARK}[0-9]+{MARK}|<(/?)([\\w:.-]+)((?:[^>\"']|\"[^\"]*\"|'[^']*')*?)(/?)>"
)
# What a piece of each kind breaks out of.
_AROUND: Final = {RUNS: "r", BLOCKS: "p", ROWS: "tr", CELLS: "tc"}
# Where the search for that ends: pieces that stand between blocks, rows or cells already break out of nothing.
_BOUNDS: Final = {
    RUNS: frozenset({"p"}),
    BLOCKS: frozenset(("body", "tc", "txbxContent", "hdr", "ftr", "footnote", "endnote", "comment")),
    ROWS: frozenset({"tbl"}),
    CELLS: frozenset({"tr"}),
}
# Elements that show nothing by themselves, and marks without width, which stay where their element goes.
_INVISIBLE: Final = frozenset(("p", "r", "t", "tr", "tc", "hyperlink", "ins", "moveTo", "smartTag", "proofErr"))
_MARKS: Final = re.compile(r"<[\w.-]*:?(bookmark|commentRange|perm)(Start|End)[ />]")
# A control shows where it stands, and half of one that was torn with its paragraph shows nothing by itself.
_TORN: Final = ("r", "sdt")
_INVISIBLE_IN_TORN: Final = _INVISIBLE | {"sdt", "sdtContent"}
# Operations of marks that may not go with their element: the others of their set stand outside of it.
_KEPT_MARKS: Final = frozenset({"open", "fill", "default", "check", "print", "close", "round", "once"})
_MARK: Final = re.compile(f"{MARK}[0-9]+{MARK}")
SECTION: Final = re.compile(r"<([\w.-]*:?)sectPr(?: [^>]*)?(?:/>|(?<!/)>.*?</\1sectPr>)", re.DOTALL)


class TooLargeError(Exception):
    """A part would become larger than allowed."""


class BrokenStructureError(Exception):
    """A tag closes what is not open: a fault of ours, which would make a document that Word does not open."""


class RefusedPlaceError(Exception):
    """A document stands where it cannot; `number` is its own."""

    def __init__(self, number: int, message: str, suggestion: str) -> None:
        super().__init__(message)
        self.number = number
        self.message = message
        self.suggestion = suggestion


@dataclass(slots=True)
class Element:
    """An open element: where it starts in the output, its properties as they stand there, and what comes behind it."""

    name: str
    start: str
    index: int
    properties: str = ""
    properties_at: int = 0
    is_torn: bool = False
    behind: list[str] = field(default_factory=list)


# Writes the value that was announced so, as pieces, for the place where these elements are open, behind what was put
# out; by the sign that announces it: formatted texts (see markup_places.py), documents (see piece_places.py).
WriteValue: TypeAlias = Callable[[str, Sequence[Element], Sequence[str]], str]
WriteValues: TypeAlias = Mapping[str, WriteValue]
_NOTHING: Final[WriteValues] = {}


def put_structures(
    text: str, prefix: str, limit: int, operations: Sequence[Operation], write_values: WriteValues = _NOTHING
) -> str:
    """Return the part with its captured pieces where they belong; one pass over its tags.

    The part holds marks for `operations` still (see marks.py).

    Raises:
        BrokenStructureError: the elements of the part do not close as they open.
        TooLargeError: it would have more than `limit` characters.
        UnprintableError: rows or cells are printed outside of a table.
    """
    placing = _Placing(prefix, limit, operations, write_values)
    placing.go_through(text)
    return "".join(placing.out)


class _Placing:
    """What is open, and what has been put out."""

    def __init__(self, prefix: str, limit: int, operations: Sequence[Operation], write_values: WriteValues) -> None:
        self.out: list[str] = []
        self._write_values = write_values
        self._operations = operations
        self._prefix = prefix
        self._room = limit
        self._open: list[Element] = []
        # For each piece that is being passed: what is opened again behind it, or the element that it is kept for, and
        # the output to go on with then.
        self._pieces: list[tuple[list[Element], Element | None, list[str]]] = []

    def go_through(self, text: str) -> None:
        """Put a text out with its pieces where they belong."""
        done = 0
        for event in _EVENT.finditer(text):
            if event.start() > done:
                self.put(text[done : event.start()])
            done = event.end()
            self.meet(event)
        self.put(text[done:])

    def put(self, text: str) -> None:
        """Put text out."""
        self._room -= len(text)
        if self._room < 0:
            raise TooLargeError
        self.out.append(text)

    def meet(self, event: re.Match[str]) -> None:
        """Follow a tag, or the begin or the end of a piece."""
        found = event.group()
        if found[0] == STRUCTURE_BEGIN:
            self._begin(int(found[1]), event.string, event.end())
        elif found == STRUCTURE_END:
            self._end()
        elif found[0] == MARK:
            self.put(found)
        elif found[0] in (MARKUP, DOCUMENT):
            self.go_through(self._write_values[found[0]](found[1:-1], self._open, self.out))
        elif event.group(1):
            self._close(found, event.string, event.end())
        else:
            if not event.group(4):
                self._open.append(Element(event.group(2), found, len(self.out)))
            self.put(found)

    def _is(self, element: Element, name: str) -> bool:
        return element.name == self._prefix + name

    def _close(self, tag: str, text: str, position: int) -> None:
        if not self._open or self._open[-1].name != tag[2:-1].rstrip():
            raise BrokenStructureError(tag)
        element = self._open.pop()
        self.put(tag)
        if element.name.endswith("Pr") and element.name.startswith(self._prefix):
            # Properties are one piece of the output.
            self.out[element.index :] = ["".join(self.out[element.index :])]
            if self._open and not self._open[-1].properties:
                self._open[-1].properties = self.out[-1]
                self._open[-1].properties_at = element.index
        if element.is_torn and self._is_blank(element) and self._may_go(element, text, position):
            self._drop(element)
        self.out += element.behind

    def _begin(self, kind: int, text: str, position: int) -> None:
        """Break out of what is open, or keep the piece back until that closes."""
        inner = self._inner(kind)
        if inner and kind == RUNS and self._ends_paragraph(text, position):
            # The ends of two paragraphs and what is between: nothing that is open in this one can stay so.
            inner = self._within_paragraph()
        elif inner and (kind in (ROWS, CELLS) or any(self._is(element, "sdt") for element in inner)):
            # Rows and cells are not torn, nor are content controls: the piece comes behind them.
            inner[0].is_torn = True
            self._pieces.append(([], inner[0], self.out))
            self.out = []
            return
        for element in reversed(inner):
            self.put(f"</{element.name}>")
        if inner and kind == BLOCKS:
            self._finish_half(inner[0], begins_with_table=text.startswith(f"<{self._prefix}tbl", position))
        elif inner and kind == RUNS and self._is_blank(inner[0]):
            self._drop(inner[0])
        del self._open[len(self._open) - len(inner) :]
        self._pieces.append((inner, None, self.out))

    def _inner(self, kind: int) -> list[Element]:
        """List the open elements that a piece of this kind breaks out of, the outermost first."""
        for index in reversed(range(len(self._open))):
            name = self._open[index].name.removeprefix(self._prefix)
            if name == _AROUND[kind]:
                return self._open[index:]
            if name in _BOUNDS[kind]:
                return []
        if kind in (ROWS, CELLS):
            what, where = ("rows", "a row") if kind == ROWS else ("cells", "a cell")
            raise UnprintableError(
                f"A macro or a set block that holds table {what} is printed outside of a table.",
                f"Print it in {where} of its own.",
            )
        return []

    def _ends_paragraph(self, text: str, position: int) -> bool:
        """Tell whether a piece closes the paragraph that it stands in, before it opens one of its own."""
        depth = 1
        for event in _EVENT.finditer(text, position):
            if event.group(2) == f"{self._prefix}p":
                return bool(event.group(1))
            depth += event.group()[0] == STRUCTURE_BEGIN
            depth -= event.group() == STRUCTURE_END
            if not depth:
                break
        return False

    def _within_paragraph(self) -> list[Element]:
        """List what is open in the innermost paragraph, the outermost first."""
        paragraphs = (index for index, element in enumerate(self._open) if self._is(element, "p"))
        index = max(paragraphs, default=len(self._open))  # a run may stand anywhere in a file that nobody checked
        return self._open[index + 1 :]

    def _finish_half(self, paragraph: Element, *, begins_with_table: bool) -> None:
        """Leave the first half of a paragraph; a section ends with the second one.

        Between two tables an empty one stays: Word would take them for one table.
        """
        parts_tables = begins_with_table and _last_tag(self.out, paragraph.index) == f"</{self._prefix}tbl>"
        if self._is_blank(paragraph) and not parts_tables:
            self._drop(paragraph)
        elif paragraph.properties:
            self.out[paragraph.properties_at] = SECTION.sub("", paragraph.properties)

    def _end(self) -> None:
        inner, keeper, out = self._pieces.pop()
        if keeper is not None:
            keeper.behind += self.out
            self.out = out
            return
        for element in inner:
            again = Element(element.name, element.start, len(self.out), element.properties, behind=element.behind)
            again.is_torn = self._is(element, "p") or self._may_go_anywhere(element)
            self.put(element.start)
            if element.properties:
                again.properties_at = len(self.out)
                self.put(element.properties)
            self._open.append(again)

    def _may_go_anywhere(self, element: Element) -> bool:
        """Tell whether half of an element that a piece tore may go if it is blank, whatever stands beside it."""
        return any(self._is(element, name) for name in _TORN)

    def _is_blank(self, element: Element) -> bool:
        """Tell whether what was put out since an element began shows nothing; blanks of a run part the words around."""
        blanks_show = self._is(element, "r")
        invisible = _INVISIBLE_IN_TORN if self._may_go_anywhere(element) else _INVISIBLE
        for piece in self.out[element.index :]:
            if piece[:1] != "<":
                if piece and piece[0] != MARK and (blanks_show or not piece.isspace()):
                    return False
                continue
            name = piece.strip("</>").partition(" ")[0].partition(">")[0].removeprefix(self._prefix)
            if not name.endswith("Pr") and name not in invisible and not _MARKS.match(piece):
                return False
        return True

    def _may_go(self, element: Element, text: str, position: int) -> bool:
        """Tell whether another paragraph (row, cell) stands beside this one, as a cell, say, needs its last one."""
        if self._may_go_anywhere(element):
            return True
        if SECTION.search(element.properties):
            return False
        beside = element.behind or self.out
        before = _last_tag(beside, len(element.behind) or element.index)
        while mark := _MARK.match(text, position):
            position = mark.end()
        starts = (f"<{element.name}>", f"<{element.name} ")
        return before == f"</{element.name}>" or text.startswith(starts, position)

    def _drop(self, element: Element) -> None:
        kept = [piece for piece in self.out[element.index :] if _MARKS.match(piece) or piece[:1] == MARK]
        self.out[element.index :] = filter(self._is_kept, kept)

    def _is_kept(self, piece: str) -> bool:
        return piece[0] != MARK or self._operations[int(piece.strip(MARK))][0] in _KEPT_MARKS


def _last_tag(pieces: list[str], end: int) -> str:
    """Return the last tag before a place in the output that is no mark without width."""
    while end and (pieces[end - 1][:1] != "<" or _MARKS.match(pieces[end - 1])):
        end -= 1
    return pieces[end - 1] if end else ""
