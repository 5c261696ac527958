"""A blank Word document in house style, and the writing of a finished one without a trace of the clock."""

import io
import zipfile
from datetime import datetime
from pathlib import Path
from xml.sax.saxutils import escape

import docx
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm

PARTS = Path(__file__).parent / "parts"
COMPANY = "Kestrel & Vane Ltd"

# Fixed, because the same template must give the same bytes on every build.
_WRITTEN = datetime(2026, 11, 2, 9, 0)  # noqa: DTZ001 - python-docx takes naive UTC times
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)

# What python-docx's own blank document brings along and nothing here uses.
_UNUSED = {
    RELATIONSHIP_TYPE.CUSTOM_XML,
    RELATIONSHIP_TYPE.STYLES + "WithEffects",
    "http://schemas.microsoft.com/office/2007/relationships/stylesWithEffects",
    RELATIONSHIP_TYPE.THUMBNAIL,
    RELATIONSHIP_TYPE.WEB_SETTINGS,
}

_APP_PROPERTIES = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">\
<Company>{escape(COMPANY)}</Company></Properties>
"""


def new_document(title: str, subject: str) -> Document:
    """A blank A4 document in house style; `title` and `subject`, its properties, may hold placeholders."""
    document = docx.Document()
    _drop_unused_parts(document)
    _replace_content(document.styles.element, "styles.xml")
    _replace_content(document.part.numbering_part.element, "numbering.xml")
    _replace_content(document.settings.element, "settings.xml")
    _set_page(document)
    _set_properties(document, title, subject)
    return document


def plain_document(title: str, subject: str) -> Document:
    """A blank A4 document with the usual styles of Word: headings, lists of several levels, quotations."""
    document = docx.Document()
    _drop_unused_parts(document)
    _set_page(document)
    _set_properties(document, title, subject)
    return document


def to_bytes(document: Document) -> bytes:
    """The document as a .docx package whose bytes depend on its content alone."""
    saved, packed = io.BytesIO(), io.BytesIO()
    document.save(saved)
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = _APP_PROPERTIES.encode() if name == "docProps/app.xml" else source.read(name)
            target.writestr(_member(name), content)
    return packed.getvalue()


def _member(name: str) -> zipfile.ZipInfo:
    """A zip entry as Word writes it: no time, no system, no rights."""
    member = zipfile.ZipInfo(name, _ZIP_EPOCH)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.create_system = 0
    member.external_attr = 0
    return member


def _drop_unused_parts(document: Document) -> None:
    for relationships in (document.part.rels, document.part.package.rels):
        for key in [key for key, relationship in relationships.items() if relationship.reltype in _UNUSED]:
            del relationships[key]


def _replace_content(element: BaseOxmlElement, part: str) -> None:
    """Give a part of the blank document the content of ours."""
    for child in list(element):
        element.remove(child)
    element.extend(child for child in parse_xml((PARTS / part).read_bytes()) if isinstance(child.tag, str))


def _set_page(document: Document) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(25), Mm(20)
    section.top_margin, section.bottom_margin = Mm(28), Mm(27)
    section.header_distance, section.footer_distance = Mm(12), Mm(10)
    section.different_first_page_header_footer = True


def _set_properties(document: Document, title: str, subject: str) -> None:
    properties = document.core_properties
    properties.title, properties.subject = title, subject
    properties.author = properties.last_modified_by = COMPANY
    properties.comments = properties.keywords = properties.category = ""
    properties.language, properties.revision = "en-GB", 1
    properties.created = properties.modified = _WRITTEN
