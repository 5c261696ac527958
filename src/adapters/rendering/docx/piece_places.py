"""Documents within a finished part: the blocks of each where it was announced.

Alone in its paragraph a document takes its place; beside text it stands between the halves of the paragraph (see
structures.py). What a place cannot hold is refused.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from adapters.rendering.docx.piece import Piece
from adapters.rendering.docx.piece_text import text_for
from adapters.rendering.docx.structures import Element, RefusedPlaceError
from adapters.rendering.docx.writers import BLOCKS, PLACE_BEGIN, STRUCTURE_BEGIN, STRUCTURE_END
from adapters.rendering.language.subdocuments import Subdocuments

# Where a note cannot be, and where there can be no text box.
_WITHOUT_NOTES: Final = {
    "hdr": "a header",
    "ftr": "a footer",
    "footnote": "a footnote",
    "endnote": "an endnote",
    "comment": "a comment",
    "txbxContent": "a text box",
}
_TOP: Final = ["document", "body", "p"]
_OWN_PLACE: Final = "Print it in the document's own text."
_CONTROL: Final = "Make it a rich text control, with a paragraph of its own in it."


@dataclass(slots=True)
class PiecePlaces:
    """Where the documents among the values stand in one document; `placed` has the piece of each copy."""

    documents: Subdocuments
    placed: list[Piece] = field(default_factory=list)
    _texts: dict[tuple[int, str], str] = field(default_factory=dict)

    def write(self, number: int, opened: Sequence[Element], prefix: str) -> str:
        """Write a document, as a piece, for the place where these elements are open.

        Raises:
            RefusedPlaceError: it cannot stand there.
        """
        piece: Piece = self.documents[number].piece
        _check(number, piece, opened, prefix)
        key = number, opened[0].start
        if piece.body and key not in self._texts:
            self._texts[key] = text_for(piece, opened[0].start)
        text = self._texts.get(key, "").replace(PLACE_BEGIN, f"{PLACE_BEGIN}{len(self.placed)}:")
        self.placed.append(piece)
        return f"{STRUCTURE_BEGIN}{BLOCKS}{text}{STRUCTURE_END}"


def _check(number: int, piece: Piece, opened: Sequence[Element], prefix: str) -> None:
    names = [element.name.removeprefix(prefix) for element in opened]
    where = next((_WITHOUT_NOTES[name] for name in reversed(names) if name in _WITHOUT_NOTES), None)
    if where is not None and piece.notes:
        message = f"This document has footnotes or endnotes, which cannot stand in {where}."
        raise RefusedPlaceError(number, message, _OWN_PLACE)
    if "txbxContent" in names and piece.has_text_boxes:
        message = "This document has text boxes, which cannot stand in a text box."
        raise RefusedPlaceError(number, message, _OWN_PLACE)
    if piece.has_sections and (names[:3] != _TOP or names.count("p") > 1):
        message = (
            "This document comes with page settings, which cannot stand in another place than the document's text."
        )
        raise RefusedPlaceError(
            number, message, "Print it there, outside of tables and controls, or without 'sections'."
        )
    plain = re.compile(f"<{prefix}text[ />]")
    paragraph = len(names) - names[::-1].index("p") if "p" in names else len(names)
    controls = [element for element, name in zip(opened, names, strict=True) if name == "sdt"]
    if "sdt" in names[paragraph:] or any(plain.search(control.properties) for control in controls):
        message = "A document cannot stand in a content control for plain text, or within a line."
        raise RefusedPlaceError(number, message, _CONTROL)
