"""Reads statements: which names they bind, and under which conditions tags run."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from jinja2 import nodes
from typing_extensions import override

from adapters.rendering.language.introspection.calls import CallReader
from adapters.rendering.language.introspection.data import Datum, Evidence
from adapters.rendering.language.introspection.values import (
    NUMBER,
    TRUTH,
    UNKNOWN,
    Closure,
    Value,
    either,
    item_of,
    parts_of,
)

_LOOP_NUMBERS: Final = ("index", "index0", "length", "revindex", "revindex0", "depth", "depth0")


class Reader(CallReader):
    """Reads a whole template."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        # Assignments within conditions: the scope, the name and what it stood for before.
        self._journal: list[tuple[dict[str, Value], str, Value | None]] = []
        self._branching = 0

    @override
    def block(self, body: Iterable[nodes.Node]) -> None:
        for node in body:
            read = _STATEMENTS.get(type(node))
            if read is not None:
                self._at(node)
                read(self, node)

    def _at(self, node: nodes.Node) -> None:
        self.work += 1
        self._tag = self._tags[min(node.lineno, len(self._tags)) - 1] if self._tags else None

    def read_output(self, node: nodes.Output) -> None:
        for child in node.nodes:
            if not isinstance(child, nodes.TemplateData):
                self._at(child)
                image = self._tag is not None and self._tag.prints_image
                self.use(self.value(child), Evidence.IMAGE if image else Evidence.PRINTED)

    # -- names

    @contextmanager
    def _scope(self, names: dict[str, Value] | None = None) -> Iterator[None]:
        self._scopes.append(dict(names or {}))
        yield
        self._scopes.pop()

    def bind(self, target: nodes.Node, value: Value) -> None:
        """Let a target of an assignment or of a loop stand for a value."""
        if isinstance(target, nodes.Name):
            self._bind_name(target.name, value)
        elif isinstance(target, nodes.NSRef):
            namespace = self.bound(target.name)
            if namespace is not None and namespace.fields is not None:
                known = namespace.fields.get(target.attr)
                namespace.fields[target.attr] = value if known is None else either([known, value])
        elif isinstance(target, nodes.Tuple):
            self._take_apart(target, value)

    def _take_apart(self, target: nodes.Tuple, value: Value) -> None:
        count = len(target.items)
        if value.parts is None:
            self.use(value, Evidence.LISTED)
            for ref in value.refs:
                ref.datum.note_items(count)
                ref.datum.most_items = count
        for item, part in zip(target.items, parts_of(value, count), strict=True):
            self.bind(item, part)

    def _bind_name(self, name: str, value: Value) -> None:
        scope = self._scopes[-1]
        if self._branching:
            self._journal.append((scope, name, scope.get(name)))
        scope[name] = value

    def read_assign(self, node: nodes.Assign) -> None:
        value = self.value(node.node)
        # The parts of {% set a, b = x, y %} may be missing, as a single value may.
        self.use(value, Evidence.NOTHING, demand=False)
        self.bind(node.target, value)

    def read_assign_block(self, node: nodes.AssignBlock) -> None:
        with self._scope():
            self.block(node.body)
        self.bind(node.target, UNKNOWN)

    def read_with(self, node: nodes.With) -> None:
        values = [self.value(value) for value in node.values]
        with self._scope():
            for value in values:
                self.use(value, Evidence.NOTHING, demand=False)
            for target, value in zip(node.targets, values, strict=True):
                self.bind(target, value)
            self.block(node.body)

    def read_macro(self, node: nodes.Macro) -> None:
        self._bind_name(node.name, Value(closure=self._closure(node.name, node)))

    def _closure(self, name: str, node: nodes.Macro | nodes.CallBlock) -> Closure:
        return Closure(name, tuple(arg.name for arg in node.args), node.defaults, node.body, list(self._scopes))

    def read_call_block(self, node: nodes.CallBlock) -> None:
        called = self.bound(node.call.node.name) if isinstance(node.call.node, nodes.Name) else None
        if called is None or called.closure is None:
            self.use(self.value(node.call), Evidence.PRINTED)
            return
        arguments = [self.value(argument) for argument in node.call.args]
        named = {str(pair.key): self.value(pair.value) for pair in node.call.kwargs}
        body = Value(closure=self._closure("caller", node))
        self.enter(called.closure, arguments, {**named, "caller": body})

    # -- loops

    def read_for(self, node: nodes.For) -> None:
        iterated = self.value(node.iter)
        self.use(iterated, Evidence.LISTED)
        # The keys of an object are what a loop over it gives.
        item = item_of(iterated)
        loop = Value(fields=_loop_fields(item))
        if node.recursive:
            around = [*self._scopes, {"loop": iterated}]
            loop = Value(fields=_loop_fields(item), closure=Closure("loop", (), (), node.body, around))
        with self._scope({"loop": loop}):
            self.bind(node.target, item)
            if node.test is None:
                self.block(node.body)
            else:
                with self.given(self.condition(node.test)[0]):
                    self.block(node.body)
        with self._scope():
            self.block(node.else_)

    # -- conditions

    def read_if(self, node: nodes.If) -> None:
        present, absent = self.condition(node.test)
        outside = list(absent)
        with self._branches() as endings:
            self._branch(present, node.body, endings)
            for branch in node.elif_:
                self._at(branch)
                with self.given(outside):
                    present, absent = self.condition(branch.test)
                    self._branch(present, branch.body, endings)
                outside += absent
            if node.else_:
                self._branch(outside, node.else_, endings)
            else:
                endings.append({})

    def _branch(self, present: list[Datum], body: Iterable[nodes.Node], endings: list[dict[str, Value]]) -> None:
        """Read one branch; what it has assigned goes into `endings`, and the names stand for what they did before."""
        mark, scope = len(self._journal), self._scopes[-1]
        with self.given(present):
            self.block(body)
        ending: dict[str, Value] = {}
        for where, name, before in reversed(self._journal[mark:]):
            if where is not scope:
                continue
            ending.setdefault(name, scope[name])
            if before is None:
                del scope[name]
            else:
                scope[name] = before
        del self._journal[mark:]
        endings.append(ending)

    @contextmanager
    def _branches(self) -> Iterator[list[dict[str, Value]]]:
        """Collect what each branch assigns; after them, a name stands for any of it."""
        endings: list[dict[str, Value]] = []
        self._branching += 1
        yield endings
        self._branching -= 1
        names = dict.fromkeys(name for ending in endings for name in ending)
        for name in names:
            self._bind_name(name, either([ending.get(name) or self.lookup(name) for ending in endings]))


def _loop_fields(item: Value) -> dict[str, Value]:
    return {
        **dict.fromkeys(_LOOP_NUMBERS, NUMBER),
        **dict.fromkeys(("first", "last"), TRUTH),
        **dict.fromkeys(("previtem", "nextitem"), item),
    }


_STATEMENTS: Final[dict[type[nodes.Node], Callable[[Any, Any], None]]] = {
    nodes.Output: Reader.read_output,
    nodes.For: Reader.read_for,
    nodes.If: Reader.read_if,
    nodes.Assign: Reader.read_assign,
    nodes.AssignBlock: Reader.read_assign_block,
    nodes.With: Reader.read_with,
    nodes.Macro: Reader.read_macro,
    nodes.CallBlock: Reader.read_call_block,
}
