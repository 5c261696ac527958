"""Bringing the tags of a block to one level: runs, paragraphs, cells or rows, as the author meant it.

A tag moves outwards only where it passes nothing that a reader would see; where text stands on both sides, the block
begins or ends in the middle of a paragraph, and what it leaves out joins what stands around it.
"""

from collections.abc import Iterable
from itertools import takewhile

from lxml import etree

from adapters.rendering.docx.blocks import (
    Block,
    crossing,
    find_blocks,
    find_misprinted,
    find_mixed_scopes,
    unpaired,
    verify,
)
from adapters.rendering.docx.definitions import lift_definitions
from adapters.rendering.docx.exits import level_exits
from adapters.rendering.docx.field_edges import find_crossed_fields, keep_fields_whole
from adapters.rendering.docx.prefixes import drop_if_blank, section_end
from adapters.rendering.docx.tokens import Token, TokenTable
from adapters.rendering.docx.tree import (
    BLOCK_CONTAINERS,
    CUSTOM_XML,
    MARKS,
    SDT,
    SDT_CONTENT,
    TBL,
    TC,
    TR,
    Node,
    P,
    R,
    T,
    ancestor,
    atoms,
    child_on_path,
    common_ancestor,
    is_token,
    isolate,
    level_of_control,
    put_after,
    put_before,
    put_first,
    take,
    tokens_in,
)
from domain.diagnostics import Diagnostic


def level_blocks(root: Node, tokens: TokenTable) -> list[Diagnostic]:
    """Bring the tags of every block to one level, and return the blocks for which there is none."""
    blocks, strays = find_blocks(root, tokens)
    findings = [finding for block in blocks if (finding := find_mixed_scopes(block)) is not None]
    findings += map(unpaired, strays)
    if findings:
        return findings
    keep_fields_whole(root, tokens, blocks)
    _lift_lonely(_controls(root), tokens, blocks)
    _lift_lonely(_with_tokens(root, TR), tokens, blocks)
    _lift_lonely_paragraphs(root, tokens)
    findings = [finding for block in blocks if (finding := _level(block)) is not None]
    findings = findings or _check(root, tokens, blocks)
    if not findings:
        lift_definitions(tokens, blocks)
    return findings


def _check(root: Node, tokens: TokenTable, blocks: list[Block]) -> list[Diagnostic]:
    """Prove every block sound, and that none has got another tag's partner on its way to its level."""
    findings = level_exits(root, tokens, blocks)
    findings += [finding for block in blocks if (finding := verify(block)) is not None]
    findings += find_misprinted(root, tokens, blocks)
    findings += find_crossed_fields(root, tokens, blocks)
    paired = {block.opener: block.boundaries for block in find_blocks(root, tokens)[0]}
    findings += [
        crossing(block, "Other tags stand in the way of the block opened here.")
        for block in blocks
        if paired.get(block.opener) != block.boundaries
    ]
    return findings


def _control_only(element: Node, tokens: TokenTable) -> list[Node]:
    """Return the tokens of an element that holds nothing but control tags; an empty list where it holds more."""
    found: list[Node] = []
    for atom in atoms(element):
        if not is_token(atom) or not tokens.of(atom).is_control:
            return []
        found.append(atom)
    return found


def _with_tokens(root: Node, tag: str) -> list[Node]:
    """List the elements with this tag that tokens stand in, each in its nearest one; most hold none."""
    found = (ancestor(node, tag) for node in tokens_in(root))
    return [element for element in dict.fromkeys(found) if element is not None]


def _lift_lonely(elements: Iterable[Node], tokens: TokenTable, blocks: list[Block]) -> None:
    """Replace rows or content controls by their tags where they hold only tags, and a block reaches beyond them."""
    block_of = {token: block for block in blocks for token in block.boundaries}
    for element in elements:
        found = _control_only(element, tokens)
        own = [block_of[token] for node in found if (token := tokens.of(node)) in block_of]
        if any(element not in node.iterancestors(element.tag) for block in own for node in block.nodes):
            for node in found:
                put_before(element, node)
            take(element)


def _controls(root: Node) -> list[Node]:
    """List the content controls around rows, paragraphs or runs, the inner ones before those around them."""
    controls = [
        node
        for node in root.iter(SDT)
        if (content := node.find(SDT_CONTENT)) is not None and level_of_control(content) != TC
    ]
    return controls[::-1]


def _lift_lonely_paragraphs(root: Node, tokens: TokenTable) -> None:
    """Replace paragraphs by their tags where they hold nothing else."""
    for paragraph in _with_tokens(root, P):
        container = paragraph.getparent()
        if container is None or container.tag not in BLOCK_CONTAINERS:
            continue
        found = _control_only(paragraph, tokens)
        if not found:
            continue
        if section_end(paragraph) is not None and tokens.of(found[0]).opens:
            for node in reversed(found):
                put_after(paragraph, node)
        else:
            # What a mark before or behind the tag begins or ends, begins or ends outside or within the block.
            for node in list(paragraph.iter(etree.PI, *MARKS)):
                put_before(paragraph, node)
        if container.tag != TC or len(container.findall(P)) > 1:
            drop_if_blank(paragraph)
        else:
            for run in [child for child in paragraph if any(True for _ in child.iter(T))]:
                take(run)


def _level(block: Block) -> Diagnostic | None:
    nodes = block.nodes
    parent = nodes[0].getparent()
    if all(node.getparent() is parent for node in nodes) and (parent.tag != R or not block.opener.captures):
        return None
    top = common_ancestor(nodes)
    if top.tag == R and block.opener.captures:
        # What is captured can be put out again as whole runs.
        top = top.getparent()
    if top.tag == TBL:
        return _level_rows(block, top)
    if top.tag == TR:
        return _level_cells(block, top)
    if top.tag in BLOCK_CONTAINERS and (top.tag != SDT_CONTENT or level_of_control(top) == P):
        return _level_paragraphs(block, top)
    if top.tag == P or ancestor(top, P) is not None:
        return _level_runs(block, top)
    return crossing(block, "The block opened here ends in another part of the document.")


