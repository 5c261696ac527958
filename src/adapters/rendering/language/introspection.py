"""What data a template needs: the paths it looks up, what they seem to be, and where."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from jinja2 import nodes

from adapters.rendering.language.segments import Tag
from adapters.rendering.language.uses import Evidence, Uses
from domain.placeholder import Placeholder

_BUILT_IN: Final = frozenset({"now", "today", "range", "namespace"})
_NUMBERS: Final = frozenset({"round", "abs", "int", "float", "filesizeformat"})
_LISTS: Final = frozenset(
    {"join", "first", "last", "sort", "sum", "unique", "reverse", "list", "min", "max", "groupby", "batch", "slice"}
    | {"map", "select", "reject", "selectattr", "rejectattr"}
)
# Filters that give the items of their list again, so that a loop over them is a loop over the list.
_SAME_ITEMS: Final = frozenset(
    {"sort", "list", "reverse", "unique", "select", "selectattr", "reject", "rejectattr", "default", "d"}
)
_FORGIVING: Final = frozenset({"default", "d"})
_ITEM_FILTERS: Final = frozenset({"first", "last", "min", "max"})
_NUMBER_TESTS: Final = frozenset({"odd", "even", "divisibleby"})
_PRESENCE: Final = frozenset({"defined", "none", "undefined"})
_OBJECT_METHODS: Final = frozenset({"items", "keys", "values", "get"})
_MAX_CALLS: Final = 20


def placeholders_of(tree: nodes.Template, tags: Sequence[Tag]) -> tuple[Placeholder, ...]:
    """List what the template looks up in the data, in the order of first use."""
    reader = _Reader(tags)
    reader.block(tree.body)
    return reader.uses.placeholders()


def merge_placeholders(groups: Iterable[Iterable[Placeholder]]) -> tuple[Placeholder, ...]:
    """Join the placeholders of several parts: occurrences one after the other, required if any part requires it."""
    uses = Uses()
    for group in groups:
        for placeholder in group:
            uses.add_placeholder(placeholder)
    return uses.placeholders()


class _Reader:
    def __init__(self, tags: Sequence[Tag]) -> None:
        self.uses = Uses()
        self._tags = tags
        # Names that the template itself binds: to a path of the data, or to None where that is not known.
        self._scopes: list[dict[str, str | None]] = [{}]
        self._guarded: list[str] = []
        self._macros: dict[str, nodes.Macro] = {}
        self._calling: list[str] = []
        self._called: set[tuple[Any, ...]] = set()

    # -- statements

    def block(self, body: Iterable[nodes.Node]) -> None:
        for node in body:
            self._statement(node)

    def _statement(self, node: nodes.Node) -> None:
        read = _STATEMENTS.get(type(node))
        if read is not None:
            read(self, node)

    def read_output(self, node: nodes.Output) -> None:
        for child in node.nodes:
            if not isinstance(child, nodes.TemplateData):
                self._expression(child, Evidence.PRINTED)

    def read_assign(self, node: nodes.Assign) -> None:
        self._bind_all(node.target, node.node)

    def read_assign_block(self, node: nodes.AssignBlock) -> None:
        self.block(node.body)
        self._bind(node.target, None)

    def read_with(self, node: nodes.With) -> None:
        with self._scope():
            for target, value in zip(node.targets, node.values, strict=True):
                self._bind_all(target, value)
            self.block(node.body)

    def read_macro(self, node: nodes.Macro) -> None:
        self._macros[node.name] = node
        self._scopes[-1][node.name] = None

    def read_call_block(self, node: nodes.CallBlock) -> None:
        self._expression(node.call, Evidence.PRINTED)
        with self._scope({arg.name: None for arg in node.args}):
            self.block(node.body)

    def read_for(self, node: nodes.For) -> None:
        path = self._path(node.iter)
        self._expression(node.iter, Evidence.LISTED)
        with self._scope({"loop": None}):
            self._bind(node.target, f"{path}[]" if path is not None else None)
            present = self._truth(node.test) if node.test is not None else []
            with self._given(present):
                self.block(node.body)
        self.block(node.else_)

    def read_if(self, node: nodes.If) -> None:
        present, absent = self._truth(node.test), self._false_means(node.test)
        with self._given(present):
            self.block(node.body)
        with self._given(absent):
            for branch in node.elif_:
                with self._given(self._truth(branch.test)):
                    self.block(branch.body)
            self.block(node.else_)

    @contextmanager
    def _scope(self, names: dict[str, str | None] | None = None) -> Iterator[None]:
        self._scopes.append(dict(names or {}))
        yield
        self._scopes.pop()

    @contextmanager
    def _given(self, paths: list[str]) -> Iterator[None]:
        self._guarded.extend(paths)
        yield
        del self._guarded[len(self._guarded) - len(paths) :]

    def _bind_all(self, target: nodes.Node, value: nodes.Node) -> None:
        if isinstance(target, nodes.Tuple) and isinstance(value, nodes.Tuple):
            for one, other in zip(target.items, value.items, strict=False):
                self._bind_all(one, other)
            return
        path = self._path(value)
        if path is None:
            self._expression(value, Evidence.ANY)
        elif isinstance(value, nodes.Filter):
            self._expression(value, Evidence.NOTHING)
        self._bind(target, path)

    def _bind(self, target: nodes.Node, path: str | None) -> None:
        if isinstance(target, nodes.Name):
            self._scopes[-1][target.name] = path
        elif isinstance(target, nodes.Tuple):
            for item in target.items:
                self._bind(item, None)

    # -- paths

    def _bound(self, name: str) -> tuple[bool, str | None]:
        for scope in reversed(self._scopes):
            if name in scope:
                return True, scope[name]
        return name in _BUILT_IN, None

    def _path(self, node: nodes.Node | None) -> str | None:
        """Return the path of a look-up; None for whatever else gives a value."""
        if isinstance(node, nodes.Name):
            bound, path = self._bound(node.name)
            return path if bound else node.name
        if isinstance(node, nodes.Getattr):
            return self._child(node.node, node.attr)
        if isinstance(node, nodes.Getitem):
            return self._item_path(node)
        if isinstance(node, nodes.Filter) and node.name in _SAME_ITEMS | _ITEM_FILTERS:
            parent = self._path(node.node)
            return f"{parent}[]" if parent is not None and node.name in _ITEM_FILTERS else parent
        return self._path(node.left) if isinstance(node, nodes.Or) else None

    def _item_path(self, node: nodes.Getitem) -> str | None:
        if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            return self._child(node.node, node.arg.value)
        parent = self._path(node.node)
        if parent is None or isinstance(node.arg, nodes.Slice):
            return parent
        return f"{parent}[]" if isinstance(node.arg, nodes.Const) else None

    def _child(self, node: nodes.Node, key: str) -> str | None:
        parent = self._path(node)
        strange = not key or key.startswith("_") or any(sign in key for sign in ".[]")
        return None if parent is None or strange else f"{parent}.{key}"

    def _use(self, path: str, evidence: Evidence, node: nodes.Node, *, required: bool = True) -> None:
        given = any(path == p or path.startswith((f"{p}.", f"{p}[")) for p in self._guarded)
        self.uses.add(path, evidence, self._tags[node.lineno - 1], required=required and not given)

    # -- expressions

    def _expression(self, node: nodes.Node, evidence: Evidence, *, required: bool = True) -> None:
        if isinstance(node, nodes.Filter):
            self._filter(node, evidence, required=required)
            return
        if isinstance(node, nodes.Or):
            self._truth_or_value(node.left, evidence)
            self._expression(node.right, evidence, required=required)
            return
        path = self._path(node)
        if path is not None:
            self._use(path, evidence, node, required=required)
            self._look_ups_within(node)
            return
        visit = _VISITS.get(type(node))
        if visit is not None:
            visit(self, node, evidence)
        else:
            for child in node.iter_child_nodes():
                self._expression(child, _OPERANDS.get(type(node), Evidence.ANY))

    def _look_ups_within(self, node: nodes.Node) -> None:
        while isinstance(node, (nodes.Getattr, nodes.Getitem)):
            if isinstance(node, nodes.Getitem) and not isinstance(node.arg, nodes.Const):
                self._expression(node.arg, Evidence.ANY)
            node = node.node
        if isinstance(node, nodes.Filter):
            self._expression(node, Evidence.NOTHING)

    def read_getattr(self, node: nodes.Getattr, evidence: Evidence) -> None:  # noqa: ARG002
        if not isinstance(node.node, nodes.Name):
            self._expression(node.node, Evidence.NOTHING)

    def read_getitem(self, node: nodes.Getitem, evidence: Evidence) -> None:  # noqa: ARG002
        if self._path(node.node) is not None or not isinstance(node.node, nodes.Name):
            self._expression(node.node, Evidence.NOTHING)
        self._expression(node.arg, Evidence.ANY)

    def _truth_or_value(self, node: nodes.Node, evidence: Evidence) -> None:
        self._expression(node, evidence, required=False)

    def _filter(self, node: nodes.Filter, evidence: Evidence, *, required: bool) -> None:
        if node.node is None:
            return
        for child in (*node.args, *(keyword.value for keyword in node.kwargs)):
            self._expression(child, Evidence.ANY)
        if node.name in _FORGIVING:
            self._expression(node.node, evidence, required=False)
            return
        if node.name in _NUMBERS:
            evidence = Evidence.NUMBER
        elif node.name in _LISTS:
            evidence = Evidence.LISTED
            self._attribute(node, required=required)
        elif node.name in {"length", "count"}:
            evidence = Evidence.COUNTED
        elif node.name in {"dictsort", "items"}:
            evidence = Evidence.OBJECT
        else:
            evidence = Evidence.PRINTED if evidence is not Evidence.NOTHING else evidence
        self._expression(node.node, evidence, required=required)

    def _attribute(self, node: nodes.Filter, *, required: bool) -> None:
        """Note `items[].price` for items | sum(attribute='price')."""
        path = self._path(node.node)
        given = [keyword.value for keyword in node.kwargs if keyword.key == "attribute"]
        if not given and node.name in {"selectattr", "rejectattr", "groupby", "sum"}:
            given = list(node.args[:1])
        if path is None or not given or not isinstance(given[0], nodes.Const) or not isinstance(given[0].value, str):
            return
        chosen = node.name in {"selectattr", "rejectattr", "groupby"} or any(k.key == "default" for k in node.kwargs)
        evidence = Evidence.NUMBER if node.name == "sum" else Evidence.TESTED if chosen else Evidence.ANY
        self._expression(node.node, Evidence.LISTED, required=required)  # type: ignore[arg-type]  # path says it is there
        for name in given[0].value.split(","):
            self._use(f"{path}[].{name.strip()}", evidence, node, required=required and not chosen)

    def read_test(self, node: nodes.Test, evidence: Evidence) -> None:
        if node.name in _PRESENCE:
            self._expression(node.node, Evidence.NOTHING, required=False)
            return
        evidence = Evidence.NUMBER if node.name in _NUMBER_TESTS else Evidence.ANY
        for child in (node.node, *node.args):
            self._expression(child, evidence)

    def read_compare(self, node: nodes.Compare, evidence: Evidence) -> None:
        operands = [node.expr, *(operand.expr for operand in node.ops)]
        kinds = {_constant_evidence(operand) for operand in operands if isinstance(operand, nodes.Const)}
        evidence = kinds.pop() if len(kinds) == 1 else Evidence.ANY
        inside = any(operand.op in {"in", "notin"} for operand in node.ops)
        for index, operand in enumerate(operands):
            self._expression(operand, Evidence.ANY if inside and index else evidence)

    def read_arithmetic(self, node: nodes.BinExpr, evidence: Evidence) -> None:  # noqa: ARG002
        texts = [
            side for side in (node.left, node.right) if isinstance(side, nodes.Const) and isinstance(side.value, str)
        ]
        for side in (node.left, node.right):
            self._expression(side, Evidence.PRINTED if texts else Evidence.NUMBER)

    def read_negation(self, node: nodes.UnaryExpr, evidence: Evidence) -> None:  # noqa: ARG002
        self._expression(node.node, Evidence.NUMBER)

    def read_logic(self, node: nodes.Node, evidence: Evidence) -> None:  # noqa: ARG002
        self._truth(node)

    def read_conditional(self, node: nodes.CondExpr, evidence: Evidence) -> None:
        with self._given(self._truth(node.test)):
            self._expression(node.expr1, evidence)
        if node.expr2 is not None:
            with self._given(self._false_means(node.test)):
                self._expression(node.expr2, evidence)

    def read_call(self, node: nodes.Call, evidence: Evidence) -> None:  # noqa: ARG002
        target = node.node
        if isinstance(target, nodes.Getattr):
            kind = Evidence.OBJECT if target.attr in _OBJECT_METHODS else Evidence.PRINTED
            self._expression(target.node, kind)
        for child in (*node.args, *(keyword.value for keyword in node.kwargs)):
            if self._path(child) is None or not self._macro_of(target):
                self._expression(child, Evidence.ANY)
        macro = self._macro_of(target)
        if macro is not None:
            self._enter_macro(macro, node)

    def _macro_of(self, target: nodes.Node) -> nodes.Macro | None:
        return self._macros.get(target.name) if isinstance(target, nodes.Name) else None

    def _enter_macro(self, macro: nodes.Macro, call: nodes.Call) -> None:
        """Read a macro's body with its parameters bound to what this call gives."""
        names = [arg.name for arg in macro.args]
        bound: dict[str, str | None] = dict.fromkeys([*names, "caller"])
        for name, value in [*zip(names, call.args, strict=False), *((k.key, k.value) for k in call.kwargs)]:
            bound[name] = self._path(value)
        known = (macro.name, *bound.items())
        if macro.name in self._calling or len(self._calling) > _MAX_CALLS or known in self._called:
            return
        self._called.add(known)
        self._calling.append(macro.name)
        scopes, self._scopes = self._scopes, [self._scopes[0], bound]
        self.block(macro.body)
        self._scopes = scopes
        self._calling.pop()

    # -- conditions

    def _truth(self, node: nodes.Node) -> list[str]:
        """Note what a condition tests, and return the paths that are there where it is true."""
        if isinstance(node, nodes.And):
            left = self._truth(node.left)
            with self._given(left):
                return [*left, *self._truth(node.right)]
        if isinstance(node, nodes.Or):
            left, right = self._truth(node.left), self._truth(node.right)
            return [path for path in left if path in right]
        if isinstance(node, nodes.Not):
            self._truth(node.node)
            return self._false_means(node.node)
        if isinstance(node, nodes.Test) and node.name == "defined":
            self._expression(node, Evidence.ANY)
            path = self._path(node.node)
            return [path] if path is not None else []
        path = self._path(node)
        if path is not None and not isinstance(node, nodes.Filter):
            self._use(path, Evidence.TESTED, node, required=False)
            self._look_ups_within(node)
            return [path]
        self._expression(node, Evidence.ANY)
        return []

    def _false_means(self, node: nodes.Node) -> list[str]:
        """Return the paths that are there where a condition is false."""
        if isinstance(node, nodes.Not):
            path = self._path(node.node)
            return [path] if path is not None else []
        if isinstance(node, nodes.Test) and node.name == "undefined":
            path = self._path(node.node)
            return [path] if path is not None else []
        return []


