"""Where a paragraph is, in numbers that its author can count in Word."""

from adapters.rendering.docx.tree import TBL, TC, TR, Node, P, ancestor, w
from domain.diagnostics import Location, Part

_TEXT_BOX = w("txbxContent")


class Places:
    """Tells the place of every paragraph of a part.

    Tables are numbered through the part, the inner ones too; a paragraph counts within its cell, or among those of
    the part that stand in no cell; text in a box is where the paragraph is that the box is anchored in.
    """

    def __init__(self, root: Node, part: Part, number: int | None) -> None:
        self._part = part
        self._number = number
        self._tables = {table: index for index, table in enumerate(root.iter(TBL), 1)}
        self._paragraphs: dict[Node, int] = {}
        counted: dict[Node | None, int] = {}
        for paragraph in root.iter(P):
            if ancestor(paragraph, _TEXT_BOX) is None:
                cell = ancestor(paragraph, TC)
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
            row=_position(row, TR, table),
            cell=_position(cell, TC, row),
        )


def _position(node: Node, tag: str, top: Node) -> int:
    """Return the how-manieth of its kind the node is in `top`, content controls around its like or not."""
    siblings = (other for other in top.iter(tag) if ancestor(other, top.tag) is top)
    return next(index for index, other in enumerate(siblings, 1) if other is node)
