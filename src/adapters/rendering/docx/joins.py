"""`{%-` and `-%}`: the tag is joined with the text before it, or behind it, as python-docx-template does.

What stands between the two goes: line breaks, tabs, empty paragraphs and the edge of the paragraph. Where text stands
directly beside the tag, the spaces between go, as in plain Jinja.
"""

from collections.abc import Iterator
from typing import Final

from lxml import etree

from adapters.rendering.docx.prefixes import section_end
from adapters.rendering.docx.tokens import TokenTable
from adapters.rendering.docx.tree import (
    INVISIBLE,
    PPR,
    RPR,
    Node,
    P,
    R,
    T,
    ancestor,
    atoms,
    prune_run,
    put_first,
    take,
    tokens_in,
    w,
)

# What a join takes away beside the tag.
_GAPS: Final = frozenset(map(w, ("br", "cr", "tab")))
_BEFORE: Final = -1
_BEHIND: Final = 1


def join_paragraphs(root: Node, tokens: TokenTable) -> None:
    """Carry out the trims of every tag in the paragraphs of a part."""
    for node in tokens_in(root):
        token = tokens.of(node)
        for side, wanted in ((_BEFORE, token.joins_before), (_BEHIND, token.joins_after)):
            if wanted and ancestor(node, P) is not None:
                _strip(node, side)
                if not token.is_output:
                    _join(node, side)


def _join(node: Node, side: int) -> None:
    """Bring the tag's own paragraph and the text on one side of it together."""
    paragraph = ancestor(node, P)
    if next(atoms(paragraph, backwards=side == _BEHIND)) is node:
        neighbour = _neighbour(paragraph, side)
        joined = neighbour is not None and (
            _append(neighbour, paragraph) if side == _BEFORE else _append(paragraph, neighbour)
        )
        if not joined:
            return
    for leaf in _gap(node, side):
        if leaf.tag == T:
            leaf.text = None
            prune_run(leaf)
        else:
            _take_with_empty_run(leaf)


def _gap(node: Node, side: int) -> list[Node]:
    """List the breaks, tabs and blank texts between a tag and the text on one side of it."""
    own = node.getparent()
    if own.tag != T or _beside(node, side) is not None or ((own.text if side == _BEFORE else node.tail) or "").strip():
        return []
    gap: list[Node] = []
    for leaf in _leaves(own, side):
        if leaf.tag not in _GAPS and (leaf.tag != T or len(leaf) or (leaf.text or "").strip()):
            # Blanks that end or begin the text itself are its own.
            while gap and gap[-1].tag == T:
                gap.pop()
            return gap if leaf.tag == T else []
        gap.append(leaf)
    return []


def _leaves(text: Node, side: int) -> Iterator[Node]:
    """List what stands on one side of a w:t in its paragraph, the nearest first."""
    back = side == _BEFORE
    run = text.getparent()
    yield from (leaf for leaf in text.itersiblings(preceding=back) if leaf.tag != RPR)
    for sibling in run.itersiblings(preceding=back):
        if sibling.tag == R:
            yield from (leaf for leaf in (reversed(sibling) if back else sibling) if leaf.tag != RPR)
        elif sibling.tag not in INVISIBLE:
            yield sibling


def _take_with_empty_run(node: Node) -> None:
    run = node.getparent()
    take(node)
    if all(child.tag == RPR for child in run):
        take(run)


def _neighbour(paragraph: Node, side: int) -> Node | None:
    """Return the paragraph on one side that shows something; empty ones between are taken away."""
    passed = []
    neighbour = _beside(paragraph, side)
    while neighbour is not None and neighbour.tag == P and next(atoms(neighbour), None) is None:
        if section_end(neighbour) is not None:
            return None
        passed.append(neighbour)
        neighbour = _beside(neighbour, side)
    if neighbour is None or neighbour.tag != P:
        return passed[-1] if passed else None
    for empty in passed:
        take(empty)
    return neighbour


def _beside(node: Node, side: int) -> Node | None:
    return node.getprevious() if side == _BEFORE else node.getnext()


def _append(first: Node, second: Node) -> bool:
    """Append the second paragraph's contents to the first; False where another section begins between them."""
    if section_end(first) is not None:
        return False
    ended = section_end(second)
    for child in list(second):
        if child.tag != PPR:
            first.append(child)
    if ended is not None:
        if first.find(PPR) is None:
            put_first(first, etree.Element(PPR))
        first.find(PPR).append(ended)
    take(second)
    return True


def _strip(node: Node, side: int) -> None:
    """Take the spaces away between a tag and the text directly beside it."""
    before, parent = node.getprevious(), node.getparent()
    if parent.tag != T:
        return
    if side == _BEHIND:
        node.tail = (node.tail or "").lstrip() or None
    elif before is None:
        parent.text = (parent.text or "").rstrip() or None
    else:
        before.tail = (before.tail or "").rstrip() or None
