"""Where blocks begin and end: which tags belong together, and the proof that no data can break the document.

Every boundary of a block ({% for %}, {% else %}, {% endfor %}) must stand where the same elements are open: then what
lies between two of them is well-formed on its own, whatever the data leaves out or repeats. levels.py looks for the
level that the author meant; here each block is checked when that is done.
"""

import re
from dataclasses import dataclass
from typing import Final

from adapters.rendering.docx.findings import error
from adapters.rendering.docx.tokens import Token, TokenTable
from adapters.rendering.docx.tree import (
    BLOCK_CONTAINERS,
    SDT_CONTENT,
    TBL,
    TR,
    Node,
    P,
    T,
    ancestor,
    shape,
    tokens_in,
    w,
)
from adapters.rendering.docx.writers import BLOCKS, CELLS, ROWS, RUN_TEXT, RUNS
from domain.diagnostics import Diagnostic


@dataclass(slots=True)
class Block:
    """The tags of one block, from the one that opens it to the one that closes it."""

    boundaries: list[Token]

    @property
    def opener(self) -> Token:
        """The tag that opens the block."""
        return self.boundaries[0]

    @property
    def nodes(self) -> list[Node]:
        """The places of the tags in the tree."""
        return [token.place for token in self.boundaries]


def find_blocks(root: Node, tokens: TokenTable) -> tuple[list[Block], list[Token]]:
    """Pair the tags of a part: return its blocks, outer ones first, and the tags that have no partner."""
    blocks: list[Block] = []
    open_blocks: list[Block] = []
    strays: list[Token] = []
    for node in tokens_in(root):
        token = tokens.of(node)
        if token.opens:
            open_blocks.append(Block([token]))
            blocks.append(open_blocks[-1])
        elif token.divides and open_blocks and open_blocks[-1].opener.keyword in _DIVIDED:
            open_blocks[-1].boundaries.append(token)
        elif token.closes and open_blocks and token.closes == open_blocks[-1].opener.keyword:
            open_blocks.pop().boundaries.append(token)
        elif token.divides or token.closes:
            strays.append(token)
    unfinished = [block.opener for block in open_blocks]
    return [block for block in blocks if block.opener not in unfinished], strays + unfinished


_DIVIDED: Final = frozenset({"if", "for"})


def unpaired(token: Token) -> Diagnostic:
    """Say that a tag has no partner; the language says it better, where it knows the tag."""
    return error(
        "unpaired-tag",
        "This tag opens or closes a block that has no other end.",
        "Every {% if %} needs an {% endif %}, every {% for %} an {% endfor %}.",
        token.location,
        token.snippet,
    )


_FIXED: Final = frozenset({"tr", "tc"})


def find_mixed_scopes(block: Block) -> Diagnostic | None:
    """Find a row loop that is closed by a plain tag, or the other way round."""
    letters = {token.prefix if token.prefix in _FIXED else "" for token in block.boundaries}
    if len(letters) == 1:
        return None
    letter = block.opener.prefix
    other = next(
        token for token in block.boundaries if (token.prefix in _FIXED or letter in _FIXED) and token.prefix != letter
    )
    written = "{%" + letter
    return error(
        "mixed-scopes",
        f"The block opened with {written} {block.opener.keyword} … %}} goes on here with another kind of tag.",
        f"Write {written} {other.keyword} %}}, the letters behind the brace must be the same in all tags of a block.",
        other.location,
        other.snippet,
    )


def verify(block: Block) -> Diagnostic | None:
    """Prove that the block is well-formed for any data: the same elements are open at each of its tags."""
    shapes = [shape(node) for node in block.nodes]
    if any(other != shapes[0] for other in shapes[1:]):
        return crossing(block, "The block opened here ends at another level of the document.")
    opener = block.opener
    if opener.captures:
        opener.writer = _kind_of(block)
    return None


def _kind_of(block: Block) -> int:
    """Return the writer that stands for what the block captures: text of one run, runs, paragraphs, rows or cells."""
    place = block.opener.place
    if place.getparent().tag == T:
        return RUN_TEXT
    return next((_KINDS[element.tag] for element in place.iterancestors() if element.tag in _KINDS), BLOCKS)


_KINDS: Final = {
    P: RUNS,
    TR: CELLS,
    TBL: ROWS,
    **dict.fromkeys(BLOCK_CONTAINERS - {SDT_CONTENT, w("customXml")}, BLOCKS),
}


def find_misprinted(root: Node, tokens: TokenTable, blocks: list[Block]) -> list[Diagnostic]:
    """Find where captured rows or cells are printed outside of tables, as far as their names tell."""
    names = {
        name.group(1): "rows" if block.opener.writer == ROWS else "cells"
        for block in blocks
        if block.opener.writer in (ROWS, CELLS) and (name := _NAME.match(block.opener.text))
    }
    if not names:
        return []
    return [
        _misprinted(token, name, names[name])
        for node in tokens_in(root)
        if (token := tokens.of(node)).is_output and ancestor(node, TBL) is None
        for name in _WORD.findall(token.text)
        if name in names
    ]


_NAME: Final = re.compile(r"\{%\s*(?:macro|set)\s+(\w+)")
_WORD: Final = re.compile(r"\w+")


def _misprinted(token: Token, name: str, what: str) -> Diagnostic:
    return error(
        "captured-structure",
        f"{name!r} holds table {what}, and is printed here outside of a table.",
        f"Print it in a table, in {'a row' if what == 'rows' else 'a cell'} of its own.",
        token.location,
        token.snippet,
    )


def crossing(block: Block, message: str) -> Diagnostic:
    closer = block.boundaries[-1]
    return error(
        "crossing-block",
        message,
        f"Its end is at {closer.location}: «{closer.snippet}». Put both tags into the same paragraph, or each alone "
        "into a paragraph, cell or row of its own.",
        block.opener.location,
        block.opener.snippet,
    )
