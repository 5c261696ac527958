"""Cutting off what ordinary files bring along from outside: their Word template, and the data of a mail merge."""

from typing import Final

from lxml import etree

from adapters.rendering.docx.deflate import crc32, deflate
from adapters.rendering.docx.gate import CUT_OFF
from adapters.rendering.docx.package import Package, parse_xml
from adapters.rendering.docx.tree import Node, w
from adapters.rendering.docx.zip_records import DEFLATED, Member

_DECLARATION: Final = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SETTINGS: Final = w("settings")
_LINKS: Final = (w("attachedTemplate"), w("mailMerge"))


def cut_off(package: Package) -> dict[str, Member]:
    """Return new versions of the parts that link to the template or the data source, without those links."""
    relationship_parts = {
        found.part for found in package.relationships if found.external and found.type.rpartition("/")[2] in CUT_OFF
    }
    return {member.name: member for name in sorted(relationship_parts) for member in _without_links(package, name)}


def _without_links(package: Package, relationships: str) -> list[Member]:
    root = parse_xml(relationships, package.contents[relationships])
    for node in list(root):
        if node.get("Type", "").rpartition("/")[2] in CUT_OFF and node.get("TargetMode", "").lower() == "external":
            root.remove(node)
    members = [_member(relationships, root)]
    owner = relationships.replace("_rels/", "").removesuffix(".rels")
    if owner in package.contents:
        part = parse_xml(owner, package.contents[owner])
        if part.tag == _SETTINGS:
            etree.strip_elements(part, *_LINKS, with_tail=False)
            members.append(_member(owner, part))
    return members


def _member(name: str, root: Node) -> Member:
    contents = _DECLARATION + etree.tostring(root)
    return Member(name, DEFLATED, crc32(contents), len(contents), deflate(contents))
