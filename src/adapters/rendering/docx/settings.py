"""Parts that a template's documents get in another version: its settings, and links to the outside that are cut off.

Ordinary files bring links along to the Word template they were based on and to the data of a mail merge: documents go
without. And where tags change what a table of contents or a cross reference was computed from, the settings tell Word
to compute fields anew when it opens the document (w:updateFields, ECMA-376 part 1, 17.15.1.81). Word asks its reader
first. A file without settings comes from a program that has none; it gets none, since a new part would need a content
type and a relationship too, for a question that only Word asks.
"""

import re
from typing import Final

from lxml import etree

from adapters.rendering.docx.findings import UnusableFileError
from adapters.rendering.docx.gate import CUT_OFF, has_mail_merge
from adapters.rendering.docx.package import DECLARATION, Package, packed, parse_xml, related_part
from adapters.rendering.docx.tree import Node, w
from adapters.rendering.docx.update_fields import ask_for_update
from adapters.rendering.docx.zip_records import Member

_SETTINGS: Final = w("settings")
_LINKS: Final = (w("attachedTemplate"), w("mailMerge"))
_DECIMAL: Final = re.compile(rb"""decimalSymbol\s[^>]*?val\s*=\s*["']([.,])["']""")


def decimal_symbol(package: Package) -> str:
    """Return the point that Word wrote numbers with where the document was saved, '.' or ',' (17.15.1.28)."""
    name = related_part(package, "settings")
    found = _DECIMAL.search(package.contents[name]) if name is not None else None
    return found.group(1).decode() if found else "."


def replaced_parts(package: Package, *, update_fields: bool) -> dict[str, Member]:
    """Return the parts that differ from the template's although they hold no tag."""
    roots: dict[str, Node] = {}
    for found in package.relationships:
        if found.external and found.type.rpartition("/")[2] in CUT_OFF and found.part not in roots:
            roots |= _without_links(package, found.part)
    if has_mail_merge(package) and (name := related_part(package, "settings")) and name not in roots:
        root = _settings(package, name)
        if root is not None:
            # Word would ask for its data when it opens the document, whose fields are filled in already.
            etree.strip_elements(root, w("mailMerge"), with_tail=False)
            roots[name] = root
    if update_fields and (name := related_part(package, "settings")):
        root = roots[name] if name in roots else _settings(package, name)
        if root is not None and ask_for_update(root):
            roots[name] = root
    return {name: packed(name, DECLARATION + etree.tostring(root)) for name, root in roots.items()}


def _without_links(package: Package, relationships: str) -> dict[str, Node]:
    root = parse_xml(relationships, package.contents[relationships])
    for node in list(root):
        if node.get("Type", "").rpartition("/")[2] in CUT_OFF and node.get("TargetMode", "").lower() == "external":
            root.remove(node)
    owner = relationships.replace("_rels/", "").removesuffix(".rels")
    if owner in package.contents:
        part = parse_xml(owner, package.contents[owner])
        if part.tag == _SETTINGS:
            etree.strip_elements(part, *_LINKS, with_tail=False)
            return {relationships: root, owner: part}
    return {relationships: root}


def _settings(package: Package, name: str) -> Node | None:
    """Parse the settings; None where they are none, which is for Word to complain of."""
    try:
        root = parse_xml(name, package.contents[name])
    except UnusableFileError:
        return None
    return root if root.tag == _SETTINGS else None
