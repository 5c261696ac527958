"""Rules about calls of macros: what they are given, and where they are defined."""

from collections.abc import Callable, Container, Iterator
from typing import Any, Final

from jinja2 import nodes

from adapters.rendering.language.lint.found import Found
from domain.diagnostics import Severity

_DEFAULTS: Final = frozenset({"default", "d"})


def look_at_macro_call(call: nodes.Call, macro: nodes.Macro, needed: Callable[[], Container[str]]) -> Iterator[Found]:
    """Compare what a macro is given with what it takes, and where that is less, with what it needs."""
    names = [argument.name for argument in macro.args]
    given = [*names[: len(call.args)], *(str(keyword.key) for keyword in call.kwargs)]
    use = f"Write {{{{ {macro.name}({_listed(names)}) }}}}."
    if len(call.args) > len(names) or not set(given) <= set(names) or len(given) > len(set(given)):
        takes = _listed(names) or "nothing"
        message = f"The macro {macro.name} takes {takes}, and is called with something else."
        yield Found(call.lineno, "wrong-arguments", message, use, Severity.ERROR)
        return
    required = names[: len(names) - len(macro.defaults)]
    absent = set(required).difference(given)
    lacking = [name for name in required if name in absent and name in needed()] if absent else []
    if lacking:
        message = f"The macro {macro.name} uses {_listed(lacking)}, and is called without."
        yield Found(call.lineno, "wrong-arguments", message, use)


def _listed(names: list[str]) -> str:
    return ", ".join([*names[:_SHOWN], "…"] if len(names) > _SHOWN else names)


# A finding does not grow with the macro that it is about: there may be thousands of them.
_SHOWN: Final = 10


def look_at_early_call(call: nodes.Call, name: str, macros: list[nodes.Macro]) -> Iterator[Found]:
    """Find a call above the macro that it is about."""
    if macros and all(macro.lineno > call.lineno for macro in macros):
        message = f"The macro {name} is called here, and defined further down."
        yield Found(call.lineno, "unknown-function", message, "Move the macro above this tag.", Severity.ERROR)


def needed_by(macro: nodes.Macro) -> set[str]:
    """Name what a macro prints or calculates with, and never asks whether it is there."""
    used = {name.name for node in macro.body for name in _names(node)}
    asked: set[str] = set()
    for node in macro.find_all((nodes.Filter, nodes.Test, nodes.If, nodes.CondExpr, nodes.And, nodes.Or, nodes.Not)):
        asked |= {name.name for name in _names(_asked_of(node))}
    return used - asked


def _asked_of(node: Any) -> nodes.Node | None:
    if isinstance(node, nodes.Filter) and node.name not in _DEFAULTS:
        return None
    if isinstance(node, (nodes.If, nodes.CondExpr)):
        return node.test
    return getattr(node, "node", None) or getattr(node, "left", None)


def _names(node: nodes.Node | None) -> list[nodes.Name]:
    if node is None:
        return []
    return [node] if isinstance(node, nodes.Name) else list(node.find_all(nodes.Name))
