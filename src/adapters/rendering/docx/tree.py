"""Small moves on WordprocessingML trees (ECMA-376 part 1, chapter 17).

A tag of the template is a processing instruction `<?t INDEX?>` in the tree: it can stand in a text as well as between
paragraphs, rows or cells, and nothing in an author's file can forge it, because theirs are removed first.
"""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Final, TypeAlias

from lxml import etree

# An element or a processing instruction; lxml's stubs tell them apart where we do not.
Node: TypeAlias = Any

W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W14: Final = "http://schemas.microsoft.com/office/word/2010/wordml"
WP14: Final = "http://schemas.microsoft.com/office/word/2010/wordprocessingDrawing"
A: Final = "http://schemas.openxmlformats.org/drawingml/2006/main"
MC: Final = "http://schemas.openxmlformats.org/markup-compatibility/2006"
R_ID: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
XML_SPACE: Final = "{http://www.w3.org/XML/1998/namespace}space"


def w(name: str) -> str:
    """Return a WordprocessingML name as lxml writes it."""
    return f"{{{W}}}{name}"


P, R, T, TBL, TR, TC = w("p"), w("r"), w("t"), w("tbl"), w("tr"), w("tc")
PPR, RPR, TCPR, TRPR, TBLPR = w("pPr"), w("rPr"), w("tcPr"), w("trPr"), w("tblPr")
SECTPR, SDT, SDT_CONTENT, CUSTOM_XML = w("sectPr"), w("sdt"), w("sdtContent"), w("customXml")

# What holds paragraphs and tables.
BLOCK_CONTAINERS: Final = frozenset(
    map(w, ("body", "tc", "sdtContent", "hdr", "ftr", "txbxContent", "footnote", "endnote", "comment", "customXml"))
)
PROPERTIES: Final = frozenset(
    map(w, ("pPr", "rPr", "tcPr", "trPr", "tblPr", "tblGrid", "tblPrEx", "sdtPr", "sdtEndPr", "sectPr", "smartTagPr"))
) | {f"{{{A}}}rPr"}
# Marks without width: they may go when their paragraph goes, or stand between paragraphs as well.
MARKS: Final = frozenset(map(w, ("bookmarkStart", "bookmarkEnd", "commentRangeStart", "commentRangeEnd")))
INVISIBLE: Final = MARKS | frozenset(
    map(w, ("proofErr", "lastRenderedPageBreak", "tab", "permStart", "permEnd", "del", "moveFrom"))
)
_TRANSPARENT: Final = frozenset(
    map(w, ("p", "r", "hyperlink", "ins", "moveTo", "smartTag", "tbl", "tr", "tc", "sdt", "sdtContent", "customXml"))
)


def is_token(node: Node | str) -> bool:
    """Tell whether a node stands for a tag."""
    return not isinstance(node, str) and node.tag is etree.PI


def atoms(top: Node, *, backwards: bool = False) -> Iterator[Node | str]:
    """List what a reader would see in an element, in order: its tokens, texts that are not blank, and other content."""
    for child in reversed(top) if backwards else top:
        if is_token(child):
            yield child
        elif child.tag == T:
            pieces = _pieces_backwards(child) if backwards else _pieces(child)
            yield from (piece for piece in pieces if is_token(piece) or (piece and not piece.isspace()))
        elif child.tag in _TRANSPARENT:
            yield from atoms(child, backwards=backwards)
        elif child.tag not in PROPERTIES and child.tag not in INVISIBLE:
            yield child


def _pieces(text: Node) -> Iterator[Any]:
    yield text.text or ""
    for token in text:
        yield token
        yield token.tail or ""


def _pieces_backwards(text: Node) -> Iterator[Any]:
    for token in reversed(text):
        yield token.tail or ""
        yield token
    yield text.text or ""


def tokens_in(top: Node) -> list[Node]:
    """List the tokens below an element in document order."""
    return list(top.iter(etree.PI))


def ancestor(node: Node, tag: str) -> Node | None:
    """Return the nearest ancestor with this tag, or None."""
    return next(node.iterancestors(tag), None)


def take(node: Node) -> Node:
    """Remove a node from the tree and leave the text behind it where it was; return the node."""
    parent, tail = node.getparent(), node.tail
    if parent is None:
        return node
    if tail:
        before = node.getprevious()
        if before is None:
            parent.text = (parent.text or "") + tail
        else:
            before.tail = (before.tail or "") + tail
    node.tail = None
    parent.remove(node)
    return node


def put_before(place: Node, node: Node) -> None:
    """Move a node to directly before another one."""
    place.addprevious(take(node))


def put_after(place: Node, node: Node) -> None:
    """Move a node to directly behind another one."""
    take(node)
    tail, place.tail = place.tail, None
    place.addnext(node)
    node.tail = tail


def put_first(parent: Node, node: Node) -> None:
    """Move a node to the beginning of an element, behind its properties."""
    take(node)
    properties = parent[0] if len(parent) and parent[0].tag in PROPERTIES else None
    if properties is not None:
        put_after(properties, node)
        return
    node.tail, parent.text = parent.text, None
    parent.insert(0, node)


def isolate(node: Node, top: Node) -> None:
    """Split every element between a node and `top` in two, so that the node becomes a child of `top`."""
    while (parent := node.getparent()) is not top:
        right = _shell(parent)
        right.text, node.tail = node.tail, None
        for sibling in list(node.itersiblings()):
            right.append(sibling)
        take(node)
        right.tail, parent.tail = parent.tail, None
        parent.addnext(right)
        parent.addnext(node)
        if _is_empty_shell(right):
            take(right)
        if _is_empty_shell(parent):
            take(parent)


def _shell(element: Node) -> Node:
    """Copy an element with its properties and without its contents."""
    shell = etree.Element(element.tag, dict(element.attrib), nsmap=element.nsmap)
    for name in ("paraId", "textId"):
        shell.attrib.pop(f"{{{W14}}}{name}", None)
    if len(element) and element[0].tag in PROPERTIES:
        shell.append(deepcopy(element[0]))
        shell[0].tail = None
    return shell


def _is_empty_shell(element: Node) -> bool:
    if element.tag in (T, f"{{{A}}}t"):
        return not element.text and not len(element)
    if element.tag == P:
        return False
    return all(child.tag in PROPERTIES for child in element) and not (element.text or "").strip()


def prune_run(text: Node) -> None:
    """Remove a w:t that holds nothing any more, and its run where that held nothing else."""
    if text.text or len(text):
        return
    run = text.getparent()
    take(text)
    if run is not None and run.tag == R and all(child.tag == RPR for child in run):
        take(run)


def common_ancestor(nodes: list[Node]) -> Node:
    """Return the deepest element that holds all the nodes."""
    shared = list(nodes[0].iterancestors())
    for node in nodes[1:]:
        above = set(node.iterancestors())
        shared = [element for element in shared if element in above]
    return shared[0]


def child_on_path(top: Node, node: Node) -> Node:
    """Return the child of `top` that holds the node; it may be the node itself."""
    while (parent := node.getparent()) is not top:
        node = parent
    return node


def level_of_control(content: Node) -> str:
    """Return what the content of a content control consists of: rows, cells, paragraphs, or runs."""
    for parent in content.iterancestors():
        if parent.tag in (TBL, TR):
            return TR if parent.tag == TBL else TC
        if parent.tag not in (SDT, SDT_CONTENT, CUSTOM_XML):
            return P if parent.tag in BLOCK_CONTAINERS else R
    return P


def shape(node: Node) -> list[Any]:
    """Return the names of the elements that are open where a node stands, the inner ones first."""
    return [element.tag for element in node.iterancestors()]
