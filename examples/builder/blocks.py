"""Small building blocks on top of python-docx: styled text, fields, tables of fixed widths, tags cut into runs."""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from docx.document import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import _Footer, _Header
from docx.shared import Mm
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

TEXT_WIDTH = 165
"""Width between the margins, mm."""

Piece = str | tuple[str, str]
"""Text of a paragraph: plain, or (text, character style)."""


class Container(Protocol):
    """Whatever holds paragraphs: the document's body, a cell, a header or footer."""

    def add_paragraph(self, text: str = "", style: str | None = None) -> Paragraph: ...


def write(container: Container, style: str, *pieces: Piece) -> Paragraph:
    """Append a paragraph; in a fresh cell, use the empty one that is already there."""
    paragraph = _untouched(container) or container.add_paragraph()
    paragraph.style = style
    for piece in pieces:
        text, character_style = piece if isinstance(piece, tuple) else (piece, None)
        paragraph.add_run(text, character_style)
    return paragraph


def write_cut(paragraph: Paragraph, *fragments: str, style: str | None = None) -> Paragraph:
    """Append text as Word leaves it after some editing: cut into runs, with spell-check marks around the second one."""
    for number, fragment in enumerate(fragments):
        if number == 1:
            _append(paragraph._p, "w:proofErr", type="spellStart")
        # Only the first fragment has the format: Word often loses it on what was typed later.
        run = paragraph.add_run(fragment, style if number == 0 else None)
        run._r.set(qn("w:rsidR"), f"004B560{number % 3}")
        if number == 1:
            _append(paragraph._p, "w:proofErr", type="spellEnd")
    return paragraph


def write_field(paragraph: Paragraph, instruction: str, result: str = "1") -> None:
    """Append a Word field such as PAGE, which Word computes itself, with what it shows (ECMA-376 part 1, 17.16.18)."""
    _append(paragraph.add_run()._r, "w:fldChar", fldCharType="begin")
    _append(paragraph.add_run()._r, "w:instrText").text = instruction
    _append(paragraph.add_run()._r, "w:fldChar", fldCharType="separate")
    paragraph.add_run(result)
    _append(paragraph.add_run()._r, "w:fldChar", fldCharType="end")


def add_table(
    container: Document | _Header | _Footer, style: str, widths: Sequence[int], *, align_right: bool = False
) -> Table:
    """Append an empty table with columns of the given widths (mm), which Word must not change."""
    table: Table
    if isinstance(container, Document):
        table = container.add_table(0, len(widths))
    else:
        table = container.add_table(0, len(widths), Mm(sum(widths)))
    table.style = style
    table.autofit = False
    if align_right:
        table.alignment = WD_TABLE_ALIGNMENT.RIGHT
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    return table


def add_row(table: Table, cells: Iterable[tuple[str, Piece]] = (), *, repeated: bool = False) -> _Row:
    """Append a row that no page break may cut; cells are (paragraph style, text). A repeated one heads every page."""
    row: _Row = table.add_row()  # type: ignore[no-untyped-call]  # python-docx does not annotate it
    for cell, (style, piece) in zip(row.cells, cells, strict=False):
        write(cell, style, piece)
    properties = row._tr.get_or_add_trPr()
    _append(properties, "w:cantSplit")
    if repeated:
        _append(properties, "w:tblHeader")
    return row


def set_look(table: Table, *, first_row: bool = False, last_row: bool = False) -> None:
    """Say which of the table style's special formats apply (ECMA-376 part 1, 17.4.55)."""
    look = table._tbl.tblPr.find(qn("w:tblLook"))
    if look is None:
        raise ValueError("The table has no w:tblLook: python-docx no longer writes one; create it here.")
    look.attrib.clear()
    flags = {
        "firstRow": first_row,
        "lastRow": last_row,
        "firstColumn": False,
        "lastColumn": False,
        "noHBand": True,
        "noVBand": True,
    }
    look.set(qn("w:val"), f"{0x0600 + 0x20 * first_row + 0x40 * last_row:04X}")
    for name, on in flags.items():
        look.set(qn(f"w:{name}"), str(int(on)))


def keep_together(table: Table) -> None:
    """Keep all rows on one page: every paragraph but those of the last row stays with what follows it."""
    for row in list(table.rows)[:-1]:
        for cell in row.cells:
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.keep_with_next = True


def _untouched(container: Container) -> Paragraph | None:
    """The empty paragraph that every new cell has, as long as nobody has written it."""
    if not isinstance(container, _Cell):
        return None
    first = container.paragraphs[0]
    return first if len(first._p) == 0 else None


def _append(parent: Any, tag: str, **attributes: str) -> Any:
    """Append an element of Word's own namespace; Any, because python-docx types its elements loosely."""
    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    parent.append(element)
    return element
