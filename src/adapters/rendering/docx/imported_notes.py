"""The footnotes and endnotes that documents bring along, behind those of the document around them."""

from collections.abc import Iterator
from typing import Final

from lxml import etree

from adapters.rendering.docx.edited import EditedPackage
from adapters.rendering.docx.package import WORD
from adapters.rendering.docx.tree import Node, P, R, W, w

_RELATIONSHIPS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_ID, _TYPE = w("id"), w("type")
# What a part of notes has beside notes, and which numbers Word gives it.
_SEPARATORS: Final = {"separator": "-1", "continuationSeparator": "0"}


class ImportedNotes:
    """The notes of one document, `main` being the part of its text; `number` is that of the note being added."""

    def __init__(self, package: EditedPackage, main: str) -> None:
        self._package = package
        self._main = main
        self._names: dict[str, str] = {}
        self._last: dict[str, int] = {}
        self._waiting: list[tuple[int, str, str]] = []
        self._numbers: list[str] = []
        self.number = ""

    def new(self, placement: int, kind: str, old: str) -> str:
        """Return the number of a new note, which is that of a copy of a piece."""
        self._last[kind] = number = self._last.get(kind, self._largest(kind)) + 1
        self._waiting.append((placement, kind, old))
        self._numbers.append(str(number))
        return str(number)

    def waiting(self) -> Iterator[tuple[int, str, str]]:
        """List the notes that have to be added: the copy, the kind and the number there."""
        for number, note in zip(self._numbers, self._waiting, strict=True):
            self.number = number
            yield note

    def part(self, kind: str) -> str:
        """Return the name of the part of such notes; it is made where there is none."""
        name = self._names.get(kind) or self._package.related(self._main, f"{kind}s")
        if name is None:
            root = etree.Element(w(f"{kind}s"), nsmap={"w": W})
            root.extend(_separator(kind, separator) for separator in _SEPARATORS)
            name = self._package.add_root(f"word/{kind}s.xml", f"{WORD}{kind}s+xml", root)
            self._package.relate(self._main, f"{_RELATIONSHIPS}/{kind}s", name)
        self._names[kind] = name
        return name

    def add(self, kind: str, text: str) -> None:
        """Add a note; its part is there."""
        self._package.root(self._names[kind]).append(etree.fromstring(text))

    def _largest(self, kind: str) -> int:
        name = self._package.related(self._main, f"{kind}s")
        if name is None:
            return 0
        numbers = (node.get(_ID, "") for node in self._package.root(name).iter(w(kind)))
        return max((int(each) for each in numbers if each.isascii() and each.isdigit()), default=0)


def _separator(kind: str, separator: str) -> Node:
    note = etree.Element(w(kind), {_TYPE: separator, _ID: _SEPARATORS[separator]})
    run = etree.SubElement(etree.SubElement(note, P), R)
    etree.SubElement(run, w(separator))
    return note
