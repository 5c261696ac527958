"""Small templates that each show one feature of the language; their data and files lie in `examples/features/`."""

import io
from collections.abc import Callable

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from examples.builder.blocks import add_row, add_table, set_look, write, write_field
from examples.builder.logo import logo_png
from examples.builder.package import new_document, plain_document


def _page(title: str) -> Document:
    document = new_document(title, "Example")
    write(document, "heading 1", title)
    return document


def rich_text() -> Document:
    """Formatted texts and links from the data, in a paragraph, a list and a table."""
    document = _page("Rich text")
    write(document, "Body Text", "Dear {{ name }}, {{ offer }}")
    write(document, "List Bullet", "{% for point in points %}{{ point }}{% endfor %}")
    table = add_table(document, "Ruled Table", (60, 100))
    add_row(table, [("Table Heading", "Term"), ("Table Heading", "Meaning")])
    add_row(table, [("Table Text", "{% for t in terms %}{{ t.name }}"), ("Table Text", "{{ t.text }}{% endfor %}")])
    set_look(table, first_row=True)
    write(document, "Body Text", "Questions? {{ contact }}")
    return document


def images() -> Document:
    """A drawing as an asset, an image in a frame of the template, and one in each row of a table."""
    document = _page("Images")
    write(document, "Body Text", "An asset of the workspace: {{ 'logo.svg' | image('30mm') }}")
    write(document, "Body Text", "In the frame of a picture of the template, whose alt text is {{ '{{ photo }}' }}:")
    _framed(write(document, "Body Text"), "{{ photo }}")
    table = add_table(document, "Ruled Table", (60, 100))
    add_row(table, [("Table Heading", "Name"), ("Table Heading", "Picture")])
    picture = "{{ item.picture | image(height='9mm') }}{% endfor %}"
    add_row(table, [("Table Text", "{% for item in items %}{{ item.name }}"), ("Table Text", picture)])
    set_look(table, first_row=True)
    return document


def codes() -> Document:
    """QR codes and bar codes of values."""
    document = _page("Codes")
    write(document, "Body Text", "Pay here: {{ payment | qrcode('28mm') }}")
    table = add_table(document, "Ruled Table", (60, 100))
    add_row(table, [("Table Heading", "Article"), ("Table Heading", "Label")])
    label = "{{ a.number | barcode('ean13', width='45mm', height='12mm') }}{% endfor %}"
    add_row(table, [("Table Text", "{% for a in articles %}{{ a.name }}"), ("Table Text", label)])
    set_look(table, first_row=True)
    return document


def markdown() -> Document:
    """A text in Markdown as paragraphs, lists, a table and code in the template's styles."""
    document = plain_document("Markdown", "Example")
    document.styles["Normal"].font.name = "Calibri"
    write(document, "Heading 1", "Markdown")
    write(document, "Body Text", "What is new in {{ version }}:")
    write(document, "Body Text", "{{ notes | markdown }}")
    write(document, "Body Text", "Yours, the {{ team }} team")
    return document


def documents() -> Document:
    """Documents within a document, between the points of a list that goes on."""
    document = _plain("Contract with {{ customer }}")
    write(document, "List Number", "The seller delivers the goods.")
    write(document, "List Number", "The buyer pays within {{ days }} days.")
    write(document, "Body Text", "{{ delivery }}")
    write(document, "List Number", "Changes are made in writing.")
    write(document, "Body Text", "{{ warranty }}")
    return document


def delivery() -> Document:
    """A clause with data of its own: a heading, a list and a table."""
    document = _plain("Delivery to {{ country }}", level=2)
    write(document, "List Bullet", "by {{ carrier }}")
    write(document, "List Bullet", "insured")
    table = add_table(document, "Table Grid", (80, 80))
    add_row(table, [("Normal", "Weight"), ("Normal", "Price")])
    add_row(
        table,
        [("Normal", "{% for p in prices %}{{ p.weight }}"), ("Normal", "{{ p.price | currency('EUR') }}{% endfor %}")],
    )
    return document


def warranty() -> Document:
    """A piece without data, with a style and a numbered list of its own."""
    document = _plain("Warranty", level=2)
    style = document.styles.add_style("Small Print", WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = document.styles["Normal"]
    style.font.italic, style.font.size = True, Pt(9)
    write(document, "Small Print", "For two years from the delivery, as the buyer chooses:")
    write(document, "List Number", "repair")
    write(document, "List Number", "replacement")
    return document


def _plain(title: str, level: int = 1) -> Document:
    document = plain_document(title, "Example")
    document.styles["Normal"].font.name = "Calibri"
    write(document, f"Heading {level}", title)
    return document


def merge_fields() -> Document:
    """Word's own merge fields, with switches and an IF field."""
    document = _page("Merge fields")
    paragraph = write(document, "Body Text", "Dear ")
    write_field(paragraph, ' MERGEFIELD Title \\f " " ', "«Title» ")
    write_field(paragraph, " MERGEFIELD Last_Name \\* Caps ", "«Last_Name»")
    paragraph.add_run(",")
    paragraph = write(document, "Body Text", "on ")
    write_field(paragraph, ' MERGEFIELD Due_Date \\@ "d MMMM yyyy" ', "«Due_Date»")
    paragraph.add_run(" we expect ")
    write_field(paragraph, ' MERGEFIELD Amount \\# "#,##0.00 €" ', "«Amount»")
    paragraph.add_run(".")
    write(document, "Body Text", "Tags work beside them: {{ Note }}")
    return document


def locales() -> Document:
    """Dates, numbers and money as several locales write them."""
    document = _page("Locales")
    table = add_table(document, "Ruled Table", (18, 47, 35, 65))
    heads = ("Locale", "Date", "Amount", "In words")
    add_row(table, [("Table Heading", head) for head in heads])
    cells = (
        "{% for l in locales %}{{ l }}",
        "{{ day | date('full', locale=l) }}",
        "{{ amount | currency('EUR', locale=l) }}",
        "{{ amount | round | spell(locale=l) }}{% endfor %}",
    )
    add_row(table, [("Table Text", cell) for cell in cells])
    set_look(table, first_row=True)
    return document


def _framed(paragraph: Paragraph, alt: str) -> None:
    """Put a picture into a paragraph that stands for another one."""
    shape = paragraph.add_run().add_picture(io.BytesIO(logo_png()), Mm(40), Mm(24))
    for described in shape._inline.iter(qn("wp:docPr"), qn("pic:cNvPr")):
        described.set("descr", alt)


FEATURES: dict[str, Callable[[], Document]] = {
    "features/rich-text.docx": rich_text,
    "features/images.docx": images,
    "features/codes.docx": codes,
    "features/markdown.docx": markdown,
    "features/merge-fields.docx": merge_fields,
    "features/locales.docx": locales,
    "features/documents.docx": documents,
}
# What the documents of another example hold.
PIECES: dict[str, Callable[[], Document]] = {
    "features/delivery.docx": delivery,
    "features/warranty.docx": warranty,
}
