"""What Word asks of a document, as rules that a rendered file is held to (ECMA-376 parts 1 and 2).

`broken_rules` names every rule that a file breaks and where; `assert_follows_word_rules` is for tests. A rule that the
template itself breaks is not held against its documents, when the template is given.
"""

import io
import posixpath
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

from lxml import etree

from tests.word_order import ORDERS

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_R: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_W14: Final = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_CT: Final = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_CONTENT_TYPES: Final = "[Content_Types].xml"
# Revisions, bookmarks and permissions share one kind of number (17.13); the ends of a range repeat that of its start.
_ANNOTATIONS: Final = frozenset(
    """
    bookmarkStart permStart ins del moveFrom moveTo moveFromRangeStart moveToRangeStart rPrChange pPrChange sectPrChange
    tblPrChange tblGridChange trPrChange tcPrChange cellIns cellDel cellMerge numberingChange
    """.split()  # noqa: SIM905  # a list of words reads best as words
)
_RANGES: Final = ("bookmark", "perm", "commentRange", "moveFromRange", "moveToRange")
_RUN_PARENTS: Final = frozenset(
    "p hyperlink ins del moveFrom moveTo smartTag sdtContent fldSimple customXml rubyBase rt dir bdo".split()  # noqa: SIM905
)
_ENDS_WITH_PARAGRAPH: Final = ("tc", "hdr", "ftr", "footnote", "endnote", "comment", "txbxContent")
_MARKS: Final = re.compile(r"(bookmark|perm|commentRange|moveFromRange|moveToRange)(Start|End)|proofErr")


@dataclass(frozen=True, slots=True)
class _File:
    """A document unpacked: its parts by name, and those that are XML parsed."""

    parts: dict[str, bytes]
    roots: dict[str, Any]

    def root(self, name: str) -> Any:
        """Return the root of a part of the folder word/, or None."""
        return self.roots.get(f"word/{name}.xml")

    @property
    def stories(self) -> Iterator[tuple[str, Any]]:
        """The parts of WordprocessingML that hold text."""
        for name, root in self.roots.items():
            if root.tag in {W + tag for tag in ("document", "hdr", "ftr", "footnotes", "endnotes", "comments")}:
                yield name, root


def assert_follows_word_rules(document: bytes, template: bytes | None = None) -> None:
    """Fail where the document breaks a rule that its template (if given) follows."""
    broken = broken_rules(document)
    forgiven = broken_rules(template).keys() if template is not None else set[str]()
    left = {rule: found for rule, found in broken.items() if rule not in forgiven}
    assert not left, "\n".join(f"{rule}: {'; '.join(found[:5])}" for rule, found in left.items())


def broken_rules(document: bytes) -> dict[str, list[str]]:
    """Return what breaks each rule, by the rule's name; nothing for a document that Word opens."""
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        names = archive.namelist()
        broken = {"zip": [f"{archive.testzip()} is damaged"] if archive.testzip() else []}
        parts = {name: archive.read(name) for name in names}
    broken["zip"] += [f"{name} is there twice" for name, times in Counter(map(str.lower, names)).items() if times > 1]
    broken["well-formed"], roots = [], {}
    for name, contents in parts.items():
        if name.endswith((".xml", ".rels")):
            try:
                roots[name] = etree.fromstring(contents)
            except etree.XMLSyntaxError as error:
                broken["well-formed"].append(f"{name}: {error}")
    file = _File(parts, roots)
    broken |= {name: list(rule(file)) for name, rule in _RULES.items()}
    return {name: found for name, found in broken.items() if found}


def _local(node: Any) -> str:
    return etree.QName(node).localname if isinstance(node.tag, str) else ""


def _elements(parent: Any) -> list[Any]:
    return [child for child in parent if isinstance(child.tag, str)]


def _content_types(file: _File) -> Iterator[str]:
    root = file.roots[_CONTENT_TYPES]
    defaults = {node.get("Extension").lower() for node in root.iter(_CT + "Default")}
    overrides = [unquote(node.get("PartName")).lstrip("/").lower() for node in root.iter(_CT + "Override")]
    known = {name.lower() for name in file.parts}
    yield from (f"{name} is declared twice" for name, times in Counter(overrides).items() if times > 1)
    yield from (f"{name} is declared and not there" for name in overrides if name not in known)
    for name in known - {_CONTENT_TYPES.lower()}:
        if name not in overrides and name.rpartition(".")[2] not in defaults and not name.endswith("/"):
            yield f"{name} has no content type"


