"""What python-docx-template makes of a template, and what a reader sees in a document, to compare the two engines."""

import io
import json
import zipfile
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from docxtpl import DocxTemplate, RichText, RichTextParagraph
from lxml import etree

from tests.word_files import W, render_word, word_file

_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONSHIPS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_CORE: Final = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
_MC: Final = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_RELATED: Final = ("header", "footer", "footnotes", "comments")
# Languages and proofing are not seen; a font is seen by its name alone.
_UNSEEN: Final = frozenset({"lang", "noProof", "szCs", "bCs", "iCs"})
_INLINE: Final = frozenset({"hyperlink", "ins", "smartTag", "sdt", "sdtContent", "fldSimple"})
_BLOCK: Final = frozenset({"sdt", "sdtContent", "customXml", "footnote", "endnote", "comment"})
_PROPERTY_TEXTS: Final = ("title", "subject", "creator", "description", "identifier", "language")


def oracle_file(*body: str, parts: Mapping[str, str | bytes] | None = None) -> bytes:
    """Build a .docx as `word_file` does, with the relationships by which python-docx finds headers and notes."""
    names = [name for name in parts or {} if name.startswith(tuple(f"word/{kind}" for kind in _RELATED))]
    entries = "".join(
        f'<Relationship Id="rId{index}" Type="{_OFFICE}/{_kind(name)}" Target="{name.removeprefix("word/")}"/>'
        for index, name in enumerate(names, 1)
    )
    of_document = f'<Relationships xmlns="{_RELATIONSHIPS}">{entries}</Relationships>'
    of_file = (
        f'<Relationships xmlns="{_RELATIONSHIPS}">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>'
        f'<Relationship Id="rId2" Type="{_CORE}" Target="docProps/core.xml"/></Relationships>'
    )
    more = {"_rels/.rels": of_file} if "docProps/core.xml" in (parts or {}) else {}
    return word_file(*body, parts={**(parts or {}), "word/_rels/document.xml.rels": of_document, **more})


def by_docxtpl(
    file: bytes, data: Mapping[str, Any], *, autoescape: bool = True, paragraphs: Collection[str] = ()
) -> bytes:
    """Render a template with python-docx-template; rich text values become its RichText objects.

    Those that are named in `paragraphs` become its RichTextParagraph objects.
    """
    template = DocxTemplate(io.BytesIO(file))
    values = _with_rich_text(json.loads(json.dumps(data)), template)
    values |= {name: RichTextParagraph(values[name]) for name in paragraphs}
    template.render(values, autoescape=autoescape)
    result = io.BytesIO()
    template.save(result)
    return result.getvalue()


def variables_by_docxtpl(file: bytes) -> set[str]:
    """Return the names that python-docx-template finds a template to need; functions of the language are none."""
    return set(DocxTemplate(io.BytesIO(file)).get_undeclared_template_variables()) - {"range", "namespace"}


def outlines(file: bytes, data: Mapping[str, Any], *, autoescape: bool = True) -> tuple[list[str], list[str]]:
    """Return what a reader sees in the documents of both engines: ours, and python-docx-template's.

    Core properties that python-docx adds where a template has none are no part of it.
    """
    ours, theirs = outline(render_word(file, data)), outline(by_docxtpl(file, data, autoescape=autoescape))
    if "== docProps/core.xml" not in ours and theirs[:1] == ["== docProps/core.xml"]:
        theirs = theirs[theirs.index("== word/document.xml") :]
    return ours, theirs


def outline(document: bytes) -> list[str]:
    """List what a reader sees: paragraphs with their runs' formatting, tables with cells, merges and shading."""
    lines: list[str] = []
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        for name in sorted(archive.namelist()):
            if name.startswith("word/") and name.endswith(".xml") and "/_rels/" not in name:
                root = etree.fromstring(archive.read(name))
                body = root.find(_w("body"))
                seen = list(_blocks(root if body is None else body, ""))
            elif name == "docProps/core.xml":
                root = etree.fromstring(archive.read(name))
                values = {etree.QName(node).localname: node.text for node in root}
                seen = [f"{key}={values[key]}" for key in _PROPERTY_TEXTS if values.get(key)]
            else:
                continue
            lines += [f"== {name}", *seen]
    return lines


def _kind(name: str) -> str:
    return next(kind for kind in _RELATED if name.startswith(f"word/{kind}"))


