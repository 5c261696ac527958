"""Build the document that Markdown is put into for `md → docx`: `python -m examples.reference [--output FILE]`.

The same source gives the same file, byte for byte. Its styles are Word's own by their names, with the looks given here.
"""

import argparse
import io
import zipfile
from pathlib import Path
from typing import Final

REFERENCE: Final = Path(__file__).parents[1] / "src" / "adapters" / "rendering" / "markdown" / "reference.docx"
_W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_WORD_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_INK: Final = "1F3447"
_GREY: Final = "5F6B76"
_TINT: Final = "F2F5F6"
_LINE: Final = "C9D2D8"
# Half points.
_HEADINGS: Final = (36, 28, 24, 22, 21, 21)
_LEVELS: Final = 5
_SIGNS: Final = ("\u2022", "\u25e6", "\u25aa")
_FORMATS: Final = ("decimal", "lowerLetter", "lowerRoman")
_BULLETS: Final = 1
_NUMBERS: Final = 2


def reference() -> bytes:
    """Return the reference document: one tag for the text, one for the title among the properties."""
    parts = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relationships(
            (f"{_OFFICE}/officeDocument", "word/document.xml"),
            (f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
        ),
        "docProps/core.xml": f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{{ title }}</dc:title></cp:coreProperties>',
        "word/document.xml": f'<w:document xmlns:w="{_W}"><w:body><w:p><w:r><w:t>{{{{ body }}}}</w:t></w:r></w:p>'
        '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1418" w:right="1418" w:bottom="1418" '
        'w:left="1418" w:header="709" w:footer="709" w:gutter="0"/></w:sectPr></w:body></w:document>',
        "word/_rels/document.xml.rels": _relationships(
            (f"{_OFFICE}/styles", "styles.xml"), (f"{_OFFICE}/numbering", "numbering.xml")
        ),
        "word/styles.xml": _styles(),
        "word/numbering.xml": _numbering(),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            member.compress_type, member.create_system, member.external_attr = zipfile.ZIP_DEFLATED, 0, 0
            archive.writestr(member, _DECLARATION + content)
    return packed.getvalue()


def _content_types() -> str:
    parts = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{_WORD_TYPE}.{kind}+xml"/>'
        for name, kind in (("document", "document.main"), ("styles", "styles"), ("numbering", "numbering"))
    )
    return (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f"{parts}"
        '<Override PartName="/docProps/core.xml" '
        'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>'
    )


