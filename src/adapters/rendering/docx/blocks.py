"""Where blocks begin and end: which tags belong together, and the proof that no data can break the document.

Every boundary of a block ({% for %}, {% else %}, {% endfor %}) must stand where the same elements are open: then what
lies between two of them is well-formed on its own, whatever the data leaves out or repeats. levels.py looks for the
level that the author meant; here each block is checked when that is done.
"""

from dataclasses import dataclass
from typing import Final

from adapters.rendering.docx.findings import error
from adapters.rendering.docx.tokens import CAPTURES, Token, TokenTable
from adapters.rendering.docx.tree import Node, T, shape, tokens_in
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


def verify(block: Block, tokens: TokenTable) -> Diagnostic | None:
    """Prove that the block is well-formed for any data: the same elements are open at each of its tags."""
    shapes = [shape(node) for node in block.nodes]
    if any(other != shapes[0] for other in shapes[1:]):
        return crossing(block, "The block opened here ends at another level of the document.")
    opener = block.opener
    if opener.keyword in CAPTURES and not _is_plain_text(block):
        return error(
            "captured-structure",
            f"What {{% {opener.keyword} %}} captures must be text in one paragraph and one formatting.",
            "Write the block in one paragraph, without line breaks, pictures and changes of formatting.",
            opener.location,
            opener.snippet,
        )
    if "recursive" in opener.text and opener.keyword == "for":
        return _verify_recursion(block, tokens)
    return None


def _is_plain_text(block: Block) -> bool:
    """Tell whether nothing but text and tags stands between the boundaries: they are siblings in one w:t."""
    parent = block.opener.place.getparent()
    return parent.tag == T and all(node.getparent() is parent for node in block.nodes)


def _verify_recursion(block: Block, tokens: TokenTable) -> Diagnostic | None:
    """A recursive call prints the loop's body where it stands: only at the loop's own level that is well-formed."""
    first = block.nodes[0]
    for node in tokens_in(first.getroottree().getroot()):
        token = tokens.of(node)
        if token.is_output and "loop(" in token.text.replace(" ", "") and shape(node) != shape(first):
            return crossing(block, "This loop calls itself at another level of the document than it stands on.")
    return None


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