def _w(name: str) -> str:
    return f"{{{W}}}{name}"


def _local(node: Any) -> str:
    return str(etree.QName(node).localname)


def _with_rich_text(value: Any, template: Any) -> Any:
    if isinstance(value, list):
        return [_with_rich_text(item, template) for item in value]
    if not isinstance(value, dict):
        return value
    if "$richtext" not in value:
        return {key: _with_rich_text(item, template) for key, item in value.items()}
    rich = RichText()
    for piece in value["$richtext"]:
        wishes = dict(piece) if isinstance(piece, dict) else {"text": piece}
        if "size" in wishes:
            wishes["size"] *= 2
        if "url" in wishes:
            wishes["url_id"] = template.build_url_id(wishes.pop("url"))
        align = wishes.pop("vertical_align", None)
        rich.add(wishes.pop("text"), **wishes, **({align: True} if align else {}))
    return rich


def _blocks(container: Any, indent: str) -> Iterator[str]:
    for child in container:
        kind = _local(child)
        if kind == "p":
            yield f"{indent}P{_paragraph_looks(child)} {_paragraph(child)!r}"
        elif kind in ("tbl", "tr"):
            yield f"{indent}{kind.upper()}"
            yield from _blocks(child, indent + "  ")
        elif kind == "tc":
            yield f"{indent}TC{_cell_looks(child)}"
            yield from _blocks(child, indent + "  ")
        elif kind in _BLOCK:
            yield from _blocks(child, indent)


def _paragraph_looks(paragraph: Any) -> str:
    properties = paragraph.find(_w("pPr"))
    found = [] if properties is None else [node for node in properties if _local(node) not in ("rPr", "sectPr")]
    return "".join(f"[{_said(node)}]" for node in found) + (
        "§" if paragraph.find(f".//{_w('sectPr')}") is not None else ""
    )


def _cell_looks(cell: Any) -> str:
    properties = cell.find(_w("tcPr"))
    if properties is None:
        return ""
    span, merge, shade = (properties.find(_w(name)) for name in ("gridSpan", "vMerge", "shd"))
    looks = []
    if span is not None and span.get(_w("val")) != "1":
        looks.append(f"span={span.get(_w('val'))}")
    if merge is not None:
        looks.append(f"merge={merge.get(_w('val'), 'continue')}")
    if shade is not None and shade.get(_w("fill")) != "auto":
        looks.append(f"fill={shade.get(_w('fill'))}")
    return "".join(f" {look}" for look in looks)


def _said(node: Any) -> str:
    if _local(node) == "rFonts":
        return f"font={node.get(_w('ascii'))}"
    values = [value for _, value in sorted(node.attrib.items())] + [_said(child) for child in node]
    return _local(node) + ("=" + ",".join(values) if values else "")


def _paragraph(paragraph: Any) -> str:
    merged: list[list[str]] = []
    for run in _runs(paragraph):
        text, looks = _run_text(run), _run_looks(run)
        if not text:
            continue
        if merged and merged[-1][0] == looks:
            merged[-1][1] += text
        else:
            merged.append([looks, text])
    return "".join(f"<{looks}>{text}</>" if looks and text.strip() else text for looks, text in merged)


def _runs(node: Any) -> Iterator[Any]:
    for child in node:
        if _local(child) == "r":
            yield child
        elif _local(child) in _INLINE:
            yield from _runs(child)


def _run_looks(run: Any) -> str:
    properties = run.find(_w("rPr"))
    found = [] if properties is None else [_said(node) for node in properties if _local(node) not in _UNSEEN]
    return ";".join(sorted(found))


def _run_text(run: Any) -> str:
    out = ""
    for node in run:
        kind = _local(node)
        if kind == "t":
            out += node.text or ""
        elif kind == "tab":
            out += "\t"
        elif kind in ("br", "cr"):
            out += "\f" if node.get(_w("type")) == "page" else "\n"
        elif kind == "noBreakHyphen":
            out += "\N{NON-BREAKING HYPHEN}"
        elif kind == "footnoteReference":
            out += "[note]"
        elif kind in ("drawing", "pict", "AlternateContent"):
            boxes = list(node.iter(f"{{{_MC}}}Choice")) or [node]
            texts = [" / ".join(_paragraph(inner) for inner in box.iter(_w("p"))) for box in boxes]
            out += f"[{'; '.join(texts)}]"
    return out
