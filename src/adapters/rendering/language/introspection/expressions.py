"""Reads expressions: constants, arithmetic and what is put together; the table of all readers."""

from collections.abc import Callable
from typing import Any, Final

from jinja2 import nodes

from adapters.rendering.language.introspection.conditions import ConditionReader
from adapters.rendering.language.introspection.data import Evidence
from adapters.rendering.language.introspection.values import (
    NO_CONSTANT,
    NUMBER,
    TEXT,
    Value,
    either,
)


class ExpressionReader(ConditionReader):
    """Gives the value of every expression and notes what it does with the data."""

    def read_const(self, node: nodes.Const) -> Value:
        value = node.value
        if isinstance(value, str):
            return Value(kind=Evidence.TEXT, constant=value)
        if isinstance(value, bool):
            return Value(kind=Evidence.LIKE_BOOLEAN, constant=value)
        return Value(constant=None) if value is None else Value(kind=Evidence.NUMBER, constant=value)

    def read_list(self, node: nodes.List | nodes.Tuple) -> Value:
        values = tuple(self.value(item) for item in node.items)
        for value in values:
            self.use(value, Evidence.NOTHING)
        constants = [value.constant for value in values]
        return Value(
            kind=Evidence.LISTED,
            constant=NO_CONSTANT if NO_CONSTANT in constants else constants,
            items=either(values) if values else None,
            parts=values,
        )

    def read_dict(self, node: nodes.Dict) -> Value:
        fields: dict[str, Value] = {}
        for pair in node.items:
            key, value = self.value(pair.key), self.value(pair.value)
            self.use(key, Evidence.ANY)
            self.use(value, Evidence.NOTHING)
            if isinstance(key.constant, str):
                fields[key.constant] = value
        return Value(kind=Evidence.OBJECT, fields=fields)

    def read_concat(self, node: nodes.Concat) -> Value:
        for child in node.nodes:
            self.use(self.value(child), Evidence.PRINTED)
        return TEXT

    def read_addition(self, node: nodes.Add) -> Value:
        left, right = self.value(node.left), self.value(node.right)
        kind = left.kind or right.kind
        if kind not in {Evidence.TEXT, Evidence.LISTED, Evidence.NUMBER}:
            self.use(left, Evidence.NOTHING)
            self.use(right, Evidence.NOTHING)
            return Value(terms=(left, right))
        self.use(left, kind)
        self.use(right, kind)
        return Value(kind=kind, terms=(left, right)) if kind is Evidence.LISTED else Value(kind=kind)

    def read_product(self, node: nodes.Mul) -> Value:
        left, right = self.value(node.left), self.value(node.right)
        repeated = {left.kind, right.kind} & {Evidence.TEXT, Evidence.LISTED}
        for side in (left, right):
            if side.kind not in repeated:
                self.use(side, Evidence.INTEGER if repeated else Evidence.NUMBER)
        return Value(kind=repeated.pop()) if len(repeated) == 1 else NUMBER

    def read_arithmetic(self, node: nodes.BinExpr) -> Value:
        self.use(self.value(node.left), Evidence.NUMBER)
        self.use(self.value(node.right), Evidence.NUMBER)
        return NUMBER

    def read_sign(self, node: nodes.Neg | nodes.Pos) -> Value:
        value = self.value(node.node)
        self.use(value, Evidence.NUMBER)
        if type(value.constant) is int:
            return Value(
                kind=Evidence.NUMBER, constant=-value.constant if isinstance(node, nodes.Neg) else value.constant
            )
        return NUMBER

    def read_filter(self, node: nodes.Filter) -> Value:
        raise NotImplementedError

    def read_call(self, node: nodes.Call) -> Value:
        raise NotImplementedError


_READERS: Final[dict[type[nodes.Node], Callable[[Any, Any], Value]]] = {
    nodes.Name: ExpressionReader.read_name,
    nodes.Getattr: ExpressionReader.read_getattr,
    nodes.Getitem: ExpressionReader.read_getitem,
    nodes.Const: ExpressionReader.read_const,
    nodes.List: ExpressionReader.read_list,
    nodes.Tuple: ExpressionReader.read_list,
    nodes.Dict: ExpressionReader.read_dict,
    nodes.Concat: ExpressionReader.read_concat,
    nodes.Add: ExpressionReader.read_addition,
    nodes.Mul: ExpressionReader.read_product,
    **dict.fromkeys((nodes.Sub, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Pow), ExpressionReader.read_arithmetic),
    **dict.fromkeys((nodes.Neg, nodes.Pos), ExpressionReader.read_sign),
    nodes.Compare: ExpressionReader.read_compare,
    nodes.Test: ExpressionReader.read_test,
    **dict.fromkeys((nodes.Not, nodes.And, nodes.Or), ExpressionReader.read_logic),
    nodes.CondExpr: ExpressionReader.read_conditional,
    nodes.Filter: lambda reader, node: reader.read_filter(node),
    nodes.Call: lambda reader, node: reader.read_call(node),
}

ExpressionReader.readers = _READERS
