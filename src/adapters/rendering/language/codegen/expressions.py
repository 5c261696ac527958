"""Generates operators, conditions, filters, tests and calls."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from jinja2 import nodes
from jinja2.compiler import Frame
from typing_extensions import override

from adapters.rendering.language.codegen.lookups import LookupGenerator
from adapters.rendering.language.filters import FILTERS

_OPERATORS: Final = {
    "eq": "equal",
    "ne": "not_equal",
    "lt": "less",
    "lteq": "less_or_equal",
    "gt": "greater",
    "gteq": "greater_or_equal",
    "in": "contains",
    "notin": "lacks",
}
_DEFAULTS: Final = ("default", "d")
_TEST_NAMES: Final = {"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}


class ExpressionGenerator(LookupGenerator):
    """Writes expressions."""

    @override
    def _lenient(self, node: nodes.Node, frame: Frame) -> None:
        if isinstance(node, nodes.Name):
            self._name(node, frame, lenient=True)
        elif isinstance(node, nodes.Getattr):
            self._lookup(node, node.attr, frame, lenient=True)
        elif isinstance(node, nodes.Getitem):
            self._getitem(node, frame, lenient=True)
        elif isinstance(node, (nodes.And, nodes.Or)):
            self._either(node, frame, lenient=True)
        elif isinstance(node, nodes.CondExpr):
            self._conditional(node, frame, lenient=True)
        else:
            self.visit(node, frame)

    def _truth(self, node: nodes.Node, frame: Frame) -> None:
        if isinstance(node, (nodes.And, nodes.Or)):
            self.write("(")
            self._truth(node.left, frame)
            self.write(" and " if isinstance(node, nodes.And) else " or ")
            self._truth(node.right, frame)
            self.write(")")
        elif isinstance(node, nodes.Not):
            self.write("(not ")
            self._truth(node.node, frame)
            self.write(")")
        else:
            self._lenient(node, frame)

    @override
    def visit_Not(self, node: nodes.UnaryExpr, frame: Frame) -> None:
        self._truth(node, frame)

    @override
    def visit_And(self, node: nodes.BinExpr, frame: Frame) -> None:
        self._either(node, frame, lenient=False)

    @override
    def visit_Or(self, node: nodes.BinExpr, frame: Frame) -> None:
        self._either(node, frame, lenient=False)

    def _either(self, node: nodes.BinExpr, frame: Frame, *, lenient: bool) -> None:
        self.write("(")
        self._lenient(node.left, frame)
        self.write(" and " if isinstance(node, nodes.And) else " or ")
        (self._lenient if lenient else self.visit)(node.right, frame)
        self.write(")")

    @override
    def visit_CondExpr(self, node: nodes.CondExpr, frame: Frame) -> None:
        self._conditional(node, frame, lenient=False)

    def _conditional(self, node: nodes.CondExpr, frame: Frame, *, lenient: bool) -> None:
        visit = self._lenient if lenient else self.visit
        self.write("(")
        visit(node.expr1, frame)
        self.write(" if ")
        self._truth(node.test, frame)
        self.write(" else ")
        if node.expr2 is None:
            self.write("None")
        else:
            visit(node.expr2, frame)
        self.write(")")

    @override
    def visit_Const(self, node: nodes.Const, frame: Frame) -> None:
        if isinstance(node.value, Decimal):
            self._constants.append(str(node.value))
            self.write(f"k{len(self._constants) - 1}")
        else:
            self.write(repr(node.value))

    @override
    def visit_Tuple(self, node: nodes.Tuple, frame: Frame) -> None:
        self._items("[", "]", node.items, frame)

    @override
    def visit_List(self, node: nodes.List, frame: Frame) -> None:
        self._items("[", "]", node.items, frame)

    @override
    def visit_Dict(self, node: nodes.Dict, frame: Frame) -> None:
        # {'$link': …} in a tag stands for the same as in the data.
        is_typed = any(isinstance(pair.key, nodes.Const) and str(pair.key.value)[:1] == "$" for pair in node.items)
        if is_typed:
            self.write("s.typed(")
        self._begin("make_dict")
        for pair in node.items:
            self.visit(pair.key, frame)
            self.write(", ")
            self.visit(pair.value, frame)
            self.write(", ")
        self.write("))" if is_typed else ")")

    def _items(self, before: str, after: str, items: Sequence[nodes.Expr], frame: Frame) -> None:
        self.write("s.op(make_list, " if self.careful else before)
        for item in items:
            self.visit(item, frame)
            self.write(", ")
        self.write(")" if self.careful else after)

    def _binary(self, function: str, node: nodes.BinExpr, frame: Frame) -> None:
        self.write("s.built(")
        self._begin(function)
        self.visit(node.left, frame)
        self.write(", ")
        self.visit(node.right, frame)
        self.write("))")

    @override
    def visit_Add(self, node: nodes.BinExpr, frame: Frame) -> None:
        self._binary("add", node, frame)

    @override
    def visit_Sub(self, node: nodes.BinExpr, frame: Frame) -> None:
        self._binary("subtract", node, frame)

    @override
    def visit_Mul(self, node: nodes.BinExpr, frame: Frame) -> None:
        sides = [
            side for side in (node.left, node.right) if not isinstance(side, nodes.Const) or type(side.value) is str
        ]
        of_data = all(self._is_clean(side, frame) for side in sides)
        self._binary("times" if of_data else "multiply", node, frame)

    @override
    def visit_Div(self, node: nodes.BinExpr, frame: Frame) -> None:
        self._binary("divide", node, frame)

    @override
    def visit_FloorDiv(self, node: nodes.BinExpr, frame: Frame) -> None:
        self._binary("floor_divide", node, frame)

    @override
    def visit_Mod(self, node: nodes.BinExpr, frame: Frame) -> None:
        self._binary("modulo", node, frame)

    @override
    def visit_Pow(self, node: nodes.BinExpr, frame: Frame) -> None:
        self._binary("power", node, frame)

    @override
    def visit_Neg(self, node: nodes.UnaryExpr, frame: Frame) -> None:
        self._call("negative", [node.node], [], frame)

    @override
    def visit_Pos(self, node: nodes.UnaryExpr, frame: Frame) -> None:
        self._call("positive", [node.node], [], frame)

    @override
    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:
        self.write("s.built(")
        self._call("concat", node.nodes, [], frame)
        self.write(")")

    @override
    def visit_Compare(self, node: nodes.Compare, frame: Frame) -> None:
        if len(node.ops) == 1 and node.ops[0].op in {"eq", "ne"} and self._scalar(node, frame):
            self.write("(")
            self.visit(node.expr, frame)
            self.write(" == " if node.ops[0].op == "eq" else " != ")
            self.visit(node.ops[0].expr, frame)
            self.write(")")
            return
        left: str | None = None
        self.write("(")
        for index, operand in enumerate(node.ops):
            self.write(" and " if index else "")
            self._begin(_OPERATORS[operand.op])
            if left:
                self.write(left)
            else:
                self.visit(node.expr, frame)
            self.write(", ")
            if index < len(node.ops) - 1:
                left = self.temporary_identifier()
                self.write(f"{left} := ")
            self.visit(operand.expr, frame)
            self.write(")")
        self.write(")")

    def _scalar(self, node: nodes.Compare, frame: Frame) -> bool:
        """Tell whether == of Python itself will do: one side a literal, the other a value of the data."""
        left, right = node.expr, node.ops[0].expr
        if isinstance(left, nodes.Const):
            left, right = right, left
        return not self.careful and isinstance(right, nodes.Const) and self._is_clean(left, frame)

    def _call(
        self, function: str, args: Sequence[nodes.Expr], kwargs: Sequence[nodes.Pair | nodes.Keyword], frame: Frame
    ) -> None:
        self._begin(function)
        self._arguments(args, kwargs, frame)
        self.write(")")

    def _arguments(
        self,
        args: Sequence[nodes.Expr],
        kwargs: Sequence[nodes.Pair | nodes.Keyword],
        frame: Frame,
        *,
        lenient: bool = False,
    ) -> None:
        visit = self._lenient if lenient else self.visit
        for arg in args:
            visit(arg, frame)
            self.write(", ")
        if kwargs:
            self.write("**{")
            for keyword in kwargs:
                self.write(f"{keyword.key!r}: ")
                visit(keyword.value, frame)
                self.write(", ")
            self.write("}")

    @override
    def visit_Filter(self, node: nodes.Filter, frame: Frame) -> None:
        if node.node is None:
            return
        if node.name in _DEFAULTS:
            self._default(node, frame)
            return
        known = FILTERS[node.name]
        (self._begin if known.session or known.free else self._call_paid)(f"F_{node.name}")
        self.write("s, " if known.session else "")
        self._arguments([node.node, *node.args], node.kwargs, frame)
        self.write(")")

    def _default(self, node: nodes.Filter, frame: Frame) -> None:
        name = self.temporary_identifier()
        values = [*node.args, *(keyword.value for keyword in node.kwargs)]
        falsy = len(values) > 1
        self.write(f"({name} if ")
        if falsy:
            self.write("present(")
            self.write(f"{name} := ")
        else:
            self.write(f"type({name} := ")
        self._lenient(node.node, frame)  # type: ignore[arg-type]  # visit_Filter has seen that it is there
        if falsy:
            self.write(", ")
            self.visit(values[1], frame)
            self.write(") else ")
        else:
            self.write(") is not Missing else ")
        if values:
            self._lenient(values[0], frame)
        else:
            self.write("''")
        self.write(")")

    @override
    def visit_Test(self, node: nodes.Test, frame: Frame) -> None:
        if node.name in {"defined", "undefined", "none"}:
            kind = {"defined": "is not Missing", "undefined": "is Missing", "none": "is NoneType"}[node.name]
            self.write("(type(")
            self._lenient(node.node, frame)
            self.write(f") {kind})")
            return
        self._call(f"T_{_TEST_NAMES.get(node.name, node.name)}", [node.node, *node.args], node.kwargs, frame)

    @override
    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        target = node.node
        if isinstance(target, nodes.Getattr):
            self._method(node, target, frame)
            return
        name = target.name if isinstance(target, nodes.Name) else ""
        loop = self._loop_of(target, frame)
        if loop is not None and loop.function:
            self.write(f"s.again({loop.function}, ")
            self._arguments(node.args, [], frame, lenient=True)
            self.write(f"{loop.depth} + 1)")
        elif name in {"range", "namespace"} and self._from_data(name, frame):
            if name == "range":
                self._call("make_range", node.args, node.kwargs, frame)
            else:
                self.write("Namespace(")
                self._arguments([], node.kwargs, frame, lenient=True)
                self.write(")")
        else:
            self._macro_call(node, frame, None)

    def _macro_call(self, node: nodes.Call, frame: Frame, caller: str | None) -> None:
        self.write("s.call(")
        self._lenient(node.node, frame)
        self.write(", ")
        self._arguments(node.args, [], frame, lenient=True)
        if caller:
            self.write(f"caller={caller}, ")
        self._arguments([], node.kwargs, frame, lenient=True)
        self.write(")")

    def _method(self, node: nodes.Call, target: nodes.Getattr, frame: Frame) -> None:
        loop = self._loop_of(target.node, frame)
        if loop is not None and target.attr == "cycle" and node.args:
            self.write("[")
            self._arguments(node.args, [], frame, lenient=True)
            self.write(f"][({loop.n} - 1) % {len(node.args)}]")
        elif loop is not None and target.attr == "changed":
            self.write(f"changed(s, {loop.changed}, ")
            self._items("[", "]", node.args, frame)
            self.write(")")
        elif target.attr == "items" and not node.args and not node.kwargs:
            self._call_paid("items")
            self._arguments([target.node], [], frame)
            self.write(")")
        else:
            self._call_paid("call_method")
            self.visit(target.node, frame)
            self.write(f", {target.attr!r}, ")
            self._arguments(node.args, node.kwargs, frame)
            self.write(")")