def _level_runs(block: Block, top: Node) -> Diagnostic | None:
    """Split runs and hyperlinks so that the tags become siblings within one paragraph."""
    for node in block.nodes:
        above = takewhile(lambda element: element is not top, node.iterancestors())
        if any(element.tag in (SDT, P) for element in above):
            return crossing(block, "The block opened here and its end do not lie in the same content control.")
    for node in block.nodes:
        isolate(node, top)
    return None


def _edge(top: Node, node: Node) -> tuple[bool, bool]:
    """Tell whether nothing stands before, and nothing behind a node in an element."""
    # A tag within a text box is no atom of the paragraph that the box is anchored in.
    return next(atoms(top), None) is node, next(atoms(top, backwards=True), None) is node


def _side(block: Block, token: Token, top: Node) -> str:
    """Return the side of an element that a tag can go to without passing anything: 'before', 'after' or ''."""
    if top is token.place:
        return "here"
    first, last = _edge(top, token.place)
    sides = [("before", first), ("after", last)]
    if token is block.boundaries[-1]:
        sides.reverse()
    return next((side for side, free in sides if free), "")


def _go(token: Token, top: Node, side: str) -> None:
    if side == "before":
        put_before(top, token.place)
    elif side == "after":
        put_after(top, token.place)


def _level_rows(block: Block, table: Node) -> Diagnostic | None:
    tops = [child_on_path(table, node) for node in block.nodes]
    if any(not is_token(top) and top.tag != TR for top in tops):
        return crossing(block, "The block opened here and its end do not lie in the same content control.")
    sides = [
        _side(block, token, top) or _outer_cell(block, token, top)
        for token, top in zip(block.boundaries, tops, strict=True)
    ]
    if not all(sides):
        return crossing(block, "The block opened here begins or ends in the middle of a table row.")
    for token, top, side in zip(block.boundaries, tops, sides, strict=True):
        _go(token, top, side)
    return None


def _outer_cell(block: Block, token: Token, row: Node) -> str:
    """Where text stands beside the tag: the first cell opens the row, the last one closes it."""
    cells = _cells(row)
    cell = child_on_path(row, token.place)
    if token is block.opener and cell is cells[0]:
        return "before"
    if token is block.boundaries[-1] and cell is cells[-1]:
        return "after"
    return ""


def _cells(row: Node) -> list[Node]:
    """List the cells of a row, those in content controls by the control."""
    return [child for child in row if child.tag in (TC, SDT, CUSTOM_XML)]


def _level_cells(block: Block, row: Node) -> Diagnostic | None:
    cells = _cells(row)
    tops = [child_on_path(row, node) for node in block.nodes]
    if tops[0] is cells[0] and tops[-1] is cells[-1]:
        if len(tops) > 2:  # noqa: PLR2004
            return crossing(block, "The block opened here is divided in the middle of a table row.")
        put_before(row, block.opener.place)
        put_after(row, block.boundaries[-1].place)
        return None
    sides = [_side(block, token, top) for token, top in zip(block.boundaries, tops, strict=True)]
    if not all(sides) or any(not is_token(top) and top.tag != TC for top in tops):
        return crossing(block, "The block opened here ends in another table cell, and text stands beside its tags.")
    for token, top, side in zip(block.boundaries, tops, sides, strict=True):
        _go(token, top, side)
        if top is not token.place and not any(True for _ in atoms(top)):
            take(top)
    return None


def _level_paragraphs(block: Block, container: Node) -> Diagnostic | None:
    tops = [child_on_path(container, node) for node in block.nodes]
    if any(not is_token(top) and top.tag != P for top in tops):
        inside = "a table" if any(top.tag == TBL for top in tops) else "a content control"
        return crossing(block, f"The block opened here and its end lie on different sides of the edge of {inside}.")
    if any(
        ancestor(token.place, P) is not top for token, top in zip(block.boundaries, tops, strict=True) if top.tag == P
    ):
        return crossing(block, "The block opened here begins or ends in a text box, and goes on outside of it.")
    sides = [_side(block, token, top) for token, top in zip(block.boundaries, tops, strict=True)]
    if all(sides):
        for token, top, side in zip(block.boundaries, tops, sides, strict=True):
            _go(token, top, side)
            if top.tag == P:
                drop_if_blank(top)
        return None
    return _join_paragraphs(block, tops)


def _join_paragraphs(block: Block, tops: list[Node]) -> Diagnostic | None:
    """Let the block begin and end in the middle of paragraphs: what it leaves out, joins what stands around it."""
    for token, top in zip(block.boundaries, tops, strict=True):
        if top is token.place and not _enter_paragraph(block, token):
            return crossing(block, "The block opened here begins in the middle of a paragraph and ends elsewhere.")
    for token in block.boundaries:
        paragraph = ancestor(token.place, P)
        if paragraph is not None:
            isolate(token.place, paragraph)
    return None


def _enter_paragraph(block: Block, token: Token) -> bool:
    """Move a tag that was alone in its paragraph into the next one, or the one before where it ends the block."""
    if token is block.boundaries[-1]:
        neighbour = token.place.getprevious()
        if neighbour is None or neighbour.tag != P:
            return False
        neighbour.append(take(token.place))
    else:
        neighbour = token.place.getnext()
        if neighbour is None or neighbour.tag != P:
            return False
        put_first(neighbour, token.place)
    return True
