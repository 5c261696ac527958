"""Reads expressions: what they stand for, and what their operators say about the data."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

from jinja2 import nodes

from adapters.rendering.language.introspection.data import Datum, Evidence
from adapters.rendering.language.introspection.values import (
    NO_CONSTANT,
    NUMBER,
    TEXT,
    TRUTH,
    UNKNOWN,
    Ref,
    Value,
    certain,
    either,
    field_of,
    numbered,
    value_of,
    where_true,
)
from adapters.rendering.language.segments import Tag

# Names that stand for something where the data has nothing of that name.
_CLOCK: Final = frozenset({"now", "today"})
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
# What the use of a sum says about its terms; anything else takes it for a number.
_TERMS: Final = {Evidence.LISTED: Evidence.LISTED, Evidence.TEXT: Evidence.TEXT, Evidence.NOTHING: Evidence.NOTHING}

# The places that are there where a condition is true, and where it is false.
Given = tuple[list[Datum], list[Datum]]


class ExpressionReader:
    """Gives the value of expressions and notes what they do with the data.

    An expression's own value is noted by whoever uses it: only that tells what it is, and whether it may be missing.
    """

    def __init__(self, tags: Sequence[Tag]) -> None:
        self.root = Datum()
        self._tags = tags
        self._tag = tags[0] if tags else None
        # Names that the template itself binds, the innermost scope last.
        self._scopes: list[dict[str, Value]] = [{}]
        # How many conditions are around, and how many of them hold only where something of the data is there.
        self._conditions = 0
        self._guards = 0
        self.work = 0

    def use(self, value: Value, evidence: Evidence, *, demand: bool = True) -> None:
        """Note a use of a value; `demand` tells whether it fails where the value is missing."""
        if self._tag is None:
            return
        for ref in value.refs:
            ref.datum.note(evidence, self._tag)
            if demand:
                ref.datum.demand(ref.guard, self._tag)
                if ref.counts and not self._conditions and ref.guard is None:
                    for datum, count in ref.counts:
                        datum.note_items(count)
        for term in value.terms:
            self.use(term, _TERMS.get(evidence, Evidence.NUMBER), demand=False)

    def spare(self, value: Value) -> None:
        """Note that the template says that a value may be missing."""
        for ref in value.refs:
            ref.datum.spared = ref.datum.spared or self._tag

    def value(self, node: nodes.Node) -> Value:
        """Return what an expression stands for."""
        self.work += 1
        read = _READERS.get(type(node))
        if read is not None:
            return read(self, node)
        for child in node.iter_child_nodes():
            self.use(self.value(child), Evidence.ANY)
        return UNKNOWN

    # -- look-ups

    def lookup(self, name: str) -> Value:
        """Return what a name stands for."""
        for scope in reversed(self._scopes):
            if name in scope:
                return self._guarded(scope[name]) if self._guards else scope[name]
        if name in _CLOCK:
            return TEXT
        datum = self.root.child(name)
        if datum is None:
            return UNKNOWN
        value = Value((Ref(datum),))
        return self._guarded(value) if self._guards else value

    def _guarded(self, value: Value) -> Value:
        """Keep with each place which conditions hold here: the value may be used elsewhere."""
        if not self._guards or not value.refs:
            return value
        return replace(value, refs=tuple(Ref(ref.datum, _guard_of(ref), ref.counts) for ref in value.refs))

    def read_name(self, node: nodes.Name) -> Value:
        return self.lookup(node.name)

    def read_getattr(self, node: nodes.Getattr) -> Value:
        return self._guarded(field_of(self.value(node.node), node.attr))

    def read_getitem(self, node: nodes.Getitem) -> Value:
        base = self.value(node.node)
        if isinstance(node.arg, nodes.Slice):
            self.use(base, Evidence.NOTHING)
            for part in (node.arg.start, node.arg.stop, node.arg.step):
                if part is not None:
                    self.use(self.value(part), Evidence.INTEGER)
            return base
        index = self.value(node.arg)
        if isinstance(index.constant, str):
            return self._guarded(field_of(base, index.constant))
        if type(index.constant) is int:
            self.use(base, Evidence.INDEXED, demand=False)
            return self._guarded(numbered(base, _items_for(index.constant)))
        return self._guarded(self._by_key(base, index))

    def _by_key(self, base: Value, index: Value) -> Value:
        """Read a[b]: an object by its key, or a list by a number."""
        numbers = {Evidence.NUMBER, Evidence.INTEGER}
        if index.kind in numbers or any(ref.datum.evidence & numbers for ref in index.refs):
            self.use(base, Evidence.INDEXED, demand=False)
            self.use(index, Evidence.INTEGER)
            return numbered(base, 1)
        self.use(base, Evidence.OBJECT, demand=False)
        self.use(index, Evidence.KEY)
        if base.fields is not None:
            return either(base.fields.values()) if base.fields else UNKNOWN
        return value_of(base)

    # -- constants and what is put together

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

    @contextmanager
    def given(self, data: list[Datum]) -> Iterator[None]:
        """Read what runs only under a condition, which holds only where these places are there."""
        self._conditions += 1
        self._guards += len(data)
        _add_given(data, 1)
        yield
        _add_given(data, -1)
        self._guards -= len(data)
        self._conditions -= 1

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

    def read_filter(self, node: nodes.Filter) -> Value:
        raise NotImplementedError

    def read_call(self, node: nodes.Call) -> Value:
        raise NotImplementedError


def _told_by(other: Value, sign: str) -> Evidence:
    """Say what a comparison with this value tells about the other side."""
    if sign in _EQUALITIES:
        return _LIKE.get(other.kind, Evidence.ANY) if other.kind else Evidence.ANY
    return other.kind if other.kind in {Evidence.TEXT, Evidence.NUMBER} else Evidence.ORDERED


def _guard_of(ref: Ref) -> Datum | None:
    datum: Datum | None = ref.datum
    while datum is not None and datum.parent is not None and datum is not ref.guard:
        if datum.given:
            return datum
        datum = datum.parent
    return ref.guard


def _add_given(data: list[Datum], change: int) -> None:
    for one in data:
        datum: Datum | None = one
        while datum is not None:
            if datum.parent is not None:
                datum.given += change
            datum = datum.parent


def _common(one: list[Datum], other: list[Datum]) -> list[Datum]:
    return [datum for datum in one if datum in other]


def _items_for(index: int) -> int:
    return index + 1 if index >= 0 else -index


def _note_constants(value: Value, constants: list[Any]) -> None:
    for ref in value.refs:
        for constant in constants:
            ref.datum.note_constant(constant, ref.datum.constants)


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
