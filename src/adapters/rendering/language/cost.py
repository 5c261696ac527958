"""What work costs, in steps of fuel: a step is some 0.2 µs of work, or 16 bytes of memory.

Code that is generated once runs many times, so a loop, a macro and the template itself pay for the nodes of their
bodies before they run; what depends on the sizes of values is paid for by the operation that meets them.
"""

from collections.abc import Iterable
from typing import Any, Final

from jinja2 import nodes

# From this length on, a text, a list or an object counts by its size.
LONG_TEXT: Final = 64

# A loop over a text makes a text of each character: up to 84 bytes.
STEPS_PER_CHARACTER: Final = 6
# A list, a pair or a text that an operation puts into a list of its result.
STEPS_PER_PART: Final = 4
# A failed tag, or a missing value, that is noted with its place.
STEPS_PER_FINDING: Final = 30

_BYTES_PER_STEP_LOG: Final = 4
# Comparing each character of one text with each of another does so many in a step.
_PAIRS_PER_STEP_LOG: Final = 7

# Half steps of a node, where it is more than one.
_HALF_STEPS: Final[dict[type[nodes.Node], int]] = {
    nodes.TemplateData: 0,
    nodes.Pow: 400,
    nodes.Filter: 6,
    nodes.Call: 8,
    nodes.Test: 4,
    nodes.List: 10,
    nodes.Tuple: 10,
    nodes.Dict: 30,
    nodes.Pair: 14,
    nodes.AssignBlock: 20,
    nodes.CallBlock: 40,
    nodes.For: 12,
}
# A value that is printed: a text of its own in the output.
_PRINTED: Final = 4
_OF_FILTERS: Final = {"wordwrap": 200, "title": 20, "format": 30, "truncate": 6, "indent": 10, "wordcount": 10}
# What is paid for where it runs, and the expressions of it that run where it stands.
_APART: Final[dict[type[nodes.Node], tuple[str, ...]]] = {
    nodes.For: ("iter",),
    nodes.Macro: (),
    nodes.CallBlock: ("call",),
}


def size_cost(value: Any) -> int:
    """Return what a value of this size costs to be made, or to be passed once."""
    return int(value.__sizeof__()) >> _BYTES_PER_STEP_LOG


def pairs_cost(text: str, other: str) -> int:
    """Return what an operation costs that may compare each character of one text with each of the other."""
    return (len(text) * len(other)) >> _PAIRS_PER_STEP_LOG


def filter_cost(name: str) -> int:
    """Return what one call of a filter costs, apart from the sizes of its values."""
    return 3 + _OF_FILTERS.get(name, 0) // 2


def weight_of(body: Iterable[nodes.Node]) -> int:
    """Return the steps that one run of these nodes takes at most; inner loops and macros pay for themselves."""
    half_steps = 0
    waiting = list(body)
    while waiting:
        node = waiting.pop()
        half_steps += _HALF_STEPS.get(type(node), 1)
        if isinstance(node, nodes.Output):
            half_steps += sum(_PRINTED for child in node.nodes if not isinstance(child, nodes.TemplateData))
        elif isinstance(node, nodes.Filter):
            half_steps += _OF_FILTERS.get(node.name, 0)
        apart = _APART.get(type(node))
        if apart is None:
            waiting.extend(node.iter_child_nodes())
        else:
            waiting.extend(getattr(node, field) for field in apart)
    return 1 + half_steps // 2