def _relationships(*found: tuple[str, str]) -> str:
    entries = "".join(
        f'<Relationship Id="rId{number}" Type="{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(found, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{entries}</Relationships>'


def _style(kind: str, name: str, inner: str, *, based_on: str = "Normal", default: bool = False) -> str:
    style_id = name.title().replace(" ", "")
    based = "" if default or not based_on else f'<w:basedOn w:val="{based_on}"/>'
    first = ' w:default="1"' if default else ""
    return (
        f'<w:style w:type="{kind}"{first} w:styleId="{style_id}"><w:name w:val="{name}"/>{based}<w:qFormat/>'
        f"{inner}</w:style>"
    )


def _size(half_points: int) -> str:
    return f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'


def _font(name: str) -> str:
    return f'<w:rFonts w:ascii="{name}" w:hAnsi="{name}" w:eastAsia="{name}" w:cs="{name}"/>'


def _styles() -> str:
    defaults = (
        f"<w:docDefaults><w:rPrDefault><w:rPr>{_font('Calibri')}{_size(22)}</w:rPr></w:rPrDefault><w:pPrDefault><w:pPr>"
        '<w:spacing w:after="120" w:line="264" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults>'
    )
    headings = [
        _style(
            "paragraph",
            f"heading {level}",
            f'<w:pPr><w:keepNext/><w:keepLines/><w:spacing w:before="{300 - 30 * level}" w:after="80"/>'
            f'<w:outlineLvl w:val="{level - 1}"/></w:pPr>'
            f'<w:rPr><w:b/><w:bCs/><w:color w:val="{_INK}"/>{_size(size)}</w:rPr>',
        )
        for level, size in enumerate(_HEADINGS, 1)
    ]
    lists = [
        _style(
            "paragraph",
            f"{name} {level}" if level > 1 else name,
            f'<w:pPr><w:numPr><w:ilvl w:val="{level - 1}"/><w:numId w:val="{number}"/></w:numPr>'
            '<w:spacing w:after="60"/></w:pPr>',
        )
        for name, number in (("List Bullet", _BULLETS), ("List Number", _NUMBERS))
        for level in range(1, _LEVELS + 1)
    ]
    line = f'w:val="single" w:sz="4" w:space="0" w:color="{_LINE}"'
    borders = "".join(f"<w:{side} {line}/>" for side in ("top", "left", "bottom", "right", "insideH", "insideV"))
    margins = '<w:tblCellMar><w:left w:w="108" w:type="dxa"/><w:right w:w="108" w:type="dxa"/></w:tblCellMar>'
    others = [
        _style("paragraph", "Normal", "", default=True),
        _style("character", "Default Paragraph Font", "", default=True),
        _style("table", "Normal Table", f"<w:tblPr>{margins}</w:tblPr>", default=True),
        _style(
            "table",
            "Table Grid",
            f'<w:tblPr><w:tblBorders>{borders}</w:tblBorders></w:tblPr><w:tblStylePr w:type="firstRow"><w:tcPr>'
            f'<w:shd w:val="clear" w:color="auto" w:fill="{_TINT}"/></w:tcPr></w:tblStylePr>',
            based_on="NormalTable",
        ),
        _style(
            "paragraph",
            "Quote",
            f'<w:pPr><w:pBdr><w:left w:val="single" w:sz="18" w:space="10" w:color="{_LINE}"/></w:pBdr>'
            f'<w:ind w:left="360"/></w:pPr><w:rPr><w:color w:val="{_GREY}"/></w:rPr>',
        ),
        _style(
            "paragraph",
            "Code",
            f'<w:pPr><w:shd w:val="clear" w:color="auto" w:fill="{_TINT}"/><w:spacing w:line="240" w:lineRule="auto"/>'
            f"</w:pPr><w:rPr>{_font('Consolas')}<w:noProof/>{_size(19)}</w:rPr>",
        ),
        _style(
            "character",
            "Code Char",
            f"<w:rPr>{_font('Consolas')}<w:noProof/>{_size(20)}"
            f'<w:shd w:val="clear" w:color="auto" w:fill="{_TINT}"/></w:rPr>',
            based_on="DefaultParagraphFont",
        ),
        _style(
            "character",
            "Hyperlink",
            '<w:rPr><w:color w:val="0563C1"/><w:u w:val="single"/></w:rPr>',
            based_on="DefaultParagraphFont",
        ),
    ]
    return f'<w:styles xmlns:w="{_W}">{defaults}{"".join((*others, *headings, *lists))}</w:styles>'


def _numbering() -> str:
    kinds = ((_BULLETS, "ListBullet"), (_NUMBERS, "ListNumber"))
    abstracts = "".join(
        f'<w:abstractNum w:abstractNumId="{number}"><w:multiLevelType w:val="multilevel"/>'
        f"{''.join(_level(number, style, level) for level in range(_LEVELS))}</w:abstractNum>"
        for number, style in kinds
    )
    lists = "".join(f'<w:num w:numId="{n}"><w:abstractNumId w:val="{n}"/></w:num>' for n, _ in kinds)
    return f'<w:numbering xmlns:w="{_W}">{abstracts}{lists}</w:numbering>'


def _level(number: int, style: str, level: int) -> str:
    own = style + (str(level + 1) if level else "")
    is_bullet = number == _BULLETS
    sign = _SIGNS[level % 3] if is_bullet else f"%{level + 1}."
    return (
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/>'
        f'<w:numFmt w:val="{"bullet" if is_bullet else _FORMATS[level % 3]}"/><w:pStyle w:val="{own}"/>'
        f'<w:lvlText w:val="{sign}"/><w:lvlJc w:val="left"/>'
        f'<w:pPr><w:ind w:left="{425 * (level + 1)}" w:hanging="425"/></w:pPr></w:lvl>'
    )


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(description="Build the reference document of Markdown in Word.")
    parser.add_argument("--output", type=Path, default=REFERENCE, help="default: its place among the sources")
    parser.parse_args().output.write_bytes(reference())


if __name__ == "__main__":
    main()