def _constant_evidence(node: nodes.Const) -> Evidence:
    if isinstance(node.value, bool):
        return Evidence.TESTED
    if isinstance(node.value, str):
        return Evidence.PRINTED
    return Evidence.ANY if node.value is None else Evidence.NUMBER


_STATEMENTS: Final[dict[type[nodes.Node], Any]] = {
    nodes.Output: _Reader.read_output,
    nodes.For: _Reader.read_for,
    nodes.If: _Reader.read_if,
    nodes.Assign: _Reader.read_assign,
    nodes.AssignBlock: _Reader.read_assign_block,
    nodes.With: _Reader.read_with,
    nodes.Macro: _Reader.read_macro,
    nodes.CallBlock: _Reader.read_call_block,
}
_OPERANDS: Final[dict[type[nodes.Node], Evidence]] = {nodes.Concat: Evidence.PRINTED}
_VISITS: Final[dict[type[nodes.Node], Any]] = {
    nodes.Getattr: _Reader.read_getattr,
    nodes.Getitem: _Reader.read_getitem,
    nodes.Test: _Reader.read_test,
    nodes.Compare: _Reader.read_compare,
    nodes.CondExpr: _Reader.read_conditional,
    nodes.Call: _Reader.read_call,
    nodes.And: _Reader.read_logic,
    nodes.Not: _Reader.read_logic,
    nodes.Neg: _Reader.read_negation,
    nodes.Pos: _Reader.read_negation,
    **dict.fromkeys(
        (nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Pow), _Reader.read_arithmetic
    ),
}
