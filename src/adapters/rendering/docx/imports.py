"""What documents within a finished document bring along: the last step, where everything else is known.

Each place in the text of a piece gets what it stands for here: a number that nothing else has, a name that is free, the
style of the same name, a list of its own, its notes among those of the document, a relationship of the part that it
stands in. What the document has stays as it is.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

from adapters.rendering.docx.archive import Archive
from adapters.rendering.docx.edited import EditedPackage
from adapters.rendering.docx.imported_lists import ImportedLists
from adapters.rendering.docx.imported_notes import ImportedNotes
from adapters.rendering.docx.imported_styles import ImportedStyles
from adapters.rendering.docx.piece import Piece
from adapters.rendering.docx.piece_parts import Relation
from adapters.rendering.docx.sections import settle_sections
from adapters.rendering.docx.taken import names_in, numbers_in
from adapters.rendering.docx.update_fields import ask_for_update
from adapters.rendering.docx.writers import PLACE_BEGIN, PLACE_END, escape_attribute
from adapters.rendering.docx.zip_records import Member

_PLACE: Final = re.compile(f"{PLACE_BEGIN}([0-9]+):([0-9]+){PLACE_END}")
_NAME_CHARACTERS: Final = 40
# Parts whose numbers and names mean nothing to the text.
_OTHERS: Final = re.compile(r"(?:^|/)(?:styles|numbering|settings|fontTable|webSettings|theme\d*)\.xml$|\.rels$")


def with_pieces(
    archive: Archive, members: Sequence[Member], placed: Sequence[Piece], main: str, relationship: str
) -> tuple[Archive, list[Member]]:
    """Return a finished package with what the placed pieces bring along.

    `main` is the part of the document's text, `relationship` begins ids of relationships that are free.
    """
    package = EditedPackage(archive, members, relationship)
    imports = _Imports(package, placed, main)
    # The text last: it alone refers to notes, and theirs is a part with places, too.
    for name in sorted((member.name for member in members), key=lambda name: name == main):
        imports.settle(name)
    imports.add_notes()
    if any(piece.has_sections for piece in placed):
        settle_sections(package, main)
    settings = package.related(main, "settings")
    if settings is not None and any(piece.has_outdated_fields for piece in placed):
        ask_for_update(package.root(settings))
    return package.finished()


class _Imports:
    """Settles the places of all parts of one document."""

    def __init__(self, package: EditedPackage, placed: Sequence[Piece], main: str) -> None:
        self._package = package
        self._placed = placed
        self._lists = ImportedLists(package, main)
        self._styles = ImportedStyles(package, main, self._lists)
        self._notes = ImportedNotes(package, main)
        texts = [
            package.contents(name) for name in package.names() if name.endswith(".xml") and not _OTHERS.search(name)
        ]
        self._numbers = set().union(*map(numbers_in, texts))
        self._names = set().union(*map(names_in, texts))
        self._last = 0
        self._settled: dict[tuple[Any, ...], str] = {}
        self._parts: dict[tuple[Any, ...], str] = {}

    def settle(self, name: str) -> None:
        """Put what they stand for into the places of a part."""
        contents = self._package.contents(name)
        if PLACE_BEGIN.encode() in contents:
            text = self._text(contents.decode(), name)
            self._package.put(name, text.encode())

    def add_notes(self) -> None:
        """Add the notes that the text refers to now."""
        for placement, kind, old in self._notes.waiting():
            piece = self._placed[placement]
            if (kind, old) not in piece.notes:
                continue
            name = self._notes.part(kind)
            self._notes.add(kind, self._text(_placed(piece, placement, piece.notes[kind, old]), name))

    def _text(self, text: str, part: str) -> str:
        return _PLACE.sub(lambda match: self._settle(int(match.group(1)), int(match.group(2)), part), text)

    def _settle(self, placement: int, index: int, part: str) -> str:
        piece = self._placed[placement]
        kind, *rest = piece.keys[index]
        match kind:
            case "relation":
                key: tuple[Any, ...] = (id(piece), part, *rest)
            case "style":
                key = (id(piece), kind, *rest)
            case "own note":
                return self._notes.number
            case _:
                key = (placement, kind, *rest)
        if key not in self._settled:
            self._settled[key] = escape_attribute(self._settled_first(placement, piece, kind, rest, part))
        return self._settled[key]

    def _settled_first(self, placement: int, piece: Piece, kind: str, rest: list[Any], part: str) -> str:
        match kind:
            case "number":
                settled = self._new_number()
            case "name":
                settled = self._new_name(rest[0])
            case "style":
                settled = self._styles.id_of(piece, rest[0])
            case "list":
                settled = self._lists.number(piece, placement, rest[0])
            case "style list":
                settled = self._style_list(piece, placement, rest[0])
            case "note":
                settled = self._notes.new(placement, rest[0], rest[1])
            case _:
                relation = piece.relations[rest[0], rest[1]]
                target = self._target(piece, relation, placement)
                settled = self._package.relate(part, relation.type, target, external=relation.external)
        return settled

    def _style_list(self, piece: Piece, placement: int, style_id: str) -> str:
        """Return the list of paragraphs that are numbered by their style: like the host's, if it has one."""
        own = self._styles.list_of(piece, placement, style_id)
        return own or self._lists.number(piece, placement, piece.style_lists[style_id][0])

    def _new_number(self) -> str:
        self._last += 1
        while self._last in self._numbers:
            self._last += 1
        return str(self._last)

    def _new_name(self, name: str) -> str:
        """Return the name of a bookmark, or one near to it that is free."""
        new, number = name[:_NAME_CHARACTERS], 1
        while new.lower() in self._names:
            number += 1
            end = f"_{number}"
            new = name[: _NAME_CHARACTERS - len(end)] + end
        self._names.add(new.lower())
        return new

    def _target(self, piece: Piece, relation: Relation, placement: int) -> str:
        """Return what a relationship leads to: an address, or the part here that came along for it."""
        if relation.external or relation.target.startswith("#"):
            return relation.target
        part = piece.parts[relation.target]
        # The same picture is there once, whichever documents it comes with.
        alone = not part.relations and not part.text
        key = (part.type, part.contents) if alone else (id(piece), relation.target)
        if key not in self._parts:
            self._parts[key] = name = self._package.add(relation.target, part.type, part.contents)
            if part.text:
                self._package.put(name, self._text(_placed(piece, placement, part.text), name).encode())
            if part.relations:
                self._package.set_relations(
                    name,
                    [
                        (number, each.type, self._target(piece, each, placement), each.external)
                        for number, each in part.relations
                    ],
                )
        return self._parts[key]


def _placed(piece: Piece, placement: int, text: str) -> str:
    """Return text of a piece with the places of one copy of it."""
    return re.sub(f"{piece.mark}([0-9]+){piece.mark}", rf"{PLACE_BEGIN}{placement}:\1{PLACE_END}", text)
