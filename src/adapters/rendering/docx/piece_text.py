"""The text of a piece for one part of a document: with the names that the part has for its namespaces."""

import re
from typing import Any, Final

from lxml import etree

from adapters.rendering.docx.piece import Piece
from adapters.rendering.docx.tree import MC, Node
from adapters.rendering.docx.writers import PLACE_BEGIN, PLACE_END

_CHOICE: Final = f"{{{MC}}}Choice"
_IGNORABLE: Final = f"{{{MC}}}Ignorable"


def text_for(piece: Piece, root_tag: str) -> str:
    """Return the blocks of a piece as they can stand in a part that begins with this tag.

    Each place has the number of its key between PLACE_BEGIN and PLACE_END.
    """
    host = etree.fromstring(root_tag[:-1] + "/>")
    body = etree.fromstring(piece.body)
    names = host.get(_IGNORABLE, "").split()
    _leave_out(body, piece.ignorable - {host.nsmap[name] for name in names if name in host.nsmap})
    around = etree.Element(body.tag, nsmap=host.nsmap)
    known = {uri: prefix for prefix, uri in host.nsmap.items() if prefix is not None}
    for block in list(body):
        _put(block, around, known)
    text = etree.tostring(around, encoding="unicode")
    inner = text[text.index(">") + 1 : text.rindex("<")]
    return re.sub(f"{piece.mark}([0-9]+){piece.mark}", rf"{PLACE_BEGIN}\1{PLACE_END}", inner)


def _leave_out(body: Node, namespaces: frozenset[str]) -> None:
    """Leave out what a reader may ignore where the part around it does not allow it to be ignored."""
    if not namespaces:
        return
    names = tuple(f"{{{uri}}}" for uri in namespaces)
    for node in list(body.iter(etree.Element)):
        for attribute in [name for name in node.attrib if name.startswith(names)]:
            del node.attrib[attribute]
        if node.tag.startswith(names) and node.getparent() is not None:
            node.getparent().remove(node)


def _put(block: Any, around: Node, known: dict[str, str]) -> None:
    """Put a block into an element; it declares what that does not, and a choice can name what it requires."""
    used = _namespaces(block)
    unknown = {uri: prefix for uri, prefix in used.items() if uri not in known}
    taken = set(known.values())
    declared: dict[str | None, str] = {}
    for uri, prefix in unknown.items():
        name = prefix
        while name in taken:
            name += "_"
        taken.add(name)
        declared[name] = uri
    names = known | {uri: prefix for prefix, uri in declared.items() if prefix is not None}
    for choice in block.iter(_CHOICE):
        required = (choice.nsmap.get(prefix) for prefix in choice.get("Requires", "").split())
        choice.set("Requires", " ".join(names[uri] for uri in required if uri in names))
    made: Node = etree.SubElement(around, block.tag, block.attrib, nsmap=declared)
    made.text = block.text
    made.extend(list(block))


def _namespaces(block: Node) -> dict[str, str]:
    """Return the namespaces that a block uses, each with the prefix that it has there."""
    found: dict[str, str] = {}
    for node in block.iter(etree.Element):
        uris = {etree.QName(name).namespace for name in (node.tag, *node.attrib)}
        if node.tag == _CHOICE:
            uris |= {node.nsmap.get(prefix) for prefix in node.get("Requires", "").split()}
        for uri in sorted(uri for uri in uris if uri and uri not in found and uri != _XML):
            prefix = next((prefix for prefix, own in node.nsmap.items() if own == uri and prefix), None)
            found[uri] = prefix or f"ns{len(found)}"
    return found


_XML: Final = "http://www.w3.org/XML/1998/namespace"