def _relationships(file: _File) -> Iterator[str]:
    known = {name.lower() for name in file.parts}
    ids: dict[str, list[str]] = {}
    for name, root in file.roots.items():
        if not name.endswith(".rels"):
            continue
        owner = name.replace("_rels/", "").removesuffix(".rels")
        ids[owner] = [node.get("Id") for node in root]
        yield from (f"{name}: {each} is there twice" for each, times in Counter(ids[owner]).items() if times > 1)
        for node in root:
            target = unquote(node.get("Target", "")).split("#")[0]
            if node.get("TargetMode") == "External" or not target:
                continue
            folder = "" if target.startswith("/") else posixpath.dirname(owner)
            if posixpath.normpath(posixpath.join(folder, target.lstrip("/"))).lower() not in known:
                yield f"{name}: {target} is not there"
    for name, root in file.roots.items():
        for node in root.iter(etree.Element):
            for attribute, value in node.attrib.items():
                if attribute.startswith(_R) and value and value not in ids.get(name, ()):
                    yield f"{name}: <{_local(node)}> refers to {value}, which is no relationship"


def _order(file: _File) -> Iterator[str]:
    for name, root in file.roots.items():
        for node in root.iter(*(W + each for each in ORDERS)):
            order = ORDERS[_local(node)]
            ranks = [order.index(_local(child)) for child in node if _local(child) in order]
            if ranks != sorted(ranks):
                yield f"{name}: <{_local(node)}> has {[_local(child) for child in node]}"


def _first_and_last(file: _File) -> Iterator[str]:
    first = {"p": "pPr", "r": "rPr", "tc": "tcPr", "tbl": "tblPr"}
    for name, root in file.stories:
        for parent, properties in first.items():
            for node in root.iter(W + parent):
                places = [index for index, child in enumerate(_elements(node)) if child.tag == W + properties]
                if places not in ([], [0]):
                    yield f"{name}: <{properties}> is not first in <{parent}>"
        for body in root.iter(W + "body"):
            places = [index for index, child in enumerate(_elements(body)) if child.tag == W + "sectPr"]
            if places not in ([], [len(_elements(body)) - 1]):
                yield f"{name}: <sectPr> is not last in <body>"


def _blocks(container: Any) -> list[Any]:
    """List what a container holds, without its properties and marks that have no width."""
    return [child for child in _elements(container) if _local(child) != "tcPr" and not _MARKS.fullmatch(_local(child))]


def _ends_with_paragraph(container: Any) -> bool:
    blocks = _blocks(container)
    if not blocks:
        return False
    if blocks[-1].tag == W + "sdt":
        return _ends_with_paragraph(blocks[-1].find(W + "sdtContent"))
    return _local(blocks[-1]) == "p"


def _paragraphs(file: _File) -> Iterator[str]:
    for name, root in file.stories:
        for container in root.iter(*(W + each for each in _ENDS_WITH_PARAGRAPH)):
            if not _ends_with_paragraph(container):
                yield f"{name}: <{_local(container)}> does not end with a paragraph"
        for body in root.iter(W + "body"):
            if not [child for child in _blocks(body) if child.tag != W + "sectPr"]:
                yield f"{name}: the body is empty"
        for content in root.iter(W + "sdtContent"):
            if not _elements(content):
                yield f"{name}: a content control is empty"


def _nearest(node: Any, *names: str) -> Any:
    return next(node.iterancestors(*(W + name for name in names)), None)


def _own(node: Any, tag: str) -> list[Any]:
    """List the rows of a table, or the cells of a row, also those in content controls."""
    return [child for child in node.iter(W + tag) if _nearest(child, _local(node)) is node]


def _number(node: Any, path: str, otherwise: int) -> int:
    found = node.find(path.replace("w:", W))
    return otherwise if found is None else int(found.get(W + "val", otherwise))


def _tables(file: _File) -> Iterator[str]:
    for name, root in file.stories:
        for table in root.iter(W + "tbl"):
            rows = _own(table, "tr")
            if not rows:
                yield f"{name}: a table has no row"
            columns = len(table.findall(f"{W}tblGrid/{W}gridCol"))
            for row in rows:
                cells = _own(row, "tc")
                if not cells:
                    yield f"{name}: a row has no cell"
                width = sum(_number(cell, "w:tcPr/w:gridSpan", 1) for cell in cells)
                width += sum(_number(row, f"w:trPr/w:{side}", 0) for side in ("gridBefore", "gridAfter"))
                if width > columns:
                    yield f"{name}: a row has {width} columns, and its table's grid {columns}"


def _nesting(file: _File) -> Iterator[str]:
    for name, root in file.stories:
        for node in root.iter(W + "p"):
            if (outer := _nearest(node, "p", "txbxContent")) is not None and outer.tag == W + "p":
                yield f"{name}: a paragraph in a paragraph"
        for node in root.iter(W + "t"):
            if node.getparent().tag != W + "r" or len(node):
                yield f"{name}: a text in <{_local(node.getparent())}>"
        for node in root.iter(W + "r"):
            if _local(node.getparent()) not in _RUN_PARENTS:
                yield f"{name}: a run in <{_local(node.getparent())}>"
        for node in root.iter(W + "tr", W + "tc"):
            wanted = ("tbl",) if node.tag == W + "tr" else ("tr",)
            if _local(node.getparent()) not in (*wanted, "sdtContent", "customXml"):
                yield f"{name}: a <{_local(node)}> in <{_local(node.getparent())}>"


