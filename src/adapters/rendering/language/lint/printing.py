"""Rules about what a tag prints: lists that no data can make printable."""

from collections.abc import Iterator
from typing import Any, Final

from jinja2 import nodes

from adapters.rendering.language.lint.found import Found
from adapters.rendering.language.lint.nodes_in_words import path_of
from domain.diagnostics import Severity

# What always gives a list: of single values, that can be joined, or of groups and pairs, that need a loop.
_LISTS: Final = frozenset({"list", "sort", "unique", "map", "select", "reject", "selectattr", "rejectattr"})
_GROUPS: Final = frozenset({"batch", "slice", "groupby", "dictsort", "items"})
_METHODS: Final = frozenset({"keys", "values", "split", "rsplit", "splitlines", "partition", "rpartition"})


def look_at_output(node: nodes.Output) -> Iterator[Found]:
    """Find lists that are printed as they are."""
    for printed in node.nodes:
        advice = _advice(printed)
        if advice is not None:
            message = "This tag prints a list, and a list cannot be printed as it is."
            yield Found(printed.lineno, "unprintable-value", message, advice, Severity.ERROR)


def _advice(printed: Any) -> str | None:
    if isinstance(printed, nodes.Filter) and printed.name in _GROUPS:
        return f"Loop over it: {{% for part in {path_of(printed.node) or '…'} | {printed.name}{_brackets(printed)} %}}."
    if isinstance(printed, nodes.Filter) and printed.name in _LISTS:
        return "Write | join(', ') behind it, or loop over it with {% for item in … %}."
    if isinstance(printed, nodes.Call):
        target = printed.node
        if isinstance(target, nodes.Name) and target.name == "range":
            return "Loop over it: {% for number in range(…) %}."
        if isinstance(target, nodes.Getattr) and target.attr in _METHODS:
            return "Write | join(', ') behind it, or loop over it with {% for item in … %}."
    return None


def _brackets(node: nodes.Filter) -> str:
    return "(…)" if node.args or node.kwargs else ""
