"""{% break %} and {% continue %}: they leave a round where the same elements are open as where it began."""

from typing import Final

from adapters.rendering.docx.blocks import Block
from adapters.rendering.docx.findings import error
from adapters.rendering.docx.tokens import Token, TokenTable
from adapters.rendering.docx.tree import Node, P, ancestor, isolate, tokens_in
from domain.diagnostics import Diagnostic

_EXITS: Final = frozenset({"break", "continue"})


def level_exits(root: Node, tokens: TokenTable, blocks: list[Block]) -> list[Diagnostic]:
    """Bring every exit, with the conditions around it, to the level of its loop; return those for which that fails."""
    if not any(tokens[index].keyword in _EXITS for index in range(len(tokens))):
        return []
    block_of = {block.opener: block for block in blocks}
    open_blocks: list[Block] = []
    findings: list[Diagnostic] = []
    for node in tokens_in(root):
        token = tokens.of(node)
        if token.opens and token in block_of:
            open_blocks.append(block_of[token])
        elif token.closes and open_blocks:
            open_blocks.pop()
        elif token.keyword in _EXITS:
            depth = next((i for i, block in enumerate(reversed(open_blocks)) if block.opener.keyword == "for"), None)
            if depth is not None and not _level(token, open_blocks[len(open_blocks) - 1 - depth :]):
                findings.append(_misplaced(token))
    return findings


def _level(token: Token, chain: list[Block]) -> bool:
    """Bring an exit to the level of the first block, its loop; False where a paragraph would be left open."""
    loop, *conditions = chain
    level = loop.opener.place.getparent()
    if token.place.getparent() is level:
        return True
    paragraph = ancestor(token.place, P)
    if paragraph is None or (level is not paragraph and ancestor(level, P) is not paragraph):
        return False
    for node in (*(node for condition in conditions for node in condition.nodes), token.place):
        isolate(node, level)
    return True


def _misplaced(token: Token) -> Diagnostic:
    return error(
        "crossing-block",
        f"{{% {token.keyword} %}} stands in the middle of a paragraph, cell or row, and its loop repeats whole ones.",
        "Put it and its condition into paragraphs of their own, which hold nothing else.",
        token.location,
        token.snippet,
    )
