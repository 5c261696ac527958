"""Where a paragraph is, in numbers that its author can count in Word."""

from adapters.rendering.docx.tree import TBL, TC, TR, Node, P, ancestor, w
from domain.diagnostics import Location, Part

_TEXT_BOX = w("txbxContent")
_BODY = w("body")


class Places:
    """Tells the place of every paragraph of a part.

    Tables are numbered through the part, the inner ones too; a paragraph counts within its cell, or among those of
    the part that stand in no cell; text in a box is where the paragraph is that the box is anchored in.
    """

    def __init__(self, root: Node, part: Part, number: int | None) -> None:
        self._part = part
        self._number = number
        self._tables = {table: index for index, table in enumerate(root.iter(TBL), 1)}
        self._rows = _positions(root, TR, TBL)
        self._cells = _positions(root, TC, TR)
        self._paragraphs: dict[Node, int] = {}
        counted: dict[Node | None, int] = {}
        body = next(root.iterchildren(_BODY), root)
        for paragraph in root.iter(P):
            # Most paragraphs stand in nothing else.
            is_plain = paragraph.getparent() is body
            if is_plain or ancestor(paragraph, _TEXT_BOX) is None:
                cell = None if is_plain else ancestor(paragraph, TC)
                counted[cell] = self._paragraphs[paragraph] = counted.get(cell, 0) + 1

    def of(self, paragraph: Node) -> Location:
        """Return the place of a paragraph."""
        while (box := ancestor(paragraph, _TEXT_BOX)) is not None:
            anchor = ancestor(box, P)
            if anchor is None:
                break
            paragraph = anchor
        number = self._paragraphs.get(paragraph)
        cell = ancestor(paragraph, TC)
        row = None if cell is None else ancestor(cell, TR)
        table = None if row is None else ancestor(row, TBL)
        if table is None:
            return Location(self._part, self._number, paragraph=number)
        return Location(
            self._part,
            self._number,
            paragraph=number,
            table=self._tables[table],
            row=self._rows[row],
            cell=self._cells[cell],
        )


def _positions(root: Node, tag: str, around: str) -> dict[Node, int]:
    """Number the elements of a kind within what they belong to, content controls around them or not."""
    counts: dict[Node | None, int] = {}
    positions: dict[Node, int] = {}
    for node in root.iter(tag):
        top = ancestor(node, around)
        counts[top] = positions[node] = counts.get(top, 0) + 1
    return positions
