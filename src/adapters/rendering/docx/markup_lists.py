"""The lists that Markdown and HTML add to a document: new w:num, and the two kinds of list that a template may lack."""

import posixpath
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from lxml import etree

from adapters.rendering.codec import crc32
from adapters.rendering.docx.archive import Archive, deflated, inflated
from adapters.rendering.docx.deflate import deflate
from adapters.rendering.docx.numbering import LEVELS
from adapters.rendering.docx.package import CONTENT_TYPES, WORD, parse_xml, relationships_of
from adapters.rendering.docx.style_sheet import StyleSheet
from adapters.rendering.docx.tree import Node, W, w
from adapters.rendering.docx.zip_records import Member

_TYPES: Final = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONSHIPS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_NUMBERING: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/numbering"
_DECLARATION: Final = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_STEP: Final = 720
# By level: numbers, small letters and small Roman numerals in turn; a dot, a ring and a square.
_FORMATS: Final = ("decimal", "lowerLetter", "lowerRoman")
_BULLETS: Final = ("\u2022", "\u25e6", "\u25aa")


class ListKind(NamedTuple):
    """What a list looks like: the name of its style, whether it is numbered, and its level where it has no style."""

    name: str
    ordered: bool
    level: int


@dataclass(frozen=True, slots=True)
class _NewList:
    number: str
    abstract: str
    level: int
    start: int | None


class MarkupLists:
    """The lists of one document; `new_number` gives a number that no other list of it has."""

    def __init__(self, sheet: StyleSheet, new_number: Callable[[], str]) -> None:
        self._sheet = sheet
        self._new_number = new_number
        self._added: list[_NewList] = []
        self._bullets = ""

    def number(self, kind: ListKind, start: int) -> str:
        """Return the number of a list that begins at `start`; bullets are all of one list."""
        if not kind.ordered and self._bullets:
            return self._bullets
        known = self._sheet.lists.get(kind.name)
        own = str(self._sheet.first_abstract + kind.ordered)
        abstract, level = (known.abstract, known.level) if known is not None else (own, kind.level)
        number = self._new_number()
        self._added.append(_NewList(number, abstract, level, start if kind.ordered else None))
        if not kind.ordered:
            self._bullets = number
        return number

    def added_to(self, archive: Archive, members: Sequence[Member]) -> tuple[Archive, list[Member]]:
        """Return a package with these lists: the members that do not change, and those that do."""
        if not self._added:
            return archive, list(members)
        changed = {member.name: member for member in members}
        sheet = self._sheet
        name = sheet.numbering or _free_name(archive, changed, posixpath.dirname(sheet.main))
        links = relationships_of(sheet.main)
        wanted = {name} if sheet.numbering else {name, links, CONTENT_TYPES}
        known = {member.name: member for member in archive.members() if member.name in wanted} | changed
        if sheet.numbering:
            root = parse_xml(name, inflated(known[name]))
        else:
            root = etree.Element(w("numbering"), nsmap={"w": W})
            changed[links] = _linked(known.get(links), links, name)
            changed[CONTENT_TYPES] = _typed(known[CONTENT_TYPES], name)
        self._add(root)
        changed[name] = _member(name, root)
        rest = list(archive.without(wanted).members())
        first = [changed.pop(CONTENT_TYPES)] if CONTENT_TYPES in changed else []
        return Archive.of([*first, *rest]), list(changed.values())

    def _add(self, root: Node) -> None:
        abstracts = {each.abstract for each in self._added}
        first = root.find(w("num"))
        for ordered in (False, True):
            number = str(self._sheet.first_abstract + ordered)
            if number in abstracts:
                made = _abstract(number, ordered=ordered)
                if first is None:
                    _append(root, made)
                else:
                    first.addprevious(made)
        for added in self._added:
            _append(root, _num(added))


def _free_name(archive: Archive, changed: Container[str], folder: str) -> str:
    taken = {member.name.lower() for member in archive.members()}
    names = (posixpath.join(folder, f"numbering{number}.xml") for number in ("", *range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken and name not in changed)


def _append(root: Node, node: Node) -> None:
    """Put a list in behind all others; w:numIdMacAtCleanup is the one thing that follows them."""
    last = root.find(w("numIdMacAtCleanup"))
    if last is None:
        root.append(node)
    else:
        last.addprevious(node)


def _num(added: _NewList) -> Node:
    num = etree.Element(w("num"), {w("numId"): added.number})
    etree.SubElement(num, w("abstractNumId"), {w("val"): added.abstract})
    if added.start is not None:
        override = etree.SubElement(num, w("lvlOverride"), {w("ilvl"): str(added.level)})
        etree.SubElement(override, w("startOverride"), {w("val"): str(added.start)})
    return num


def _abstract(number: str, *, ordered: bool) -> Node:
    abstract = etree.Element(w("abstractNum"), {w("abstractNumId"): number})
    etree.SubElement(abstract, w("nsid"), {w("val"): "00D0C6E2" if ordered else "00D0C6E1"})
    etree.SubElement(abstract, w("multiLevelType"), {w("val"): "hybridMultilevel"})
    for level in range(LEVELS):
        own = etree.SubElement(abstract, w("lvl"), {w("ilvl"): str(level)})
        signs = (_FORMATS if ordered else _BULLETS)[level % 3]
        etree.SubElement(own, w("start"), {w("val"): "1"})
        etree.SubElement(own, w("numFmt"), {w("val"): signs if ordered else "bullet"})
        etree.SubElement(own, w("lvlText"), {w("val"): f"%{level + 1}." if ordered else signs})
        etree.SubElement(own, w("lvlJc"), {w("val"): "left"})
        properties = etree.SubElement(own, w("pPr"))
        etree.SubElement(properties, w("ind"), {w("left"): str(_STEP * (level + 1)), w("hanging"): "360"})
    return abstract


def _linked(member: Member | None, links: str, name: str) -> Member:
    if member is None:
        root = etree.Element(f"{{{_RELATIONSHIPS}}}Relationships", nsmap={None: _RELATIONSHIPS})
    else:
        root = parse_xml(links, inflated(member))
    taken = {node.get("Id") for node in root}
    number = "rIdLists"
    while number in taken:
        number += "-"
    attributes = {"Id": number, "Type": _NUMBERING, "Target": posixpath.basename(name)}
    etree.SubElement(root, f"{{{_RELATIONSHIPS}}}Relationship", attributes)
    return _member(links, root)


def _typed(member: Member, name: str) -> Member:
    root = parse_xml(CONTENT_TYPES, inflated(member))
    attributes = {"PartName": f"/{name}", "ContentType": f"{WORD}numbering+xml"}
    etree.SubElement(root, f"{{{_TYPES}}}Override", attributes)
    return _member(CONTENT_TYPES, root)


def _member(name: str, root: Node) -> Member:
    contents = _DECLARATION + etree.tostring(root)
    return deflated(name, deflate(contents), crc32(contents), len(contents))
