"""The letterhead of Kestrel & Vane: logo and contact on the first page, a running line on the others, the footer."""

import io

from docx.document import Document
from docx.section import _Footer, _Header
from docx.shared import Mm
from docx.text.paragraph import Paragraph

from examples.builder.blocks import TEXT_WIDTH, Piece, add_row, add_table, write, write_field
from examples.builder.logo import logo_png

SENDER_LINE = "Kestrel & Vane Ltd · 18 Harbour Row · Bristol BS1 9ZZ"
_CONTACT = (
    "18 Harbour Row, Bristol BS1 9ZZ",
    "+44 117 496 0120 · office@kestrelvane.example",
    "www.kestrelvane.example",
)
_REGISTRATION = (
    "Kestrel & Vane Ltd · Registered in England and Wales, no. 99417203 · VAT GB 000 4172 03",
    "Directors: Maren Aldous, Tobias Quillfeather",
)


def add_letterhead(document: Document, *, running: str, reference: str) -> None:
    """Fill headers and footers; `running` heads every page but the first, `reference` stands in every footer."""
    section = document.sections[0]
    _first_header(section.first_page_header)
    write(section.header, "Header", "Kestrel & Vane\t" + running)
    _drop_first_paragraph(section.header)
    for footer in (section.first_page_footer, section.footer):
        _footer(footer, reference)


def add_address(document: Document, address: tuple[str, ...], references: tuple[tuple[str, Piece], ...]) -> None:
    """The recipient on the left (one paragraph a line), labelled references (date, number …) on the right."""
    table = add_table(document, "Layout Table", (81, 33, 51))
    row = add_row(table)
    recipient, labels, values = row.cells
    write(recipient, "Sender Line", SENDER_LINE)
    for line in address:
        write(recipient, "Address", line)
    for label, value in references:
        write(labels, "Reference Label", label)
        write(values, "Reference Text", value)
    write(document, "Reference End")


def _first_header(header: _Header) -> None:
    table = add_table(header, "Layout Table", (18, 57, TEXT_WIDTH - 75))
    logo, name, contact = add_row(table).cells
    picture = write(logo, "Letterhead Logo").add_run().add_picture(io.BytesIO(logo_png()), Mm(14), Mm(14))
    picture._inline.docPr.set("name", "Logo")
    picture._inline.docPr.set("descr", "Logo of Kestrel & Vane")
    for side in ("distT", "distB", "distL", "distR"):
        picture._inline.set(side, "0")  # or LibreOffice keeps a distance of its own
    write(name, "Letterhead Name", "Kestrel & Vane")
    write(name, "Letterhead Tagline", "Instruments for measuring wind")
    for line in _CONTACT:
        write(contact, "Letterhead Contact", line)
    write(header, "Letterhead Rule")
    _drop_first_paragraph(header)


def _footer(footer: _Footer, reference: str) -> None:
    table = add_table(footer, "Layout Table", (125, TEXT_WIDTH - 125))
    company, pages = add_row(table).cells
    for line in _REGISTRATION:
        write(company, "Footer", line)
    write(pages, "Footer Pages", reference)
    _page_numbers(write(pages, "Footer Pages", "Page "))
    write(footer, "Footer End")
    _drop_first_paragraph(footer)


def _page_numbers(paragraph: Paragraph) -> None:
    write_field(paragraph, "PAGE")
    paragraph.add_run(" of ")
    write_field(paragraph, "NUMPAGES")


def _drop_first_paragraph(part: _Header | _Footer) -> None:
    """Remove the empty paragraph that python-docx starts every header and footer with."""
    first = part.paragraphs[0]._p
    first.getparent().remove(first)
