"""Rules about conditions: what is always the same, asked twice, or compares a text with a number."""

import operator
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from jinja2 import nodes

from adapters.rendering.language.lint.found import Found
from adapters.rendering.language.lint.nodes_in_words import key_of, path_of
from domain.diagnostics import Severity

_ALWAYS: Final = {"eq": True, "lteq": True, "gteq": True, "ne": False, "lt": False, "gt": False}
_OPERATORS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "gt": operator.gt,
    "lteq": operator.le,
    "gteq": operator.ge,
}
_ORDER: Final = frozenset({"lt", "gt", "lteq", "gteq"})
_NUMERIC: Final = re.compile(r"\s*[-+]?\d[\d.,' \u00a0]*%?\s*")
_CURLY: Final = re.compile("[\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb\u00a0]")


def always(node: Any) -> bool | None:
    """Return what a condition always is, None where the data decides."""
    if isinstance(node, nodes.Const):
        return bool(node.value)
    if isinstance(node, (nodes.Tuple, nodes.List, nodes.Dict)):
        return bool(node.items)
    if isinstance(node, nodes.Not):
        inner = always(node.node)
        return None if inner is None else not inner
    if isinstance(node, (nodes.And, nodes.Or)):
        return _together(node)
    return _comparison(node) if isinstance(node, nodes.Compare) else None


def _together(node: nodes.And | nodes.Or) -> bool | None:
    sides, deciding = (always(node.left), always(node.right)), isinstance(node, nodes.Or)
    if deciding in sides or _are_opposite(node.left, node.right) or _exclude_each_other(node):
        return deciding
    return (not deciding) if None not in sides else None


def _are_opposite(one: nodes.Node, other: nodes.Node) -> bool:
    return any(
        isinstance(first, nodes.Not) and key_of(first.node) == key_of(second)
        for first, second in ((one, other), (other, one))
    )


def _exclude_each_other(node: nodes.And | nodes.Or) -> bool:
    """Tell whether one value is to be two constants at once, or has to differ from one of two."""
    return _two_constants(node, "ne" if isinstance(node, nodes.Or) else "eq") is not None


def _two_constants(node: nodes.And | nodes.Or, operator: str) -> tuple[str, Any, Any] | None:
    sides = [side for side in (node.left, node.right) if isinstance(side, nodes.Compare) and len(side.ops) == 1]
    values = [side.ops[0].expr for side in sides if side.ops[0].op == operator]
    if len(values) < 2 or key_of(sides[0].expr) != key_of(sides[1].expr):  # noqa: PLR2004  # both sides
        return None
    first, second = values
    if not isinstance(first, nodes.Const) or not isinstance(second, nodes.Const) or first.value == second.value:
        return None
    return path_of(sides[0].expr) or "name", first.value, second.value


def _comparison(node: nodes.Compare) -> bool | None:
    """Say what the comparison of a value with itself gives, or that of two constants."""
    if len(node.ops) != 1:
        return None
    one, operator, other = node.expr, node.ops[0].op, node.ops[0].expr
    if key_of(one) == key_of(other):
        return _ALWAYS.get(operator)
    if not isinstance(one, nodes.Const) or not isinstance(other, nodes.Const):
        return None
    compare = _OPERATORS.get(operator)
    try:
        return None if compare is None else bool(compare(one.value, other.value))
    except TypeError:  # a number and a text: an error of the render
        return None


def look_at_if(node: nodes.If) -> Iterator[Found]:
    """Look at all branches of a condition together."""
    branches = [node, *node.elif_]
    yield from _repeated(branches)
    for index, branch in enumerate(branches):
        truth = always(branch.test)
        if truth is None:
            yield from _constant_operand(branch.test)
            continue
        yield _constant(branch.test, truth=truth)
        if truth and (branches[index + 1 :] or node.else_):
            yield Found(
                branch.lineno,
                "unreachable-branch",
                "What follows in {% elif %} or {% else %} is never shown: this condition is always true.",
                "Delete the branches that follow, or mend this condition.",
            )
            return
    if node.else_ and _are_opposites(branches):
        yield Found(
            branches[-1].lineno,
            "unreachable-branch",
            "The {% else %} behind this condition is never shown: one of the conditions before it is always true.",
            "Write {% else %} in place of the last {% elif %}, or mend the conditions.",
        )


def look_at_choice(node: nodes.CondExpr) -> Iterator[Found]:
    """Look at {{ a if b else c }}."""
    truth = always(node.test)
    if truth is not None:
        yield _constant(node.test, truth=truth)
    else:
        yield from _constant_operand(node.test)


def look_at_chosen(node: nodes.For) -> Iterator[Found]:
    """Look at the condition of {% for a in b if c %}."""
    truth = None if node.test is None else always(node.test)
    if node.test is not None and truth is not None:
        yield _constant(node.test, truth=truth)


