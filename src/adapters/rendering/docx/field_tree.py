"""The fields of a part, found in its runs: simple ones (w:fldSimple) and complex ones (w:fldChar, w:instrText).

ECMA-376 part 1, 17.16.2 and 17.16.18. Word cuts a field into runs wherever it likes; here each run that holds a piece
of a field holds nothing else, so that a field can be taken out by its runs.
"""

from copy import deepcopy
from itertools import pairwise
from typing import Final

from lxml import etree

from adapters.rendering.docx.field_codes import CodeText, Field
from adapters.rendering.docx.tree import RPR, Node, R, ancestor, take, w

_CHAR, _INSTRUCTION, _SIMPLE, _TYPE = w("fldChar"), w("instrText"), w("fldSimple"), w("fldCharType")
_PIECES: Final = frozenset({_CHAR, _INSTRUCTION})
_BOX: Final = w("txbxContent")
_GONE: Final = (w("del"), w("moveFrom"))
# Properties of one run, as XML: what is larger is not copied, since a field may be of many runs.
_MOST_FORMATTING: Final = 10_000
# Fields in fields, as Word has them at most.
MOST_LEVELS: Final = 20


def codes_of(root: Node) -> str:
    """Return the codes of all fields of a part, one behind the other."""
    codes = "".join(node.text or "" for node in root.iter(_INSTRUCTION))
    return "\n".join([codes, *(node.get(w("instr"), "") for node in root.iter(_SIMPLE))])


def formatting_of(run: Node | None) -> Node | None:
    """Return the properties of a run for copies of it; None for more of them than any text needs."""
    properties = None if run is None else run.find(RPR)
    return None if properties is None or len(etree.tostring(properties)) > _MOST_FORMATTING else properties


def find_fields(root: Node) -> list[Field]:
    """Return the fields of a part that stand in no other one; text that is deleted with tracked changes has none."""
    for run in dict.fromkeys(node.getparent() for node in root.iter(*_PIECES)):
        if run.tag == R:
            _split(run)
    found: list[Field] = []
    # A text box has fields of its own, in the middle of those around it.
    open_fields: dict[Node | None, list[Field]] = {}
    for node in root.iter(R, _SIMPLE):
        if next(node.iterancestors(*_GONE), None) is None:
            _read(node, open_fields.setdefault(ancestor(node, _BOX), []), found)
    return found


def _split(run: Node) -> None:
    """Give each piece of a field in a run a run of its own, and so what stands between them."""
    properties = formatting_of(run)
    content = [child for child in run if child.tag != RPR]
    place = run
    for before, child in pairwise(content):
        if child.tag in _PIECES or before.tag in _PIECES:
            following = etree.Element(R, dict(run.attrib), nsmap=run.nsmap)
            if properties is not None:
                following.append(deepcopy(properties))
            place.addnext(following)
            place = following
        if place is not run:
            place.append(take(child))


def _read(node: Node, open_fields: list[Field], found: list[Field]) -> None:
    """Read a run or a simple field, within the fields that are open around it."""
    for around in open_fields[:MOST_LEVELS]:
        around.runs.append(node)
    inside = open_fields[-1] if open_fields else None
    if node.tag == _SIMPLE:
        simple = Field(node, [CodeText(node.get(w("instr"), ""), None)], [node], list(node.iter(R)), is_closed=True)
        _add(simple, inside, found)
        return
    piece = next((child for child in node if child.tag != RPR), None)
    kind = piece.get(_TYPE) if piece is not None and piece.tag == _CHAR else None
    if kind == "begin":
        begun = Field(node, runs=[node])
        _add(begun, inside, found)
        open_fields.append(begun)
    elif inside is None or piece is None:
        return
    elif kind == "separate":
        inside.in_result = True
    elif kind == "end":
        inside.is_closed = True
        open_fields.pop()
    elif ancestor(node, _SIMPLE) is not None and not inside.in_result:
        # The result of a simple field in the code is no code.
        return
    elif inside.in_result:
        inside.result.append(node)
    else:
        inside.code.append(CodeText(piece.text or "", node) if piece.tag == _INSTRUCTION else node)


def _add(field: Field, inside: Field | None, found: list[Field]) -> None:
    if inside is None:
        found.append(field)
    elif inside.in_result:
        inside.inner.append(field)
    else:
        inside.code.append(field)


def levels_of(field: Field) -> int:
    """Count how deep fields stand in the code of a field; one without has one level."""
    levels, row = 0, [field]
    while row:
        levels += 1
        row = [piece for each in row for piece in each.code if isinstance(piece, Field)]
    return levels


def fields_in_code(field: Field) -> list[Field]:
    """Return the fields in the code of a field, those in their codes too."""
    found: list[Field] = []
    waiting = [field]
    while waiting:
        inner = [piece for piece in waiting.pop().code if isinstance(piece, Field)]
        found += inner
        waiting += inner
    return found
