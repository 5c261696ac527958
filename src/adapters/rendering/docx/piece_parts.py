"""What a piece refers to: links, and other parts of its package, with those that they refer to in their turn."""

import posixpath
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from adapters.rendering.docx.package import WORD, Package, Relationship, relationships_of


@dataclass(frozen=True, slots=True)
class Relation:
    """A relationship: its type, and the address or the name of the part that it leads to."""

    type: str
    target: str
    external: bool


@dataclass(frozen=True, slots=True)
class PiecePart:
    """A part that comes along: its content type, its contents, and its relationships by their ids.

    A header or footer has text with places instead.
    """

    type: str
    contents: bytes
    relations: tuple[tuple[str, Relation], ...]
    text: str = ""


class RelationReader:
    """Follows the relationships of a package as far as they are used.

    `relations` are those of text, by their part and id; `parts` those that come along.
    """

    def __init__(self, package: Package, *, with_headers: bool) -> None:
        self._package = package
        self._with_headers = with_headers
        # Headers and footers that are referred to, which whoever reads the text reads as well.
        self.headers: list[str] = []
        self._by_source: dict[str, list[Relationship]] = {}
        for found in package.relationships:
            self._by_source.setdefault(found.part, []).append(found)
        self.relations: dict[tuple[str, str], Relation] = {}
        self.parts: dict[str, PiecePart] = {}

    def follow(self, part: str, number: str) -> bool:
        """Take a relationship of a part along, with what it leads to; tell whether there is anything to follow."""
        if (part, number) in self.relations:
            return True
        found = next((each for each in self._by_source.get(relationships_of(part), ()) if each.id == number), None)
        relation = None if found is None else self._relation(part, found)
        if relation is None:
            return False
        self.relations[part, number] = relation
        self._take(relation)
        return True

    def _relation(self, part: str, found: Relationship) -> Relation | None:
        """Return a relationship that may come along; None for one to nothing, or to the text of the document."""
        if found.external:
            return Relation(found.type, found.target, external=True) if found.type.endswith("/hyperlink") else None
        if not found.target or found.target.startswith("#"):
            return Relation(found.type, found.target, external=False) if found.target else None
        target = unquote(found.target)
        folder = "" if target.startswith("/") else posixpath.dirname(part)
        name = posixpath.normpath(posixpath.join(folder, target.lstrip("/")))
        kind = self._package.type_of(name)
        if name not in self._package.contents or (kind.startswith(WORD) and not self._is_header(kind)):
            # Text, styles and settings of the document are no pictures.
            return None
        return Relation(found.type, name, external=False)

    def _is_header(self, kind: str) -> bool:
        return self._with_headers and kind in _HEADERS

    def _take(self, relation: Relation) -> None:
        waiting = [relation]
        while waiting:
            next_one = waiting.pop()
            name = next_one.target
            if next_one.external or name.startswith("#") or name in self.parts:
                continue
            if self._is_header(self._package.type_of(name)):
                self.parts[name] = PiecePart(self._package.type_of(name), b"", ())
                self.headers.append(name)
                continue
            related = [
                (found.id, made)
                for found in self._by_source.get(relationships_of(name), ())
                if (made := self._relation(name, found)) is not None
            ]
            self.parts[name] = PiecePart(self._package.type_of(name), self._package.contents[name], tuple(related))
            waiting += [each for _, each in related]


_HEADERS: Final = frozenset((f"{WORD}header+xml", f"{WORD}footer+xml"))
