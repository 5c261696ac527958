"""The lists that documents bring along: each copy of a document counts for itself (ECMA-376 part 1, 17.9)."""

from typing import Any, Final

from lxml import etree

from adapters.rendering.docx.edited import EditedPackage
from adapters.rendering.docx.numbering import starts_of
from adapters.rendering.docx.package import WORD
from adapters.rendering.docx.piece import Piece
from adapters.rendering.docx.piece_lists import ListDefinition, definition_of
from adapters.rendering.docx.tree import Node, W, w
from adapters.rendering.docx.writers import escape_attribute

_NUMBERING: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/numbering"
_ABSTRACT, _ABSTRACT_ID, _NUM, _NUM_ID = w("abstractNum"), w("abstractNumId"), w("num"), w("numId")
_OVERRIDE, _START, _ILVL, _VALUE = w("lvlOverride"), w("startOverride"), w("ilvl"), w("val")


class ImportedLists:
    """The lists of one document, `main` being the part of its text."""

    def __init__(self, package: EditedPackage, main: str) -> None:
        self._package = package
        self._main = main
        self._root: Node | None = None
        self._next = self._next_abstract = 0
        self._abstracts: dict[str, str] = {}
        self._numbers: dict[tuple[int, int, str], str] = {}
        # The definitions that a copy of a piece has begun to count by.
        self._begun: set[tuple[int, str]] = set()

    def number(self, piece: Piece, placement: int, number: str) -> str:
        """Return the number here of a list of a copy of a piece; '0', which is none, for one that is not defined."""
        definition = piece.lists.get(number)
        if definition is None:
            return "0"
        key = id(piece), placement, number
        if key not in self._numbers:
            # The first list of a definition begins anew, as in its own document; others go on counting.
            begins = (placement, definition.key) not in self._begun
            self._begun.add((placement, definition.key))
            self._numbers[key] = self._add(definition, begins=begins)
        return self._numbers[key]

    def again(self, number: str, piece: Piece, placement: int) -> str:
        """Return the number of a list that looks like one of the host's and does not count with it.

        A copy of a piece has one such list; '' where the host has none of this number.
        """
        key = id(piece), placement, f"own {number}"
        if key not in self._numbers:
            definition = self._own(number)
            self._numbers[key] = "" if definition is None else self._add(definition, begins=True)
        return self._numbers[key]

    def _own(self, number: str) -> ListDefinition | None:
        root = self._read()
        num = next((each for each in root.findall(_NUM) if each.get(_NUM_ID) == number), None)
        abstract = None if num is None else num.find(_ABSTRACT_ID)
        wanted = None if abstract is None else abstract.get(_VALUE)
        found = next((each for each in root.findall(_ABSTRACT) if each.get(_ABSTRACT_ID) == wanted), None)
        return None if num is None or found is None else definition_of(num, found, starts_of(found.findall(w("lvl"))))

    def _add(self, definition: ListDefinition, *, begins: bool) -> str:
        num = etree.Element(_NUM)
        etree.SubElement(num, _ABSTRACT_ID, {_VALUE: self._abstract(definition)})
        num.extend(etree.fromstring(override) for override in definition.overrides)
        for level, start in enumerate(definition.starts if begins else ()):
            _begin(num, str(level), start)
        return self._append(num)

    def _append(self, num: Node) -> str:
        root = self._read()
        number = str(self._next)
        self._next += 1
        num.set(_NUM_ID, number)
        last = root.find(w("numIdMacAtCleanup"))
        if last is None:
            root.append(num)
        else:
            last.addprevious(num)
        return number

    def _abstract(self, definition: ListDefinition) -> str:
        if definition.key not in self._abstracts:
            root = self._read()
            made = _parsed(definition.abstract)
            number = self._abstracts[definition.key] = str(self._next_abstract)
            self._next_abstract += 1
            made.set(_ABSTRACT_ID, number)
            # By this, Word takes definitions for one and the same.
            made.insert(0, _parsed(f'<w:nsid xmlns:w="{W}" w:val="{definition.key[:8].upper()}"/>'))
            first = root.find(_NUM)
            last = root.find(w("numIdMacAtCleanup")) if first is None else first
            if last is None:
                root.append(made)
            else:
                last.addprevious(made)
        return self._abstracts[definition.key]

    def _read(self) -> Node:
        if self._root is None:
            name = self._package.related(self._main, "numbering")
            if name is None:
                root = etree.Element(w("numbering"), nsmap={"w": W})
                name = self._package.add_root("word/numbering.xml", f"{WORD}numbering+xml", root)
                self._package.relate(self._main, _NUMBERING, name)
            self._root = self._package.root(name)
            self._next = 1 + _largest(self._root, _NUM, _NUM_ID)
            self._next_abstract = 1 + _largest(self._root, _ABSTRACT, _ABSTRACT_ID)
        return self._root


def _parsed(text: str) -> Node:
    return etree.fromstring(text)


def _begin(num: Node, level: str, start: str) -> None:
    """Let a level begin where it says, unless the list has said so already."""
    override: Any = next((each for each in num.findall(_OVERRIDE) if each.get(_ILVL) == level), None)
    if override is None:
        override = _parsed(f'<w:lvlOverride xmlns:w="{W}" w:ilvl="{escape_attribute(level)}"/>')
        num.append(override)
    if override.find(_START) is None:
        override.insert(0, etree.Element(_START, {_VALUE: start}))


def _largest(root: Node, tag: str, attribute: str) -> int:
    numbers = (node.get(attribute, "") for node in root.iter(tag))
    return max((int(each) for each in numbers if each.isascii() and each.isdigit() and len(each) < _DIGITS), default=0)


# Word's own numbers stay far below.
_DIGITS: Final = 10
