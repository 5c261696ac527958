"""Relationships to parts that are not there, which programs leave behind (often with the target 'NULL').

Nothing follows them, and documents go without: the relationship is taken out, and what refers to it in the part that
it belongs to. A picture stays, without anything to show, so that a tag in its alt text still fills its frame.
"""

import posixpath
from collections import defaultdict
from collections.abc import Iterable
from typing import Final
from urllib.parse import unquote

from lxml import etree

from adapters.rendering.docx.findings import UnusableFileError, warning
from adapters.rendering.docx.links import has_tags
from adapters.rendering.docx.package import Package, Relationship, owner_of, parse_xml
from adapters.rendering.docx.tree import R_ID, A, Node, w
from domain.diagnostics import Diagnostic

_RELATIONSHIPS: Final = R_ID.removesuffix("id")
_CHART: Final = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
# Elements that are nothing without their relationship.
_NOTHING_WITHOUT: Final = frozenset(
    (
        *map(w, ("headerReference", "footerReference", "printerSettings")),
        *map(w, ("embedRegular", "embedBold", "embedItalic", "embedBoldItalic")),
        *(f"{_CHART}{name}" for name in ("externalData", "userShapes", "chart")),
    )
)
# What shows a file; an empty id is its schema's own value for none (20.1.8.13).
_PICTURES: Final = frozenset((f"{{{A}}}blip", "{urn:schemas-microsoft-com:vml}imagedata"))
_SHOWN: Final = 3


def dangling(package: Package) -> list[Relationship]:
    """Return the relationships to parts that are not there."""
    known = {name.lower() for name in package.contents}
    return [found for found in package.relationships if not found.external and _is_dangling(found, known)]


def _is_dangling(found: Relationship, known: set[str]) -> bool:
    target = unquote(found.target).partition("#")[0]
    if not target or has_tags(found.target):
        return False
    folder = posixpath.dirname(owner_of(found.part))
    return posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/").lower() not in known


def say_dangling(package: Package) -> list[Diagnostic]:
    """Return a warning for each part that refers to parts that are not there."""
    targets: dict[str, list[str]] = defaultdict(list)
    for found in dangling(package):
        targets[found.part].append(found.target)
    return [
        warning("missing-part-dropped", _message(owner_of(name) or "the file", dict.fromkeys(each)))
        for name, each in targets.items()
    ]


def _message(owner: str, targets: Iterable[str]) -> str:
    names = [repr(target[:60]) for target in targets]
    shown = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN:,} others" if len(names) > _SHOWN else "")
    return f"{owner!r} refers to what the file does not hold: {shown}. The documents go without."


def drop_dangling(package: Package) -> None:
    """Take relationships to parts that are not there out of a package, with what refers to them."""
    by_part: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for found in dangling(package):
        by_part[found.part].add((found.id, found.target))
    roots: dict[str, Node] = {}
    for name, entries in by_part.items():
        root = roots[name] = parse_xml(name, package.contents[name])
        for node in list(root):
            if (node.get("Id", ""), node.get("Target", "")) in entries:
                root.remove(node)
        gone = {entry[0] for entry in entries} - {node.get("Id", "") for node in root}
        roots |= _without_references(package, owner_of(name), gone)
    if roots:
        package.replace(roots)


def _without_references(package: Package, owner: str, gone: set[str]) -> dict[str, Node]:
    """Return the part without what refers to these relationships, nothing where nothing does."""
    try:
        root = parse_xml(owner, package.contents.get(owner, b""))
    except UnusableFileError:
        return {}  # not XML, or what is wrong with it is said elsewhere
    references = [
        (node, name)
        for node in root.iter(etree.Element)
        for name, value in node.attrib.items()
        if value in gone and name.startswith(_RELATIONSHIPS)
    ]
    for node, name in references:
        _drop_reference(node, name)
    return {owner: root} if references else {}


def _drop_reference(node: Node, name: str) -> None:
    parent = node.getparent()
    if node.tag in _PICTURES:
        node.set(name, "")
    elif node.tag in _NOTHING_WITHOUT and parent is not None:
        parent.remove(node)
    else:
        node.attrib.pop(name, None)
