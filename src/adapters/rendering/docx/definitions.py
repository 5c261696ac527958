"""Paragraphs that only define: macros and {% set %} blocks print nothing where they stand, and leave no paragraph."""

from adapters.rendering.docx.blocks import Block
from adapters.rendering.docx.prefixes import drop_if_blank, section_end
from adapters.rendering.docx.tokens import TokenTable
from adapters.rendering.docx.tree import BLOCK_CONTAINERS, Node, P, T, ancestor, atoms, is_token

_DEFINING = frozenset({"macro", "set"})


def lift_definitions(tokens: TokenTable, blocks: list[Block]) -> None:
    """Move what such paragraphs define in front of them, and take them away.

    What is captured is put out elsewhere, so it may stand between paragraphs, texts and runs as they are.
    """
    paragraphs = dict.fromkeys(ancestor(block.opener.place, P) for block in blocks if block.opener.keyword in _DEFINING)
    for paragraph in paragraphs:
        if (
            paragraph is not None
            and paragraph.getparent().tag in BLOCK_CONTAINERS
            and section_end(paragraph) is None
            and _defines_only(paragraph, tokens)
        ):
            _lift(paragraph, tokens)


def _defines_only(paragraph: Node, tokens: TokenTable) -> bool:
    depth = 0
    for atom in atoms(paragraph):
        token = tokens.of(atom) if is_token(atom) else None
        if not depth and (token is None or not (token.keyword in _DEFINING | {"assign"} or token.is_comment)):
            return False
        if token is not None:
            depth += token.opens - bool(token.closes)
    # What goes on in another paragraph holds the end of this one and the beginning of that one.
    return not depth


def _lift(paragraph: Node, tokens: TokenTable) -> None:
    depth = 0
    for child in list(paragraph):
        texts = [] if depth or is_token(child) else [node for text in list(child.iter(T)) for node in text]
        for node in texts or [child]:
            if is_token(node):
                token = tokens.of(node)
                depth += token.opens - bool(token.closes)
            elif not depth:
                continue
            paragraph.addprevious(node)
            if not depth:
                node.tail = None
    for text in list(paragraph.iter(T)):
        text.text = None
    drop_if_blank(paragraph)
