"""Reads comparisons, tests and conditions: what they say about the data, and what is there where they hold."""

from typing import Any, Final

from jinja2 import nodes

from adapters.rendering.language.introspection.data import Datum, Evidence
from adapters.rendering.language.introspection.lookups import LookupReader
from adapters.rendering.language.introspection.values import (
    NO_CONSTANT,
    TRUTH,
    Value,
    certain,
    either,
    where_true,
)

_PRESENCE: Final = frozenset({"defined", "undefined", "none"})
_DEFAULTS: Final = frozenset({"default", "d"})
# As a condition, these may be missing without harm.
_MAY_BE_MISSING: Final = (nodes.Name, nodes.Getattr, nodes.Getitem, nodes.CondExpr)
SIGNS: Final = {"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge", "lteq": "le", "gteq": "ge"}
_EQUALITIES: Final = frozenset({"eq", "ne", "equalto", "sameas"})
_ORDERS: Final = frozenset({"lt", "le", "gt", "ge", "lessthan", "greaterthan"})
_TESTED_KINDS: Final = {
    **dict.fromkeys(("odd", "even", "divisibleby"), Evidence.NUMBER),
    **dict.fromkeys(("lower", "upper"), Evidence.TEXT),
}
_LIKE: Final = {
    Evidence.TEXT: Evidence.LIKE_TEXT,
    Evidence.NUMBER: Evidence.LIKE_NUMBER,
    Evidence.LIKE_BOOLEAN: Evidence.LIKE_BOOLEAN,
    Evidence.LISTED: Evidence.LIKE_LIST,
}
# The places that are there where a condition is true, and where it is false.
Given = tuple[list[Datum], list[Datum]]


class ConditionReader(LookupReader):
    """Gives the value of comparisons and conditions and notes what they say about the data."""

    # -- comparisons and tests

    def read_compare(self, node: nodes.Compare) -> Value:
        left = self.value(node.expr)
        for operand in node.ops:
            right = self.value(operand.expr)
            self.compare(SIGNS.get(operand.op, operand.op), left, right)
            left = right
        return TRUTH

    def compare(self, sign: str, left: Value, right: Value, *, demand: bool = True) -> None:
        """Note what a comparison says about both sides."""
        if sign in {"in", "notin"}:
            self._note_contents(left, right, demand=demand)
            return
        for side, other in ((left, right), (right, left)):
            if sign in _EQUALITIES and other.constant is not NO_CONSTANT:
                _note_constants(side, [other.constant])
            self.use(side, _told_by(other, sign), demand=demand)
        if sign in _ORDERS:
            for one in left.refs:
                for another in right.refs:
                    one.datum.like.append(another.datum)
                    another.datum.like.append(one.datum)

    def _note_contents(self, left: Value, right: Value, *, demand: bool) -> None:
        evidence = Evidence.ANY
        if isinstance(right.constant, list) and right.constant:
            _note_constants(left, right.constant)
            evidence = _LIKE.get(right.items.kind, Evidence.ANY) if right.items and right.items.kind else evidence
        elif right.kind is Evidence.TEXT:
            evidence = Evidence.TEXT
        self.use(left, evidence, demand=demand)
        self.use(right, Evidence.COUNTED, demand=demand)

    def read_test(self, node: nodes.Test) -> Value:
        value = self.value(node.node)
        if node.name in _PRESENCE:
            self.use(value, Evidence.NOTHING, demand=False)
            self.spare(value)
            return TRUTH
        arguments = [self.value(argument) for argument in node.args]
        sign = SIGNS.get(node.name, node.name)
        if arguments and sign in _EQUALITIES | _ORDERS | {"in"}:
            self.compare(sign, value, arguments[0])
            return TRUTH
        for each in (value, *arguments):
            self.use(each, _TESTED_KINDS.get(node.name, Evidence.ANY))
        return TRUTH

    # -- conditions

    def condition(self, node: nodes.Node) -> Given:
        """Note what a condition tests, and return what is there where it is true, and where it is false."""
        return self._assess(node)[1]

    def _assess(self, node: nodes.Node) -> tuple[Value, Given]:
        """Return a value and what its truth says, in one: operands are read once, however deep they nest."""
        if isinstance(node, nodes.Not):
            _, (present, absent) = self._assess(node.node)
            return TRUTH, (absent, present)
        if isinstance(node, (nodes.And, nodes.Or)):
            return self._junction(node)
        if isinstance(node, nodes.Test) and node.name in _PRESENCE:
            value = self.value(node.node)
            self.use(value, Evidence.NOTHING, demand=False)
            self.spare(value)
            return TRUTH, ([], certain(value)) if node.name == "undefined" else (certain(value), [])
        value = self.value(node)
        lenient = isinstance(node, _MAY_BE_MISSING) or (isinstance(node, nodes.Filter) and node.name in _DEFAULTS)
        self.use(value, Evidence.TESTED, demand=not lenient)
        if isinstance(node, nodes.Filter) and lenient:
            # What replaces it is false: where the whole is true, it was there.
            replaced = not node.args or (isinstance(node.args[0], nodes.Const) and not node.args[0].value)
            return value, ([ref.datum for ref in value.refs] if replaced and len(value.refs) == 1 else [], [])
        return value, (certain(value) if lenient else [], [])

    def _junction(self, node: nodes.And | nodes.Or) -> tuple[Value, Given]:
        both = isinstance(node, nodes.And)
        left, (present, absent) = self._assess(node.left)
        with self.given(present if both else absent):
            right, (right_present, right_absent) = self._assess(node.right)
        if both:
            return either([left, right]), (present + right_present, _common(absent, present + right_absent))
        return either([where_true(left), right]), (_common(present, absent + right_present), absent + right_absent)

    def read_logic(self, node: nodes.Not | nodes.And | nodes.Or) -> Value:
        return self._assess(node)[0]

    def read_conditional(self, node: nodes.CondExpr) -> Value:
        present, absent = self.condition(node.test)
        with self.given(present):
            values = [self.value(node.expr1)]
        if node.expr2 is not None:
            with self.given(absent):
                values.append(self.value(node.expr2))
        return either(values)


def _told_by(other: Value, sign: str) -> Evidence:
    """Say what a comparison with this value tells about the other side."""
    if sign in _EQUALITIES:
        return _LIKE.get(other.kind, Evidence.ANY) if other.kind else Evidence.ANY
    return other.kind if other.kind in {Evidence.TEXT, Evidence.NUMBER} else Evidence.ORDERED


def _common(one: list[Datum], other: list[Datum]) -> list[Datum]:
    return [datum for datum in one if datum in other]


def _note_constants(value: Value, constants: list[Any]) -> None:
    for ref in value.refs:
        for constant in constants:
            ref.datum.note_constant(constant, ref.datum.constants)
