"""Reads look-ups: which place of the data a name stands for, under which conditions, and what its uses say about it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, ClassVar, Final

from jinja2 import nodes

from adapters.rendering.language.introspection.data import Datum, Evidence
from adapters.rendering.language.introspection.values import (
    TEXT,
    UNKNOWN,
    Ref,
    Value,
    either,
    field_of,
    numbered,
    value_of,
)
from adapters.rendering.language.segments import Tag

# Names that stand for something where the data has nothing of that name.
_CLOCK: Final = frozenset({"now", "today"})
# What the use of a sum says about its terms; anything else takes it for a number.
_TERMS: Final = {Evidence.LISTED: Evidence.LISTED, Evidence.TEXT: Evidence.TEXT, Evidence.NOTHING: Evidence.NOTHING}


class LookupReader:
    """Gives the value of look-ups and notes what is done with the data.

    An expression's own value is noted by whoever uses it: only that tells what it is, and whether it may be missing.
    """

    # How each kind of node is read; the reader of all expressions fills it.
    readers: ClassVar[dict[type[nodes.Node], Callable[[Any, Any], Value]]] = {}

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
        read = self.readers.get(type(node))
        if read is not None:
            return read(self, node)
        for child in node.iter_child_nodes():
            self.use(self.value(child), Evidence.ANY)
        return UNKNOWN

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


def _items_for(index: int) -> int:
    return index + 1 if index >= 0 else -index
