"""Page settings that documents bring along where they are asked to (ECMA-376 part 1, 17.6).

A section's settings stand at its end. So what the host has before such a document gets a copy of the settings that
hold there, and the section behind it says all of its headers and footers itself: what it does not say, it would take
from the section before it.
"""

from copy import deepcopy
from typing import Final

from lxml import etree

from adapters.rendering.docx.edited import EditedPackage
from adapters.rendering.docx.package import WORD
from adapters.rendering.docx.tree import PPR, R_ID, SECTPR, Node, P, W, take, w

_HEADER: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
# Marks of the first block of a document, and of its sections, until they are settled.
_START, _OWN, _ADDED = "docgenStart", "docgenSection", "docgenAdded"
_REFERENCES: Final = {w("headerReference"): ("header", "hdr"), w("footerReference"): ("footer", "ftr")}
_TYPE: Final = w("type")


def end_with_section(body: Node) -> None:
    """Put the settings of a document's last section where those of the others stand: into its last paragraph."""
    settings = body[-1] if len(body) and body[-1].tag == SECTPR else etree.Element(SECTPR)
    if settings.getparent() is not None:
        take(settings)
    for name in ("printerSettings", "sectPrChange"):
        for node in [each for section in (settings, *body.iter(SECTPR)) for each in section.findall(w(name))]:
            take(node)
    last = body[-1] if len(body) else None
    if last is None or last.tag != P or last.find(f"{PPR}/{SECTPR}") is not None:
        last = etree.SubElement(body, P)
        last.set(_ADDED, "")
    _put(last, settings)


def mark_sections(body: Node) -> None:
    """Mark the beginning of a document and its sections."""
    if len(body):
        body[0].set(_START, "")
    for settings in body.iter(SECTPR):
        settings.set(_OWN, "")


def settle_sections(package: EditedPackage, main: str) -> None:
    """Set the documents with page settings of their own apart from the text around them."""
    body = package.root(main).find(w("body"))
    for start in [block for block in body if block.get(_START) is not None]:
        del start.attrib[_START]
        _end_before(start)
    _end_document(body)
    _refer(package, main, body)
    for node in body.iter(SECTPR, P):
        for name in (_OWN, _ADDED):
            node.attrib.pop(name, None)


def _end_before(start: Node) -> None:
    """Let a section of the host end before a document, with the settings of the one that it stands in."""
    before = start.getprevious()
    if before is None or before.find(f"{PPR}/{SECTPR}") is not None:
        return
    following = (node for block in (start, *start.itersiblings()) for node in block.iter(SECTPR))
    settings = next((node for node in following if node.get(_OWN) is None), None)
    if settings is None:
        settings = etree.Element(SECTPR)
    if before.tag != P:
        before = etree.Element(P)
        start.addprevious(before)
    _put(before, deepcopy(settings))


def _end_document(body: Node) -> None:
    """Let the host end with a document that nothing follows: an empty page would come of another section."""
    final = body[-1] if len(body) else None
    last = None if final is None or final.tag != SECTPR else final.getprevious()
    settings = None if last is None else last.find(f"{PPR}/{SECTPR}")
    if last is None or settings is None or settings.get(_OWN) is None:
        return
    take(settings)
    body.replace(final, settings)
    if last.get(_ADDED) is not None and last.getprevious() is not None and last.getprevious().tag == P:
        take(last)


def _refer(package: EditedPackage, main: str, body: Node) -> None:
    held: dict[tuple[str, str], str] = {}
    foreign: set[tuple[str, str]] = set()
    follows = False
    for settings in list(body.iter(SECTPR)):
        own = {
            (node.tag, node.get(_TYPE, "default")): node.get(R_ID, "") for node in settings if node.tag in _REFERENCES
        }
        if settings.get(_OWN) is not None:
            foreign |= own.keys()
            follows = True
            continue
        for tag, kind in sorted((held.keys() | foreign) - own.keys()) if follows else ():
            number = held.get((tag, kind)) or _blank(package, main, tag)
            settings.insert(0, etree.Element(tag, {_TYPE: kind, R_ID: number}))
            own[tag, kind] = number
        held |= own
        foreign, follows = set(), False


def _blank(package: EditedPackage, main: str, tag: str) -> str:
    """Return the relationship of an empty header or footer, where the host has none."""
    kind, root_name = _REFERENCES[tag]
    root = etree.Element(w(root_name), nsmap={"w": W})
    etree.SubElement(root, P)
    name = package.add_root(f"word/{kind}.xml", f"{WORD}{kind}+xml", root)
    return package.relate(main, f"{_HEADER}/{kind}", name)


def _put(paragraph: Node, settings: Node) -> None:
    """Let a section end with a paragraph; its settings come last in the properties, but for tracked changes."""
    properties = paragraph.find(PPR)
    if properties is None:
        properties = etree.Element(PPR)
        paragraph.insert(0, properties)
    change = properties.find(w("pPrChange"))
    if change is None:
        properties.append(settings)
    else:
        change.addprevious(settings)