def _is_fallback(node: Any) -> bool:
    """Tell whether a node stands in the copy for old programs, which repeats the numbers of the modern one."""
    return next(node.iterancestors(_MC + "Fallback"), None) is not None


def _ids(file: _File) -> Iterator[str]:
    seen: dict[str, Counter[str]] = {}
    for _, root in file.stories:
        for node in root.iter(etree.Element):
            kind, value = _identity(node)
            if value and not _is_fallback(node):
                seen.setdefault(kind, Counter())[value] += 1
    for kind, values in seen.items():
        yield from (f"{kind} {value} is there {times} times" for value, times in values.items() if times > 1)


def _identity(node: Any) -> tuple[str, str | None]:
    name = _local(node)
    if name in _ANNOTATIONS:
        return "annotation", node.get(W + "id")
    if name == "id" and _local(node.getparent()) == "sdtPr":
        return "content control", node.get(W + "val")
    if name in ("comment", "footnote", "endnote", "commentReference", "footnoteReference", "endnoteReference"):
        return name, node.get(W + "id")
    if name == "p":
        return "paraId", node.get(_W14 + "paraId")
    if name in ("shape", "rect", "oval", "roundrect", "line", "group") and "vml" in node.tag:
        return "VML shape", node.get("id")
    return ("drawing", node.get("id")) if name == "docPr" else ("", None)


def _names(file: _File) -> Iterator[str]:
    names = Counter(
        node.get(W + "name").lower()
        for _, root in file.stories
        for node in root.iter(W + "bookmarkStart")
        if not _is_fallback(node)
    )
    yield from (f"the bookmark {name} is there {times} times" for name, times in names.items() if times > 1)
    yield from (f"the name {name} is too long" for name in names if len(name) > 40)


def _ranges(file: _File) -> Iterator[str]:
    for name, root in file.stories:
        for kind in _RANGES:
            starts = sorted(node.get(W + "id") for node in root.iter(f"{W}{kind}Start"))
            ends = sorted(node.get(W + "id") for node in root.iter(f"{W}{kind}End"))
            if starts != ends:
                yield f"{name}: {kind}Start {starts} and {kind}End {ends}"


def _references(file: _File) -> Iterator[str]:
    for kind in ("comment", "footnote", "endnote"):
        notes = file.root(f"{kind}s")
        known = set() if notes is None else {node.get(W + "id") for node in notes.iter(W + kind)}
        for name, root in file.stories:
            for node in root.iter(f"{W}{kind}Reference"):
                if node.get(W + "id") not in known:
                    yield f"{name}: there is no {kind} {node.get(W + 'id')}"


def _fields(file: _File) -> Iterator[str]:
    for name, root in file.stories:
        opened: list[str] = []
        for node in root.iter(W + "fldChar"):
            kind = node.get(W + "fldCharType")
            if kind == "begin":
                opened.append(kind)
            elif not opened or (kind == "separate" and opened[-1] == "separate"):
                yield f"{name}: a field's {kind} without its begin"
            elif kind == "separate":
                opened[-1] = kind
            else:
                opened.pop()
        if opened:
            yield f"{name}: {len(opened)} fields without an end"


def _numbering(file: _File) -> Iterator[str]:
    numbering = file.root("numbering")
    numbers = [] if numbering is None else [node.get(W + "numId") for node in numbering.iter(W + "num")]
    yield from (f"list {number} is there {times} times" for number, times in Counter(numbers).items() if times > 1)
    if numbering is not None:
        known = {node.get(W + "abstractNumId") for node in numbering.iter(W + "abstractNum")}
        used = {node.find(W + "abstractNumId").get(W + "val") for node in numbering.iter(W + "num")}
        yield from (f"there is no abstract list {each}" for each in sorted(used - known))
    for name, root in file.stories:
        for node in root.iter(W + "numId"):
            if node.get(W + "val") not in {*numbers, "0"}:
                yield f"{name}: there is no list {node.get(W + 'val')}"


_RULES: Final[dict[str, Callable[[_File], Iterator[str]]]] = {
    "content-types": _content_types,
    "relationships": _relationships,
    "order": _order,
    "first-and-last": _first_and_last,
    "paragraphs": _paragraphs,
    "tables": _tables,
    "nesting": _nesting,
    "ids": _ids,
    "names": _names,
    "ranges": _ranges,
    "references": _references,
    "fields": _fields,
    "numbering": _numbering,
}
