"""Numbers and names that must be unique in a document, in the parts of it that a loop repeats.

Drawings, bookmarks, permissions, tracked changes, content controls and shapes get new numbers in every round; bookmarks
new names too, and what refers to a bookmark from within the same round follows it. A comment on repeated text stays
with its first round: Word allows one mark for each comment, and what a reviewer of the template remarked needs to be
said once. (Footnotes and endnotes become notes of their own, see notes.py.)
"""

import re
from collections.abc import Callable, Iterable
from typing import Final

from lxml import etree

from adapters.rendering.docx.marks import REVISION, MarkTable
from adapters.rendering.docx.scopes import Scope, scopes_of
from adapters.rendering.docx.tokens import Token, TokenTable
from adapters.rendering.docx.tree import PPR, RPR, W14, Node, P, ancestor, put_after, take, w

_WP: Final = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_VML: Final = "{urn:schemas-microsoft-com:vml}"
_OFFICE: Final = "{urn:schemas-microsoft-com:office:office}"
_ID, _NAME, _VALUE, _ANCHOR, _INSTR = w("id"), w("name"), w("val"), w("anchor"), w("instr")

# Elements that share one sequence of numbers (ECMA-376 part 1, 17.13).
REVISIONS: Final = frozenset(
    map(w, """
    ins del moveFrom moveTo rPrChange pPrChange sectPrChange tblPrChange tblPrExChange tblGridChange trPrChange
    tcPrChange cellIns cellDel cellMerge numberingChange
    """.split())  # noqa: SIM905  # a list of words reads best as words
)  # fmt: skip
_RANGES: Final = ("bookmark", "perm", "moveFromRange", "moveToRange")
STARTS: Final = {w(f"{kind}Start"): kind for kind in _RANGES}
ENDS: Final = {w(f"{kind}End"): kind for kind in _RANGES}
_COMMENT_START, _COMMENT_END, _COMMENT = w("commentRangeStart"), w("commentRangeEnd"), w("commentReference")
_BOOKMARK: Final = w("bookmarkStart")
_DOC_PR, _SDT_PR, _HYPERLINK = _WP + "docPr", w("sdtPr"), w("hyperlink")
_INSTR_TEXT, _SIMPLE, _FIELD_CHARACTER = w("instrText"), w("fldSimple"), w("fldChar")
SHAPES: Final = frozenset(
    _VML + name for name in ("shape", "rect", "oval", "roundrect", "line", "polyline", "arc", "curve", "image", "group")
)
_PARAGRAPH_IDS: Final = (f"{{{W14}}}paraId", f"{{{W14}}}textId")
# A bookmark in the code of a field: REF name, PAGEREF name, HYPERLINK \l "name", or the name alone.
BOOKMARK_REFERENCE: Final = re.compile(r'(^\s*(?:(?:REF|PAGEREF|NOTEREF)\s+)?"?|\\l\s+"?)([\w.]+)', re.IGNORECASE)


def mark_identities(root: Node, tokens: TokenTable, marks: MarkTable, prefix: str) -> None:
    """Mark the numbers and names of a part that its loops would repeat."""
    found = list(scopes_of(root, tokens, (*_ALL, P) if root.tag == w("comments") else _ALL))
    found += _keep_ranges_whole(found)
    join_codes(node for node, _ in found)
    repeated = [(node, scope) for node, scope in found if scope.loop is not None and node.getparent() is not None]
    names = _mark_names(repeated, marks)
    _mark_divided(found, marks)
    for node, scope in repeated:
        action = _ACTIONS.get(node.tag)
        if action is not None:
            action(node, marks)
        elif node.tag in _COMMENTS:
            _mark_once(node, marks, prefix)
        elif node.tag in _REFERRING:
            _follow(node, names, scope, marks)


def _keep_ranges_whole(found: list[tuple[Node, Scope]]) -> list[tuple[Node, Scope]]:
    """Let every range end in the block it begins in: one that crosses a block's edge becomes a point at its start.

    Returns the ends that were missing, because tags took them away with their row or cell.
    """
    begun: dict[tuple[str, str], tuple[Node, Scope]] = {}
    for index, (node, scope) in enumerate(found):
        kind = STARTS.get(node.tag) or ENDS.get(node.tag) or ("comment" if node.tag in _COMMENT_RANGE else "")
        if not kind:
            continue
        key = (kind, node.get(_ID, ""))
        if node.tag in STARTS or node.tag == _COMMENT_START:
            begun[key] = (node, scope)
        elif key in begun:
            start, start_scope = begun.pop(key)
            if start_scope.blocks != scope.blocks:
                put_after(start, node)
                found[index] = (node, start_scope)
        else:
            take(node)
    ends = []
    for start, scope in begun.values():
        end = etree.Element(str(start.tag).removesuffix("Start") + "End", {_ID: start.get(_ID, "")})
        put_after(start, end)
        ends.append((end, scope))
    return ends


def join_codes(found: Iterable[Node]) -> None:
    """Put the code of a field that Word has spread over several runs into the first of them."""
    codes: list[list[Node]] = [[]]
    for node in found:
        if node.tag == _INSTR_TEXT:
            codes[-1].append(node)
        elif node.tag == _FIELD_CHARACTER and codes[-1]:
            codes.append([])
    for pieces in codes:
        if len(pieces) > 1:
            pieces[0].text = "".join(node.text or "" for node in pieces)
            for node in pieces[1:]:
                node.text = None


