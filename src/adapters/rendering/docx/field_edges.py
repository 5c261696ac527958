"""Blocks and the fields that Word computes: a field that has begun must end, whatever the data leaves out or repeats.

The marks of a field (ECMA-376 part 1, 17.16.18) stand in runs like any others, so a block may begin before a field and
end within its text. Where nothing stands between its tag and the field's edge, the tag is moved over that edge; else
the block is refused.
"""

from collections.abc import Iterator
from itertools import takewhile
from typing import Final

from lxml import etree

from adapters.rendering.docx.blocks import Block, crossing
from adapters.rendering.docx.tokens import Token, TokenTable
from adapters.rendering.docx.tree import Node, P, ancestor, atoms, is_token, put_after, put_before, w
from domain.diagnostics import Diagnostic

_MARK, _KIND, _CODE = w("fldChar"), w("fldCharType"), w("instrText")
_EXITS: Final = frozenset({"break", "continue"})


def keep_fields_whole(root: Node, tokens: TokenTable, blocks: list[Block]) -> None:
    """Move tags that begin or end their block at the edge of a field, and on its wrong side, over that edge."""
    fields = _open_fields(root, tokens)
    crossed = {token: block for block in blocks if _crosses(block, fields) for token in block.boundaries}
    ordered = [token for token in fields if token in crossed]
    for backwards, each in ((True, ordered), (False, reversed(ordered))):
        for token in each:
            boundaries = crossed[token].boundaries
            if token is boundaries[0 if backwards else -1]:
                opened = zip(*(fields[boundary] for boundary in boundaries), strict=False)
                shared = sum(1 for _ in takewhile(lambda marks: len(set(marks)) == 1, opened))
                _move(token, len(fields[token]) - shared, backwards=backwards)


def find_crossed_fields(root: Node, tokens: TokenTable, blocks: list[Block]) -> Iterator[Diagnostic]:
    """Return the blocks that begin, end, or are left by a tag, in a field that goes on outside of them."""
    fields = _open_fields(root, tokens)
    loops: list[Token] = []
    left: set[Token] = set()
    for token in fields:
        if token.keyword == "for":
            loops.append(token)
        elif token.closes == "for" and loops:
            loops.pop()
        elif token.keyword in _EXITS and loops and fields[token] != fields[loops[-1]]:
            left.add(loops[-1])
    for block in blocks:
        if block.opener in left or _crosses(block, fields):
            yield crossing(block, "The block opened here begins or ends within a field, which goes on outside of it.")


def _crosses(block: Block, fields: dict[Token, list[Node]]) -> bool:
    return any(fields.get(token) != fields.get(block.opener) for token in block.boundaries)


def _open_fields(root: Node, tokens: TokenTable) -> dict[Token, list[Node]]:
    """Return for every tag the marks of the fields that it stands in, each the one that begins its code or its text.

    A part without fields gives nothing.
    """
    found: dict[Token, list[Node]] = {}
    opened: list[Node] = []
    if next(root.iter(_MARK), None) is None:
        return found
    for node in root.iter(etree.PI, _MARK):
        kind = node.get(_KIND)
        if is_token(node):
            found[tokens.of(node)] = list(opened)
        elif kind == "begin":
            opened.append(node)
        elif opened:
            opened[-1:] = [node] if kind == "separate" else []
    return found


def _move(token: Token, fields: int, *, backwards: bool) -> None:
    """Move a tag out of so many fields, where their edges are the next that a reader would meet."""
    paragraph = ancestor(token.place, P)
    if not fields or paragraph is None:
        return
    beside = list(takewhile(lambda atom: atom is not token.place, atoms(paragraph, backwards=not backwards)))
    edge = "begin" if backwards else "end"
    for atom in reversed(beside):
        if isinstance(atom, str) or atom.tag not in (_MARK, _CODE) or atom.get(_KIND, edge) not in (edge, "separate"):
            return
        fields -= atom.get(_KIND) == edge
        if not fields:
            (put_before if backwards else put_after)(atom.getparent(), token.place)
            return
