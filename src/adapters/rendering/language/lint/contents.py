"""Rules about single tags and blocks: what is empty, loops over what is no list, numbers that mean something else."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from jinja2 import nodes

from adapters.rendering.language.environment import tag_source
from adapters.rendering.language.lint.found import Found
from adapters.rendering.language.lint.nodes_in_words import is_empty, path_of
from adapters.rendering.language.nesting import word_of
from adapters.rendering.language.segments import Tag
from domain.diagnostics import Severity

_PAIRS: Final = frozenset({"items", "keys", "values"})
_THOUSANDTHS: Final = -3


def look_at_loop(node: nodes.For, tags: list[Tag]) -> Iterator[Found]:
    """Look at what a loop runs over, and at what it repeats."""
    if is_empty(node.body) and not _is_meant(node, tags):
        yield Found(
            node.lineno,
            "empty-block",
            "Nothing stands between this loop and its {% endfor %}, so it prints nothing.",
            "Put what is to be repeated between the two tags.",
        )
    over = node.iter
    if isinstance(over, nodes.Const):
        yield _over_constant(node.lineno, over)
    elif isinstance(over, nodes.Getattr) and over.attr in _PAIRS and isinstance(node.target, nodes.Tuple):
        yield Found(
            node.lineno,
            "missing-brackets",
            f"{path_of(over) or over.attr} without brackets is a value of the data with the name '{over.attr}'.",
            f"Write {path_of(over) or over.attr}() for the pairs of an object.",
        )


def _over_constant(line: int, over: nodes.Const) -> Found:
    if isinstance(over.value, str):
        message = "This loop runs over the letters of a text in quotes, one by one."
        name = over.value if over.value.replace(".", "").isidentifier() else "items"
        return Found(line, "loop-over-value", message, f"Write the name of a list without quotes: {name}.")
    if isinstance(over.value, (int, Decimal)) and not isinstance(over.value, bool):
        message = "This loop runs over a number, and a loop needs a list."
        return Found(line, "loop-over-value", message, f"To count, write range({over.value}).")
    return Found(line, "loop-over-value", "This loop runs over no list.", "Write the name of a list of the data.")


def look_at_branches(node: nodes.If, tags: list[Tag]) -> Iterator[Found]:
    """Find branches of a condition with nothing in them."""
    for branch in (node, *node.elif_):
        if not is_empty(branch.body) or _is_meant(branch, tags):
            continue
        if branch is node and node.else_ and not node.elif_:
            advice = "Turn the condition around, {% if not … %}, and delete the {% else %}."
        else:
            advice = "Put what depends on it between the two tags, or delete them."
        yield Found(
            branch.lineno, "empty-block", "Nothing stands between this condition and the tag that ends it.", advice
        )


def _is_meant(node: nodes.Node, tags: list[Tag]) -> bool:
    """Tell whether a comment follows, or the tag is not its author's own: a format has made it of another one."""
    tag = tags[node.lineno - 1]
    return word_of(tag_source(tag)) not in tag.snippet or (
        node.lineno < len(tags) and tags[node.lineno].text.startswith("{#")
    )


def look_at_item(node: nodes.Getitem) -> Iterator[Found]:
    """Find {{ items[] }}, which Jinja reads as a look-up of nothing."""
    if isinstance(node.arg, nodes.Tuple) and not node.arg.items:
        path = path_of(node.node) or "items"
        advice = f"Write {path}[0] for the first one, or {{% for item in {path} %}} for all of them."
        yield Found(node.lineno, "syntax-error", "Between [ and ] something is missing.", advice, Severity.ERROR)


def look_at_constant(node: nodes.Const) -> Iterator[Found]:
    """Find numbers whose point was meant to group digits."""
    value = node.value
    if type(value) is not Decimal or abs(value) < 1:
        return
    parts = value.as_tuple()
    if parts.exponent == _THOUSANDTHS and parts.digits[-1] == 0:
        whole = format(value, "f")
        message = f"The point in {whole} separates decimals: this is {value.normalize():f}."
        advice = f"If {whole.replace('.', '')} is meant, write it without a point."
        yield Found(node.lineno, "thousands-separator", message, advice)
