"""The tags of python-docx-template that are about their table cell: cellbg, colspan, hm and vm."""

import re
from collections.abc import Callable
from typing import Final

from lxml import etree

from adapters.rendering.docx.findings import error
from adapters.rendering.docx.tokens import Token, TokenTable
from adapters.rendering.docx.tree import (
    TC,
    TCPR,
    Node,
    T,
    ancestor,
    prune_run,
    put_after,
    put_before,
    take,
    tokens_in,
    w,
)
from adapters.rendering.docx.writers import ATTRIBUTE, COLOUR, SPAN
from domain.diagnostics import Diagnostic

# The order of a cell's properties (ECMA-376 part 1, 17.4.69).
_ORDER: Final = [
    w(name)
    for name in (
        "cnfStyle", "tcW", "gridSpan", "hMerge", "vMerge", "tcBorders", "shd", "noWrap", "tcMar", "textDirection",
        "tcFitText", "vAlign", "hideMark",
    )
]  # fmt: skip
_ARGUMENT: Final = re.compile(r"\{%\s*\w+\s*(.*?)\s*%\}", re.DOTALL)
_FIRST: Final = "{% if loop.first %}"


def apply_cell_tags(root: Node, tokens: TokenTable) -> list[Diagnostic]:
    """Turn every cell tag into properties and conditions of its cell."""
    findings = []
    for node in tokens_in(root):
        token = tokens.of(node)
        if not token.is_cell_tag:
            continue
        cell = ancestor(node, TC)
        argument = _ARGUMENT.match(token.text)
        if cell is None:
            findings.append(_outside(token))
            take(node)
        elif argument is not None and not argument.group(1) and token.keyword in _WITH_ARGUMENT:
            findings.append(_without_argument(token))
            take(node)
        else:
            _TAGS[token.keyword](cell, token, argument.group(1) if argument else "", tokens)
            text = node.getparent()
            take(node)
            prune_run(text)
    return findings


def _like(token: Token, text: str, writer: int = 0) -> Token:
    """Make a tag that its author wrote in other words."""
    return Token(text, token.location, token.snippet, writer)


def _property(cell: Node, name: str) -> Node:
    """Return a new property of a cell in place of the old one; the old one's attributes are kept."""
    properties = cell.find(TCPR)
    if properties is None:
        properties = etree.Element(TCPR)
        cell.insert(0, properties)
    found = properties.find(w(name))
    if found is not None:
        return found
    rank = _ORDER.index(w(name))
    new = etree.Element(w(name))
    follower = next((child for child in properties if child.tag in _ORDER[rank + 1 :]), None)
    if follower is None:
        properties.append(new)
    else:
        follower.addprevious(new)
    return new


def _expression(token: Token, expression: str, writer: int, tokens: TokenTable) -> str:
    return tokens.in_attribute(_like(token, f"{{{{ {expression} }}}}", writer))


def _colspan(cell: Node, token: Token, argument: str, tokens: TokenTable) -> None:
    _property(cell, "gridSpan").set(w("val"), _expression(token, argument, SPAN, tokens))


def _cellbg(cell: Node, token: Token, argument: str, tokens: TokenTable) -> None:
    shading = _property(cell, "shd")
    shading.attrib.clear()
    shading.set(w("val"), "clear")
    shading.set(w("color"), "auto")
    shading.set(w("fill"), _expression(token, argument, COLOUR, tokens))


def _hm(cell: Node, token: Token, _argument: str, tokens: TokenTable) -> None:
    """Show the cell in the first round of its loop only, as wide as all rounds together."""
    span = _property(cell, "gridSpan")
    before = span.get(w("val"), "1")
    width = f"{before} * loop.length" if before.isdigit() and before != "1" else "loop.length"
    span.set(w("val"), _expression(token, width, SPAN, tokens))
    put_before(cell, _node(_like(token, _FIRST), tokens))
    put_after(cell, _node(_like(token, "{% endif %}"), tokens))


def _vm(cell: Node, token: Token, _argument: str, tokens: TokenTable) -> None:
    """Merge the cell with those of the other rounds; what stands up to the tag's own text is printed once."""
    value = [tokens.in_attribute(_like(token, text, ATTRIBUTE)) for text in (_FIRST, "{% else %}", "{% endif %}")]
    _property(cell, "vMerge").set(w("val"), f"{value[0]}restart{value[1]}continue{value[2]}")
    first, last = next(cell.iter(T)), token.end_text
    if last is None or last.getparent() is None:
        last = token.place.getparent()
    opener, closer = _node(_like(token, _FIRST), tokens), _node(_like(token, "{% endif %}"), tokens)
    opener.tail, first.text = first.text, None
    first.insert(0, opener)
    last.append(closer)


def _node(token: Token, tokens: TokenTable) -> Node:
    token.node = etree.PI("t", str(tokens.add(token)))
    return token.node


def _outside(token: Token) -> Diagnostic:
    return error(
        "scope-outside-table",
        f"{{% {token.keyword} %}} is about a table cell, and stands in none.",
        "Move it into a cell.",
        token.location,
        token.snippet,
    )


def _without_argument(token: Token) -> Diagnostic:
    return error(
        "syntax-error",
        f"Something is missing behind {token.keyword!r}.",
        f"Write {_WITH_ARGUMENT[token.keyword]}, with a fixed value or one of the data.",
        token.location,
        token.snippet,
    )


_WITH_ARGUMENT: Final = {"cellbg": "{% cellbg 'FFFF00' %}", "colspan": "{% colspan 2 %}"}
_TAGS: Final[dict[str, Callable[[Node, Token, str, TokenTable], None]]] = {
    "colspan": _colspan,
    "cellbg": _cellbg,
    "hm": _hm,
    "vm": _vm,
}
