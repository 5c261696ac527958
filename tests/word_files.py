"""Small Word files for tests, built of raw XML, and what a reader sees in the documents made of them."""

import io
import json
import re
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any, Final

from lxml import etree

from adapters.rendering.compiled import CompiledTemplate
from adapters.rendering.engine import compile_template, render_template
from domain.formats import OutputFormat, TemplateFormat
from tests.builders import render_options

W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NAMESPACES: Final = (
    f'xmlns:w="{W}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
)
_WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_DRAWING: Final = "application/vnd.openxmlformats-officedocument.drawingml"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES: Final = {
    "word/document.xml": f"{_WORD}.document.main+xml",
    "word/footnotes.xml": f"{_WORD}.footnotes+xml",
    "word/glossary/document.xml": f"{_WORD}.document.glossary+xml",
    "word/comments.xml": f"{_WORD}.comments+xml",
    "word/settings.xml": f"{_WORD}.settings+xml",
    "word/numbering.xml": f"{_WORD}.numbering+xml",
    "word/styles.xml": f"{_WORD}.styles+xml",
    "word/endnotes.xml": f"{_WORD}.endnotes+xml",
    "word/charts/chart": f"{_DRAWING}.chart+xml",
    "word/charts/chartEx": "application/vnd.ms-office.chartex+xml",
    "word/drawings/drawing": f"{_DRAWING}.chartshapes+xml",
    "word/diagrams/data": f"{_DRAWING}.diagramData+xml",
    "word/diagrams/drawing": "application/vnd.ms-office.drawingml.diagramDrawing+xml",
    "docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
}
_R_ID: Final = f"{{{_OFFICE}}}id"
_ROOTS: Final = {
    "header": "hdr",
    "footer": "ftr",
    "footnotes": "footnotes",
    "endnotes": "endnotes",
    "comments": "comments",
}


def r(text: str, properties: str = "") -> str:
    """Write a run; `text` is XML."""
    styled = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{styled}<w:t xml:space="preserve">{text}</w:t></w:r>'


def p(*runs: str, properties: str = "") -> str:
    """Write a paragraph of runs; what is not an element becomes a run."""
    styled = f"<w:pPr>{properties}</w:pPr>" if properties else ""
    return f"<w:p>{styled}{''.join(run if run.startswith('<') else r(run) for run in runs)}</w:p>"


def tc(*contents: str, properties: str = "") -> str:
    """Write a cell; what is not an element becomes a paragraph."""
    styled = f"<w:tcPr>{properties}</w:tcPr>" if properties else ""
    return f"<w:tc>{styled}{''.join(each if each.startswith('<') else p(each) for each in contents)}</w:tc>"


def tr(*cells: str) -> str:
    """Write a row; what is not an element becomes a cell."""
    return f"<w:tr>{''.join(cell if cell.startswith('<') else tc(cell) for cell in cells)}</w:tr>"


def tbl(*rows: str, columns: int = 2) -> str:
    """Write a table."""
    return f"<w:tbl><w:tblPr/><w:tblGrid>{'<w:gridCol/>' * columns}</w:tblGrid>{''.join(rows)}</w:tbl>"


def word_file(*body: str, parts: Mapping[str, str | bytes] | None = None) -> bytes:
    """Build a .docx: `body` holds block elements (or texts of paragraphs), `parts` further parts by name.

    A part named header*, footer*, footnotes or comments gets its root element around what is given; others are written
    as they are.
    """
    blocks = "".join(each if each.startswith("<") else p(each) for each in body)
    contents: dict[str, str | bytes] = {
        "word/document.xml": f"<w:document {NAMESPACES}><w:body>{blocks}<w:sectPr/></w:body></w:document>"
    }
    for name, content in (parts or {}).items():
        root = next((root for start, root in _ROOTS.items() if name.startswith(f"word/{start}")), None)
        wrapped = root is not None and isinstance(content, str)
        contents[name] = f"<w:{root} {NAMESPACES}>{content!s}</w:{root}>" if wrapped else content
    if links := _relationships_of_document(contents):
        contents.setdefault("word/_rels/document.xml.rels", links)
    return zip_of({"[Content_Types].xml": _content_types(contents), "_rels/.rels": _relationships(), **contents})


