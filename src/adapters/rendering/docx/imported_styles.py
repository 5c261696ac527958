"""The styles that documents bring along: those of the same name are the host's, as in Word; others are added."""

from typing import Final

from lxml import etree

from adapters.rendering.docx.edited import EditedPackage
from adapters.rendering.docx.imported_lists import ImportedLists
from adapters.rendering.docx.package import WORD
from adapters.rendering.docx.piece import Piece, StyleDefinition
from adapters.rendering.docx.style_sheet import style_name
from adapters.rendering.docx.tree import PPR, Node, W, w

_STYLES: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles"
_ID, _TYPE, _VALUE, _DEFAULT = w("styleId"), w("type"), w("val"), w("default")
_REFERENCES: Final = tuple(map(w, ("basedOn", "next", "link")))
# Styles that are based on each other, at most.
_MAX_ANCESTORS: Final = 50


class ImportedStyles:
    """The styles of one document, `main` being the part of its text."""

    def __init__(self, package: EditedPackage, main: str, lists: ImportedLists) -> None:
        self._package = package
        self._main = main
        self._lists = lists
        self._root: Node | None = None
        self._by_id: dict[str, Node] = {}
        self._by_name: dict[tuple[str, str], str] = {}
        # Ids here by the identity of a piece and the id there; and whether the style came with the piece.
        self._ids: dict[tuple[int, str], str] = {}
        self._added: dict[tuple[str, str, str], str] = {}

    def id_of(self, piece: Piece, style_id: str) -> str:
        """Return the id here of a style of a piece; it is added where there is none of its name."""
        self._read()
        key = id(piece), style_id
        if key not in self._ids:
            definition = piece.styles.get(style_id)
            # What a piece does not define itself means nothing, and stays that way.
            self._ids[key] = style_id if definition is None else self._known(definition)
            if definition is not None and not self._ids[key]:
                self._add(piece, style_id, definition)
        return self._ids[key]

    def list_of(self, piece: Piece, placement: int, style_id: str) -> str:
        """Return the number of a list like the one of the host's style of this name; '' where that has none."""
        definition = piece.styles.get(style_id)
        self._read()
        own = "" if definition is None else self._by_name.get((definition.kind, definition.name), "")
        number = self._list_number(own) if own else ""
        return self._lists.again(number, piece, placement) if number else ""

    def _list_number(self, style_id: str) -> str:
        for _ in range(_MAX_ANCESTORS):
            style = self._by_id.get(style_id)
            if style is None:
                return ""
            number = style.find(f"{PPR}/{w('numPr')}/{w('numId')}")
            if number is not None:
                return str(number.get(_VALUE, ""))
            based = style.find(w("basedOn"))
            style_id = "" if based is None else based.get(_VALUE, "")
        return ""

    def _known(self, definition: StyleDefinition) -> str:
        return self._by_name.get((definition.kind, definition.name), "")

    def _add(self, piece: Piece, style_id: str, definition: StyleDefinition) -> None:
        """Add a style under an id that is free, and then those that it refers to."""
        new_id, number = style_id, 1
        while new_id in self._by_id:
            number += 1
            new_id = f"{style_id}{number}"
        style = etree.fromstring(definition.text)
        style.attrib.pop(_DEFAULT, None)
        style.set(_ID, new_id)
        for name in [name for name in style.attrib if not name.startswith(f"{{{W}}}")]:
            del style.attrib[name]
        if any(name == definition.name for _, name in self._by_name):
            # A style of another kind has the name, and names are there once.
            named: Node = style.find(w("name"))
            named.set(_VALUE, f"{named.get(_VALUE)} ({new_id})")
        self._ids[id(piece), style_id] = new_id
        self._by_id[new_id] = style
        self._by_name[definition.kind, definition.name] = new_id
        assert self._root is not None  # noqa: S101  # it was read
        self._root.append(style)
        self._number(piece, style_id, style)
        for node in style.findall("*"):
            if node.tag in _REFERENCES:
                if node.get(_VALUE) in piece.styles:
                    node.set(_VALUE, self.id_of(piece, node.get(_VALUE, "")))
                else:
                    style.remove(node)

    def _number(self, piece: Piece, style_id: str, style: Node) -> None:
        properties = style.find(PPR)
        numbered = None if properties is None else properties.find(w("numPr"))
        if numbered is None:
            return
        number, level = piece.style_lists.get(style_id, ("", 0))
        new = self._lists.number(piece, -1, number) if number else "0"
        for child in list(numbered):
            if child.tag in (w("ilvl"), w("numId")):
                numbered.remove(child)
        numbered.insert(0, etree.Element(w("ilvl"), {_VALUE: str(level)}))
        numbered.insert(1, etree.Element(w("numId"), {_VALUE: new}))

    def _read(self) -> None:
        if self._root is not None:
            return
        name = self._package.related(self._main, "styles")
        if name is None:
            root = etree.Element(w("styles"), nsmap={"w": W})
            name = self._package.add_root("word/styles.xml", f"{WORD}styles+xml", root)
            self._package.relate(self._main, _STYLES, name)
        self._root = self._package.root(name)
        for style in self._root.iter(w("style")):
            self._by_id[style.get(_ID, "")] = style
            self._by_name.setdefault((style.get(_TYPE, "paragraph"), style_name(style)), style.get(_ID, ""))