def _constant(test: Any, *, truth: bool) -> Found:
    word = "true" if truth else "false"
    if isinstance(test, (nodes.Tuple, nodes.List)) and not test.items:
        message, advice = "This condition is always false: the list in it is empty.", "Write the name of a list."
    elif isinstance(test, (nodes.Tuple, nodes.List)):
        message = "This condition is a list of values with commas, and a list is always true."
        advice = "For one of several values write {% if status in ['a', 'b'] %}; decimals have a point: 1.5."
    elif isinstance(test, nodes.Or) and (words := _or_words(test)):
        message, advice = (
            f"This condition is always true: '{words}' behind 'or' is a text, and a text is true.",
            (_each_with_name(test) or "Write the whole comparison on both sides of 'or'."),
        )
    elif isinstance(test, (nodes.And, nodes.Or)) and _exclude_each_other(test):
        message, advice = _excluding(test)
    elif isinstance(test, nodes.Const) and isinstance(test.value, str):
        message = f"This condition is always {word}: a text in quotes is no name of the data."
        advice = f"Write {{% if {test.value} %}} without quotes, if a value of that name is meant."
        if not test.value.replace(".", "").isidentifier():
            advice = "Write what it depends on, such as {% if paid %}."
    elif isinstance(test, nodes.Compare):
        what = "the same" if key_of(test.expr) == key_of(test.ops[0].expr) else "fixed values"
        message, advice = (
            f"This condition is always {word}: both sides are {what}.",
            "Compare with a value of the data.",
        )
    else:
        message = f"This condition is always {word}."
        advice = "Delete the condition, or write what it depends on; a note to yourself is written {# like this #}."
    return Found(test.lineno, "constant-condition", message, advice)


def _excluding(test: nodes.And | nodes.Or) -> tuple[str, str]:
    either = isinstance(test, nodes.Or)
    path, one, other = _two_constants(test, "ne" if either else "eq") or ("name", "a", "b")
    if either:
        message = (
            f"This condition is always true: {path} always differs from one of {_literal(one)} and {_literal(other)}."
        )
        return (
            message,
            f"Write {{% if {path} not in [{_literal(one)}, {_literal(other)}] %}}, or 'and' in place of 'or'.",
        )
    message = f"This condition is always false: {path} cannot be {_literal(one)} and {_literal(other)} at once."
    return message, f"Write {{% if {path} in [{_literal(one)}, {_literal(other)}] %}}, or 'or' in place of 'and'."


def _literal(value: Any) -> str:
    """Write a constant as it stands in a tag."""
    return repr(value) if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def _or_words(test: nodes.Or) -> str | None:
    for side in (test.right, test.left):
        if isinstance(side, nodes.Const) and isinstance(side.value, str) and side.value:
            return side.value
    return None


def _each_with_name(test: nodes.Or) -> str | None:
    """Write {% if x == 'a' or 'b' %} as it was meant."""
    one, other = test.left, test.right
    if not isinstance(other, nodes.Const) or not isinstance(one, nodes.Compare) or len(one.ops) != 1:
        return None
    path, first = path_of(one.expr), one.ops[0].expr
    if path is None or one.ops[0].op != "eq" or not isinstance(first, nodes.Const):
        return None
    return f"Write {{% if {path} in [{_literal(first.value)}, {_literal(other.value)}] %}}."


def _constant_operand(test: Any) -> Iterator[Found]:
    """Find an operand of 'and' and 'or' that decides nothing."""
    if not isinstance(test, (nodes.And, nodes.Or)):
        return
    for side in (test.left, test.right):
        truth = always(side)
        if truth is None:
            yield from _constant_operand(side)
        else:
            word = "and" if isinstance(test, nodes.And) else "or"
            message = f"One side of '{word}' is always {'true' if truth else 'false'}, whatever the data is."
            yield Found(
                side.lineno, "constant-condition", message, f"Write a whole comparison on both sides of '{word}'."
            )


def _repeated(branches: list[nodes.If]) -> Iterator[Found]:
    if len(branches) == 1:
        return
    seen: set[str] = set()
    for branch in branches:
        key = key_of(branch.test)
        if key in seen:
            message = "The same condition stands in an earlier branch already, so this one is never reached."
            yield Found(branch.lineno, "repeated-condition", message, "Change the condition, or delete the branch.")
        seen.add(key)


def _are_opposites(branches: list[nodes.If]) -> bool:
    keys = {key_of(branch.test) for branch in branches} if len(branches) > 1 else set()
    return any(isinstance(branch.test, nodes.Not) and key_of(branch.test.node) in keys for branch in branches)


def look_at_compare(node: nodes.Compare) -> Iterator[Found]:
    """Find numbers, and true and false, that are compared as texts, and signs that only look alike."""
    sides = [node.expr, *(operand.expr for operand in node.ops)]
    texts = [side for side in sides if isinstance(side, nodes.Const) and isinstance(side.value, str)]
    if not texts or len(texts) == len(sides):
        return
    ordered = any(operand.op in _ORDER for operand in node.ops)
    for side in texts:
        words: str = side.value
        if ordered and _NUMERIC.fullmatch(words):
            message = f'"{words}" in quotes is a text, and a number cannot be compared with a text.'
            advice = f"Write the number without quotes: {_plain(words)}."
            yield Found(node.lineno, "quoted-value", message, advice)
        elif words.strip().lower() in {"true", "false"}:
            message = f'"{words}" in quotes is a text; true and false of the data are none.'
            yield Found(node.lineno, "quoted-value", message, "Write {% if paid %} or {% if not paid %}.")
        if _CURLY.search(words):
            message = f"The text «{words[:40]}» holds a curly quotation mark or a fixed space, as Word writes them."
            advice = "It is equal to the very same signs in the data only; type the plain ones where those are meant."
            yield Found(node.lineno, "curly-text", message, advice, Severity.INFO)


def _plain(words: str) -> str:
    """Write a number as tags do: only the last sign between its digits, if it is no group of three, is a point."""
    digits = re.sub(r"[' \u00a0%]", "", words.strip())
    last = max(digits.rfind(","), digits.rfind("."))
    kinds = sum(sign in digits for sign in ",.")
    if last < 0 or (kinds == 1 and digits.count(digits[last]) > 1):
        return re.sub("[,.]", "", digits)
    return re.sub("[,.]", "", digits[:last]) + "." + digits[last + 1 :]