def zip_of(members: Mapping[str, str | bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Zip members in their order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 2, 3, 4, 6)), content, method)
    return buffer.getvalue()


def _content_types(names: Mapping[str, object]) -> str:
    overrides = ""
    for name in names:
        kind = next((kind for kind in ("header", "footer") if name.startswith(f"word/{kind}")), None)
        content_type = f"{_WORD}.{kind}+xml" if kind else _TYPES.get(name) or _TYPES.get(re.sub(r"\d*\.xml$", "", name))
        if content_type:
            overrides += f'<Override PartName="/{name}" ContentType="{content_type}"/>'
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


def _relationships() -> str:
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>'
    )


def _relationships_of_document(names: Iterable[str]) -> str:
    """Relate the parts of the folder word/ to the document, numbered from rIdPart1 on, each by its name."""
    parts = [name[5:] for name in names if name.startswith("word/") and name.count("/") == 1 and name.endswith(".xml")]
    related = [part for part in parts if part != "document.xml"]
    links = "".join(
        f'<Relationship Id="rIdPart{number}" Type="{_OFFICE}/{part.removesuffix(".xml").rstrip("0123456789")}" '
        f'Target="{part}"/>'
        for number, part in enumerate(related, 1)
    )
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{links}</Relationships>'
    )


def compile_word(file: bytes) -> CompiledTemplate:
    """Compile a Word file."""
    return compile_template(TemplateFormat.DOCX, file)


def render_word(file: bytes, data: Mapping[str, Any] | None = None, **options: Any) -> bytes:
    """Make a document of a Word file that has no errors."""
    compiled = compile_word(file)
    assert compiled.program is not None, [str(finding) for finding in compiled.diagnostics]
    wishes = render_options(output=OutputFormat.DOCX, **options)
    return render_template(compiled, json.dumps(data or {}).encode(), wishes).content


def errors_of(file: bytes) -> list[str]:
    """List the codes of a file's errors."""
    return [finding.code for finding in compile_word(file).diagnostics if finding.severity == "error"]


def part_of(document: bytes, name: str = "word/document.xml") -> Any:
    """Parse a part of a document strictly and return its root."""
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        return etree.fromstring(archive.read(name))


def lines_of(document: bytes, name: str = "word/document.xml") -> list[str]:
    """Say what a reader sees in a part: a line for each paragraph, '| a | b |' for each row of a table."""
    root = part_of(document, name)
    body = root.find(_w("body"))
    return list(_lines(root if body is None else body))


def lines_made(*blocks: str, **data: Any) -> list[str]:
    """Say what a reader sees in the document that a template of these blocks becomes."""
    return lines_of(render_word(word_file(*blocks), data))


def _w(name: str) -> str:
    return f"{{{W}}}{name}"


def _lines(container: Any) -> Any:
    for child in container:
        if child.tag == _w("p"):
            yield paragraph_text(child)
        elif child.tag == _w("tbl"):
            for row in child.iter(_w("tr")):
                yield "| " + " | ".join("/".join(_lines(cell)) for cell in row.findall(_w("tc"))) + " |"
        elif child.tag in (_w("sdt"), _w("sdtContent"), _w("footnote"), _w("comment")):
            yield from _lines(child)


def paragraph_text(paragraph: Any) -> str:
    """Return a paragraph's text, with line breaks, tabs and page breaks as characters."""
    out = ""
    for node in paragraph.iter(_w("t"), _w("br"), _w("tab")):
        if node.tag == _w("t"):
            out += node.text or ""
        else:
            out += "\t" if node.tag == _w("tab") else "\f" if node.get(_w("type")) == "page" else "\n"
    return out


def links_of(document: bytes, name: str = "word/document.xml") -> list[tuple[str, str]]:
    """List the hyperlinks of a part: what they show, and where their relationships lead."""
    folder, _, file = name.rpartition("/")
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        links = f"{folder}/_rels/{file}.rels"
        known = etree.fromstring(archive.read(links)) if links in archive.namelist() else ()
    external = {node.get("Id"): node.get("Target") for node in known if node.get("TargetMode") == "External"}
    return [
        (paragraph_text(link), external[link.get(_R_ID)])
        for link in part_of(document, name).iter(_w("hyperlink"))
        if link.get(_R_ID)
    ]
