"""Writing a Word file: small, but with what a real one has (styles, properties, header, footer, a picture)."""

import io
import zipfile
from typing import Final
from xml.sax.saxutils import escape

_NAMESPACES: Final = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006"
_WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_PROPERTIES: Final = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
_METADATA: Final = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
_CELL: Final = (
    '<w:tc><w:tcPr><w:tcW w:w="1500" w:type="dxa"/></w:tcPr><w:p><w:pPr><w:spacing w:before="20" w:after="20"/>'
    "</w:pPr>{}</w:p></w:tc>"
)
_PICTURE: Final = (
    '<w:p><w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="3600000" cy="3600000"/>'
    '<wp:docPr id="1" name="Picture 1"/><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/'
    '2006/picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="1" name="picture.png"/><pic:cNvPicPr/></pic:nvPicPr>'
    '<pic:blipFill><a:blip r:embed="rId9"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm>'
    '<a:off x="0" y="0"/><a:ext cx="3600000" cy="3600000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
    "</pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
)


def run(text: str, properties: str) -> str:
    """Return a run of text."""
    styled = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{styled}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def cell(runs: str) -> str:
    """Return a table cell with one paragraph."""
    return _CELL.format(runs)


def row(cells: str) -> str:
    """Return a table row."""
    return f"<w:tr>{cells}</w:tr>"


def word_file(body: str, header: str, footer: str, picture: bytes | None) -> bytes:
    """Return a .docx of these stories, the same bytes every time."""
    section = (
        '<w:sectPr><w:headerReference w:type="default" r:id="rId2"/><w:footerReference w:type="default" r:id="rId3"/>'
        '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1418" w:right="1418" w:bottom="1418" w:left="1418" '
        'w:header="708" w:footer="708" w:gutter="0"/></w:sectPr>'
    )
    pictured = _PICTURE if picture else ""
    title = '<dc:title xmlns:dc="http://purl.org/dc/elements/1.1/">Benchmark</dc:title>'
    application = "<Application>Benchmark</Application>"
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relationships(
            ("rId1", f"{_OFFICE}/relationships/officeDocument", "word/document.xml"),
            (
                "rId2",
                _PROPERTIES,
                "docProps/core.xml",
            ),
            ("rId3", f"{_OFFICE}/relationships/extended-properties", "docProps/app.xml"),
        ),
        "word/document.xml": f"{_XML}<w:document {_NAMESPACES}><w:body>{body}{pictured}{section}</w:body></w:document>",
        "word/_rels/document.xml.rels": _relationships(
            ("rId1", f"{_OFFICE}/relationships/styles", "styles.xml"),
            ("rId2", f"{_OFFICE}/relationships/header", "header1.xml"),
            ("rId4", f"{_OFFICE}/relationships/settings", "settings.xml"),
            ("rId3", f"{_OFFICE}/relationships/footer", "footer1.xml"),
            *([("rId9", f"{_OFFICE}/relationships/image", "media/picture.png")] if picture else []),
        ),
        "word/styles.xml": _styles(),
        "word/settings.xml": f'{_XML}<w:settings {_NAMESPACES}><w:zoom w:percent="100"/></w:settings>',
        "word/header1.xml": f"{_XML}<w:hdr {_NAMESPACES}>{header or '<w:p/>'}</w:hdr>",
        "word/footer1.xml": f"{_XML}<w:ftr {_NAMESPACES}>{footer or '<w:p/>'}</w:ftr>",
        "docProps/core.xml": f'{_XML}<cp:coreProperties xmlns:cp="{_METADATA}">{title}</cp:coreProperties>',
        "docProps/app.xml": f'{_XML}<Properties xmlns="{_OFFICE}/extended-properties">{application}</Properties>',
    }
    if picture:
        members["word/media/picture.png"] = picture
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, contents in members.items():
            archive.writestr(zipfile.ZipInfo(name), contents, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def _content_types() -> str:
    overrides = {
        "word/document.xml": f"{_WORD}.document.main+xml",
        "word/styles.xml": f"{_WORD}.styles+xml",
        "word/settings.xml": f"{_WORD}.settings+xml",
        "word/header1.xml": f"{_WORD}.header+xml",
        "word/footer1.xml": f"{_WORD}.footer+xml",
        "docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
        "docProps/app.xml": "application/vnd.openxmlformats-officedocument.extended-properties+xml",
    }
    listed = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in overrides.items())
    return (
        f'{_XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        f'ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>{listed}</Types>'
    )


def _relationships(*entries: tuple[str, str, str]) -> str:
    listed = "".join(f'<Relationship Id="{key}" Type="{kind}" Target="{target}"/>' for key, kind, target in entries)
    return f'{_XML}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{listed}</Relationships>'


def _styles() -> str:
    """Return as many styles as an ordinary document of Word brings along."""
    listed = "".join(
        f'<w:style w:type="paragraph" w:styleId="Style{number}"><w:name w:val="Style {number}"/>'
        '<w:basedOn w:val="Normal"/>'
        f'<w:pPr><w:spacing w:after="{number}"/></w:pPr><w:rPr><w:sz w:val="{16 + number % 9}"/></w:rPr></w:style>'
        for number in range(120)
    )
    return (
        f"{_XML}<w:styles {_NAMESPACES}><w:docDefaults><w:rPrDefault><w:rPr>"
        '<w:rFonts w:ascii="Calibri" w:hAnsi="Calibri"/>'
        '<w:sz w:val="22"/></w:rPr></w:rPrDefault></w:docDefaults><w:style w:type="paragraph" w:default="1" '
        f'w:styleId="Normal"><w:name w:val="Normal"/></w:style>{listed}</w:styles>'
    )
