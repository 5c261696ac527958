"""A Word document as a piece of another one: its blocks as text, with places for all that has to be another one there.

Ids, names of bookmarks, styles, lists, notes and relationships mean something in their own package alone. In the text
of a piece a place stands for each, with a key; what the keys mean is settled when the document around it is finished
(see imports.py). The page settings of the document, its headers and footers stay behind, its comments too: they are
talk between authors. Where they are asked for, its page settings come along, with its headers and footers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.rendering.docx.piece_lists import ListDefinition
from adapters.rendering.docx.piece_parts import PiecePart, Relation


@dataclass(frozen=True, slots=True)
class StyleDefinition:
    """A style: its kind, its name, its XML, and the ids of the styles that it refers to."""

    kind: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Piece:
    """What a document brings along.

    `body` is its blocks in one element; `mark` stands around the index of a key. `ignorable` are the namespaces that
    may be left out. Notes are known by their kind and number, lists by their number, styles by their id.
    """

    body: str
    mark: str
    keys: tuple[tuple[Any, ...], ...]
    ignorable: frozenset[str]
    notes: Mapping[tuple[str, str], str]
    styles: Mapping[str, StyleDefinition]
    lists: Mapping[str, ListDefinition]
    # Lists of paragraphs that are numbered by their style: the list, and its level.
    style_lists: Mapping[str, tuple[str, int]]
    relations: Mapping[tuple[str, str], Relation]
    parts: Mapping[str, PiecePart]
    has_text_boxes: bool = False
    has_sections: bool = False
    # Whether it has fields that Word computes from the whole text, as a table of contents.
    has_outdated_fields: bool = False
    elements: int = 0

    @property
    def size(self) -> int:
        """How many characters a copy of it adds to a document."""
        return len(self.body) + sum(map(len, self.notes.values()))

    @property
    def media_size(self) -> int:
        """How many bytes its pictures and other parts have, which all its copies share."""
        return sum(len(part.contents) for part in self.parts.values())