_COMMENT_RANGE: Final = (_COMMENT_START, _COMMENT_END)


def _mark_names(repeated: list[tuple[Node, Scope]], marks: MarkTable) -> dict[str, Token]:
    """Mark the names of bookmarks, and the beginning of the rounds they are made for; return each with its loop."""
    names: dict[str, Token] = {}
    loops: dict[Token, list[str]] = {}
    for node, scope in repeated:
        name = node.get(_NAME)
        if node.tag in STARTS and name and scope.loop is not None:
            key = _key(node.tag, name)
            loops.setdefault(scope.loop, []).append(key)
            if node.tag == _BOOKMARK:
                names[name] = scope.loop
            node.set(_NAME, marks.in_attribute("name", key, name))
    for loop, keys in loops.items():
        marks.after(loop.place, "round", tuple(dict.fromkeys(keys)))
    return names


def _mark_divided(found: list[tuple[Node, Scope]], marks: MarkTable) -> None:
    """Mark the numbers of tracked changes and controls that come out twice: in loops, or divided by a tag."""
    seen: set[tuple[str, str | None]] = set()
    for element, scope in found:
        node = element.find(_ID) if element.tag == _SDT_PR else element
        if node is None or (element.tag not in REVISIONS and element.tag != _SDT_PR):
            continue
        attribute = _VALUE if element.tag == _SDT_PR else _ID
        key = ("sdt" if element.tag == _SDT_PR else "", node.get(attribute))
        if next(_owner(element).iter(etree.PI), None) is not None:
            node.set(attribute, marks.in_attribute(REVISION))
        elif key[1] is not None and (scope.loop is not None or key in seen):
            node.set(attribute, marks.in_attribute("number"))
        seen.add(key)


def _owner(element: Node) -> Node:
    """Return what comes out twice together with a change: the paragraph or run that it changes the properties of."""
    properties = ancestor(element, PPR)
    if properties is None:
        properties = element.getparent()
    return properties.getparent() if properties.tag in (PPR, RPR) else element


def _key(tag: str, name: str) -> str:
    """Tell bookmarks from moves, of which both ends have the same name."""
    return f"{'bookmark' if tag == _BOOKMARK else 'move'} {name.lower()}"


def _number(attribute: str) -> Callable[[Node, MarkTable], None]:
    def mark(node: Node, marks: MarkTable) -> None:
        if node.get(attribute) is not None:
            node.set(attribute, marks.in_attribute("number"))

    return mark


def _start(node: Node, marks: MarkTable) -> None:
    node.set(_ID, marks.in_attribute("start", f"{STARTS[node.tag]} {node.get(_ID)}"))


def _end(node: Node, marks: MarkTable) -> None:
    node.set(_ID, marks.in_attribute("end", f"{ENDS[node.tag]} {node.get(_ID)}"))


def _shape(node: Node, marks: MarkTable) -> None:
    node.attrib.pop(_OFFICE + "spid", None)
    if node.get("id") is not None:
        node.set("id", f"{node.get('id')}_{marks.in_attribute('number')}")


def _paragraph(node: Node, _marks: MarkTable) -> None:
    for name in _PARAGRAPH_IDS:
        node.attrib.pop(name, None)


_ACTIONS: Final[dict[str, Callable[[Node, MarkTable], None]]] = {
    _DOC_PR: _number("id"),
    P: _paragraph,
    **dict.fromkeys(STARTS, _start),
    **dict.fromkeys(ENDS, _end),
    **dict.fromkeys(SHAPES, _shape),
}
_REFERRING: Final = (_INSTR_TEXT, _SIMPLE, _HYPERLINK)
_COMMENTS: Final = (_COMMENT_START, _COMMENT_END, _COMMENT)
_ALL: Final = (*(_ACTIONS.keys() - {P}), *REVISIONS, _SDT_PR, *_COMMENTS, *_REFERRING, _FIELD_CHARACTER)


def _mark_once(node: Node, marks: MarkTable, prefix: str) -> None:
    name = etree.QName(node).localname
    number = re.sub(r"[^\d-]", "", node.get(_ID, ""))
    marks.before(node, "once", f'<{prefix}{name} {prefix}id="{number}"/>')
    take(node)


def _follow(node: Node, names: dict[str, Token], scope: Scope, marks: MarkTable) -> None:
    """Let a hyperlink or a field refer to the bookmark of its own round."""
    if node.tag == _HYPERLINK:
        name = node.get(_ANCHOR)
        if names.get(name) in scope.loops:
            node.set(_ANCHOR, marks.in_attribute("name", _key(_BOOKMARK, name), name))
        return
    code = node.get(_INSTR, "") if node.tag == _SIMPLE else node.text or ""
    match = next(
        (match for match in BOOKMARK_REFERENCE.finditer(code) if names.get(match.group(2)) in scope.loops), None
    )
    if match is None:
        return
    name = match.group(2)
    before, after = code[: match.start(2)], code[match.end(2) :]
    written = marks.in_attribute("name", _key(_BOOKMARK, name), name)
    if node.tag == _SIMPLE:
        node.set(_INSTR, f"{before}{written}{after}")
    else:
        node.text = f"{before}{written}{after}"
