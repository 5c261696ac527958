"""In which blocks the elements of a part stand, once all tags are where they belong."""

from collections.abc import Iterable, Iterator
from typing import Final

from lxml import etree

from adapters.rendering.docx.tokens import Token, TokenTable
from adapters.rendering.docx.tree import Node, is_token

_LOOP: Final = "for"


class Scope:
    """The blocks that are open at a place, outer ones first, each with its branch (if, elif, else)."""

    __slots__ = ("blocks", "loops")

    def __init__(self, blocks: tuple[tuple[Token, int], ...]) -> None:
        self.blocks = blocks
        # What is captured may be put out several times too; the {% else %} of a loop is no round of it.
        self.loops: tuple[Token, ...] = tuple(
            token for token, branch in blocks if (token.keyword == _LOOP and not branch) or token.captures
        )

    @property
    def loop(self) -> Token | None:
        """The innermost loop."""
        return self.loops[-1] if self.loops else None


_NOWHERE: Final = Scope(())


def scopes_of(
    root: Node, tokens: TokenTable, tags: Iterable[str], *, with_tokens: bool = False
) -> Iterator[tuple[Node, Scope]]:
    """Give every element that has one of these names, with the blocks around it, in the order of the document.

    With `with_tokens`, tags that have to do with no block are given too.
    """
    open_blocks: list[tuple[Token, int]] = []
    scope = _NOWHERE
    for node in root.iter(etree.PI, *tags):
        if not is_token(node):
            yield node, scope
            continue
        token = tokens.of(node)
        if token.opens:
            open_blocks.append((token, 0))
        elif token.divides and open_blocks:
            opener, branch = open_blocks[-1]
            open_blocks[-1] = (opener, branch + 1)
        elif token.closes and open_blocks:
            open_blocks.pop()
        else:
            if with_tokens:
                yield node, scope
            continue
        scope = Scope(tuple(open_blocks))
