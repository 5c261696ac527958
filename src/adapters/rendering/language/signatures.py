"""What filters and tests take, and whether what a template gives them fits."""

import inspect
from collections.abc import Callable
from typing import Any, Final

from jinja2 import nodes

_MISFITS: Final = (
    ("missing a required argument: ", "lacks {}"),
    ("too many positional arguments", "is given more than it takes"),
    ("got an unexpected keyword argument ", "does not know the argument {}"),
    ("multiple values for argument ", "is given {} twice"),
)


def constant_arguments(node: nodes.Filter, function: Callable[..., Any], given: int) -> dict[str, Any]:
    """Return the arguments of a filter that are constants, by their names; those of *names as a list."""
    arguments = {str(keyword.key): keyword.value for keyword in node.kwargs}
    try:
        bound = inspect.signature(function).bind(*[None] * given, *node.args, **arguments).arguments
    except TypeError:
        return {}
    found: dict[str, Any] = {}
    for name, value in bound.items():
        if isinstance(value, nodes.Const):
            found[name] = value.value
        elif isinstance(value, tuple):
            found[name] = [each.value for each in value if isinstance(each, nodes.Const)]
    return found


def misfit(node: nodes.Filter | nodes.Test, function: Callable[..., Any], given: int) -> tuple[str, str] | None:
    """Say in words what is wrong with the arguments, and how it is written; None where they fit.

    `given` arguments come before those of the template.
    """
    try:
        signature = inspect.signature(function)
    except ValueError:
        return None
    try:
        signature.bind(*[None] * (given + len(node.args)), **{str(keyword.key): None for keyword in node.kwargs})
    except TypeError as error:
        return _in_words(str(error)), _usage(node.name, signature, given)
    return None


def _in_words(words: str) -> str:
    """Say in words why arguments do not fit a signature."""
    for beginning, saying in _MISFITS:
        if words.startswith(beginning):
            return saying.format(words.removeprefix(beginning))
    return f"is given the wrong arguments: {words}"


def _usage(name: str, signature: inspect.Signature, given: int) -> str:
    """Show what a filter or a test takes, as it is written in a template."""
    taken = [
        parameter.name if parameter.default is parameter.empty else f"{parameter.name}=…"
        for parameter in list(signature.parameters.values())[given:]
    ]
    return f"Write it as {name}({', '.join(taken)})." if taken else f"Write {name} without anything in brackets."
