"""Reads Markdown: CommonMark, tables, ~~strike~~, task lists; HTML in it is text. Its time is linear in its length."""

from functools import lru_cache
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from adapters.rendering.markup.blocks import Block
from adapters.rendering.markup.builder import MAX_DEPTH, Builder
from adapters.rendering.markup.errors import MarkupError

# What the reader does for each of these in one paragraph grows with their number.
_MAX_BRACKETS: Final = 1_000
# An item is a level of its own beside its list, and so are a paragraph and its text; the builder counts exactly.
_NESTING: Final = 2 * MAX_DEPTH + 4
_BOXES: Final = {"[ ] ": "\u2610", "[x] ": "\u2612"}


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": _NESTING}).enable(["table", "strikethrough"])
    parser.core.ruler.before("inline", "limits", _check)
    # Which addresses are taken, the builder and whoever reads images decide.
    parser.validateLink = _take_any  # type: ignore[method-assign]  # the library's own way to replace it
    return parser


def _take_any(url: str) -> bool:  # noqa: ARG001  # the library names its argument
    return True


def _check(state: StateCore) -> None:
    """Refuse what would take long, or be left out without a word, before paragraphs are read."""
    for token in state.tokens:
        if token.nesting == 1 and token.level >= _NESTING - 1:
            raise MarkupError(f"Lists or quotations nest more than {MAX_DEPTH} deep.", "Write it flatter.")
        if token.type == "inline" and token.content.count("[") > _MAX_BRACKETS:
            message = f"A paragraph of Markdown has more than {_MAX_BRACKETS:,} opening brackets."
            raise MarkupError(message, "Divide it into several paragraphs.")


def read_markdown(text: str) -> tuple[Block, ...]:
    r"""Return the blocks of a Markdown text.

    Raises:
        MarkupError: it nests too deep, or has too many brackets in one paragraph.
    """
    if any(line.count("|") > _MAX_BRACKETS for line in text.split("\n")):
        message = f"A line of Markdown has more than {_MAX_BRACKETS:,} vertical bars."
        raise MarkupError(message, "Leave columns of the table out.")
    builder = Builder()
    tokens = _parser().parse(text)
    _tick(tokens)
    for token in tokens:
        _put(token, builder)
    return builder.blocks()


def _tick(tokens: list[Token]) -> None:
    """Show the boxes of task lists: [ ] and [x] at the beginning of an item."""
    for before, paragraph, inline in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if before.type != "list_item_open" or paragraph.type != "paragraph_open" or not inline.children:
            continue
        first = inline.children[0]
        if first.type == "text" and (box := _BOXES.get(first.content[:4].lower())):
            first.content = f"{box} {first.content[4:]}"


def _put(token: Token, builder: Builder) -> None:
    if token.type == "inline":
        for child in token.children or ():
            _put_inline(child, builder)
    elif token.type in ("fence", "code_block"):
        builder.start("pre", {})
        builder.text(token.content)
        builder.end("pre")
    elif token.nesting >= 0:
        builder.start(token.tag, {name: str(value) for name, value in token.attrs.items()})
    else:
        builder.end(token.tag)


def _put_inline(token: Token, builder: Builder) -> None:
    if token.type == "softbreak":
        builder.text(" ")
    elif token.type == "code_inline":
        builder.code(token.content)
    elif token.type == "image":
        builder.start("img", {"src": str(token.attrs.get("src", "")), "alt": _words(token.children or [])})
    elif not token.tag:
        builder.text(token.content)
    elif token.nesting >= 0:
        builder.start(token.tag, {name: str(value) for name, value in token.attrs.items()})
    else:
        builder.end(token.tag)


def _words(tokens: list[Token]) -> str:
    """Return the text of an image's description."""
    return "".join(token.content or _words(token.children or []) for token in tokens)
