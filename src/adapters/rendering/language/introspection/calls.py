"""Reads calls: methods, macros, and loops that call themselves."""

import string
from collections.abc import Callable
from typing import Any, Final

from jinja2 import nodes
from typing_extensions import override

from adapters.rendering.language.introspection.data import Datum, Evidence
from adapters.rendering.language.introspection.filters import FilterReader
from adapters.rendering.language.introspection.values import (
    NUMBER,
    TEXT,
    TRUTH,
    UNKNOWN,
    Closure,
    Value,
    either,
    field_of,
    item_of,
    where_true,
)

# Macros within macros are followed so far, and as long as the whole takes no more work than this.
_MAX_CALLS: Final = 20
_MAX_WORK: Final = 300_000

_GIVES_LIST: Final = frozenset({"split", "rsplit", "splitlines", "partition", "rpartition"})
_GIVES_NUMBER: Final = frozenset({"count", "find", "index", "rfind"})
_TAKES_WIDTH: Final = frozenset({"center", "ljust", "rjust", "zfill"})
_NUMBER_SIGNS: Final = "eEfFgGdxXobn%"


class CallReader(FilterReader):
    """Knows what is called, and with what."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._calling: list[tuple[Closure, dict[str, Value]]] = []
        self._called: set[tuple[Any, ...]] = set()

    def block(self, body: Any) -> None:
        raise NotImplementedError

    @override
    def read_call(self, node: nodes.Call) -> Value:
        target = node.node
        arguments = [self.value(argument) for argument in node.args]
        named = {str(pair.key): self.value(pair.value) for pair in node.kwargs}
        if isinstance(target, nodes.Getattr):
            return self._method(target, arguments, named)
        if not isinstance(target, nodes.Name):
            return UNKNOWN
        bound = self.bound(target.name)
        if bound is not None and bound.closure is not None:
            if target.name == "loop":
                self._loop_again(bound.closure, arguments)
            else:
                self.enter(bound.closure, arguments, named)
        elif target.name == "namespace" and bound is None:
            return Value(fields=named)
        else:
            for value in (*arguments, *named.values()):
                self.use(value, Evidence.INTEGER if target.name == "range" else Evidence.ANY)
            if target.name == "range" and bound is None:
                return Value(kind=Evidence.LISTED, items=NUMBER)
        return UNKNOWN

    def bound(self, name: str) -> Value | None:
        """Return what the template itself has bound to a name."""
        return next((scope[name] for scope in reversed(self._scopes) if name in scope), None)

    # -- methods

    def _method(self, target: nodes.Getattr, arguments: list[Value], named: dict[str, Value]) -> Value:
        name = target.attr
        if isinstance(target.node, nodes.Name) and target.node.name == "loop" and self.bound("loop") is not None:
            return self._of_loop(name, arguments)
        base = self.value(target.node)
        read = _METHODS.get(name)
        if read is not None:
            return read(self, base, arguments)
        self.use(base, Evidence.TEXT)
        if name == "format":
            self._format(base, arguments, named)
            return TEXT
        for value in (*arguments, *named.values()):
            self.use(value, Evidence.INTEGER if name in _TAKES_WIDTH else Evidence.ANY)
        if name in _GIVES_LIST:
            return Value(kind=Evidence.LISTED, items=TEXT)
        told = name.startswith("is") or name.endswith("swith")
        return NUMBER if name in _GIVES_NUMBER else TRUTH if told else TEXT

    def _of_loop(self, name: str, arguments: list[Value]) -> Value:
        """Read loop.cycle(…) and loop.changed(…)."""
        if name == "cycle" and arguments:
            return either(arguments)
        for value in arguments:
            self.use(value, Evidence.ANY)
        return TRUTH

    def _format(self, base: Value, arguments: list[Value], named: dict[str, Value]) -> None:
        """Read '{:.2f}'.format(price): the specification says what the values are."""
        pattern = base.constant if isinstance(base.constant, str) else ""
        try:
            fields = [(name, spec or "") for _, name, spec, _ in string.Formatter().parse(pattern) if name is not None]
        except ValueError:
            fields = []
        specs = {name or str(index): spec for index, (name, spec) in enumerate(fields)}
        for key, value in [*((str(index), value) for index, value in enumerate(arguments)), *named.items()]:
            number = specs.get(key, "")[-1:] in _NUMBER_SIGNS and specs.get(key)
            self.use(value, Evidence.NUMBER if number else Evidence.PRINTED)

    def read_pairs_method(self, base: Value, arguments: list[Value]) -> Value:  # noqa: ARG002
        return self.read_pairs(base, [], {})

    def read_keys(self, base: Value, arguments: list[Value]) -> Value:  # noqa: ARG002
        self.use(base, Evidence.OBJECT)
        return Value(kind=Evidence.LISTED, items=self.key_of(base))

    def read_values(self, base: Value, arguments: list[Value]) -> Value:  # noqa: ARG002
        self.use(base, Evidence.OBJECT)
        return Value(kind=Evidence.LISTED, items=self.any_value(base))

    def read_get(self, base: Value, arguments: list[Value]) -> Value:
        """Read get(): what is not there is null, or what stands instead."""
        self.use(base, Evidence.OBJECT)
        if not arguments or not isinstance(arguments[0].constant, str):
            for value in arguments:
                self.use(value, Evidence.ANY)
            return where_true(self.any_value(base))
        found = where_true(field_of(base, arguments[0].constant))
        self.use(found, Evidence.NOTHING, demand=False)
        return either([found, *arguments[1:], UNKNOWN])

    def read_copy(self, base: Value, arguments: list[Value]) -> Value:  # noqa: ARG002
        self.use(base, Evidence.NOTHING)
        return base

    def read_position(self, base: Value, arguments: list[Value]) -> Value:
        """Read count() and index(), which texts and lists have."""
        self.use(base, Evidence.COUNTED)
        for value in arguments:
            self.use(value, Evidence.ANY)
        return NUMBER

    def read_text_join(self, base: Value, arguments: list[Value]) -> Value:
        self.use(base, Evidence.TEXT)
        for value in arguments:
            self.use(value, Evidence.LISTED)
            self.use(item_of(value), Evidence.PRINTED)
        return TEXT

    # -- macros and recursive loops

    def enter(self, closure: Closure, arguments: list[Value], named: dict[str, Value]) -> None:
        """Read a macro's body with its parameters bound to what this call gives."""
        given = {**dict(zip(closure.parameters, arguments, strict=False)), **named}
        if any(closure.body is other.body for other, _ in self._calling):
            self._note_recursion(closure, given)
            return
        if len(self._calling) > _MAX_CALLS or self.work > _MAX_WORK or self._is_known(closure, given):
            return
        scopes, tag = self._scopes, self._tag
        self._scopes = [*closure.scopes, {"caller": UNKNOWN, **given}]
        self._calling.append((closure, given))
        defaults = closure.defaults
        for name, default in zip(closure.parameters[len(closure.parameters) - len(defaults) :], defaults, strict=True):
            if name not in given:
                self._scopes[-1][name] = self.value(default)
        for name in closure.parameters:
            self._scopes[-1].setdefault(name, UNKNOWN)
        self.block(closure.body)
        self._calling.pop()
        self._scopes, self._tag = scopes, tag

    def _is_known(self, closure: Closure, given: dict[str, Value]) -> bool:
        """Tell whether the same call was read outside of every condition: then it says nothing new."""
        key = (id(closure.body), *((name, _identity(value)) for name, value in given.items()))
        if key in self._called:
            return True
        if not self._guards:
            self._called.add(key)
        return False

    def _note_recursion(self, closure: Closure, given: dict[str, Value]) -> None:
        outer = next(values for other, values in self._calling if other.body is closure.body)
        for name, value in given.items():
            self.use(value, Evidence.NOTHING, demand=False)
            if name in outer:
                note_same(value, outer[name])

    def _loop_again(self, closure: Closure, arguments: list[Value]) -> None:
        for value in arguments:
            self.use(value, Evidence.LISTED)
            note_same(value, closure.scopes[-1]["loop"])


def note_same(value: Value, outer: Value) -> None:
    """Note that a part of some data has the shape of the whole."""
    for ref in value.refs:
        around = next((each.datum for each in outer.refs if ref.datum.is_below(each.datum)), None)
        ref.datum.same_as = ref.datum.same_as or around


def _identity(value: Value) -> tuple[Any, ...]:
    plain = not (value.items or value.parts or value.fields is not None or value.terms or value.closure)
    if not plain:
        return (id(value),)
    places: list[tuple[Datum, Datum | None]] = [(ref.datum, ref.guard) for ref in value.refs]
    return (*((id(datum), id(guard)) for datum, guard in places), value.kind)


_METHODS: Final[dict[str, Callable[[Any, Value, list[Value]], Value]]] = {
    "items": CallReader.read_pairs_method,
    "keys": CallReader.read_keys,
    "values": CallReader.read_values,
    "get": CallReader.read_get,
    "copy": CallReader.read_copy,
    **dict.fromkeys(("count", "index"), CallReader.read_position),
    "join": CallReader.read_text_join,
}
