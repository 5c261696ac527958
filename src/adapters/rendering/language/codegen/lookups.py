"""Generates look-ups: names, keys, items, and what may be missing without harm."""

import difflib
from abc import abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.idtracking import VAR_LOAD_ALIAS, VAR_LOAD_PARAMETER, VAR_LOAD_RESOLVE, Symbols
from typing_extensions import override

from adapters.rendering.language.environment import ENVIRONMENT
from adapters.rendering.language.operators import METERED

_LOOP_VALUES: Final = {
    "index": "{n}",
    "index0": "({n} - 1)",
    "first": "({n} == 1)",
    "last": "({n} == len({seq}))",
    "length": "len({seq})",
    "revindex": "(len({seq}) - {n} + 1)",
    "revindex0": "(len({seq}) - {n})",
    "depth": "{depth}",
    "depth0": "({depth} - 1)",
    "previtem": "({seq}[{n} - 2] if {n} > 1 else {missing})",
    "nextitem": "({seq}[{n}] if {n} < len({seq}) else {missing})",
}
LOOP_NAMES: Final = (*_LOOP_VALUES, "cycle", "changed")
_SAME_ITEMS: Final = frozenset(
    {"sort", "list", "reverse", "unique", "select", "selectattr", "reject", "rejectattr", "default", "d"}
)


@dataclass(slots=True)
class Loop:
    """The Python names behind `loop`."""

    seq: str
    n: str
    depth: str
    function: str | None
    changed: str

    def value(self, name: str, *, careful: bool) -> str:
        missing = f"Missing('loop.{name}')" if careful else "MISSING"
        return _LOOP_VALUES[name].format(n=self.n, seq=self.seq, depth=self.depth, missing=missing)


class LookupGenerator(CodeGenerator):
    """What all generators know of names."""

    def __init__(
        self, writers: Sequence[int], sizes: Sequence[int], plain_writers: Collection[int], *, careful: bool
    ) -> None:
        super().__init__(ENVIRONMENT, None, None, optimized=False)
        self.careful = careful
        # Steps of the careful program take longer.
        self.cost = 2 if careful else 1
        self._writers = writers
        self._sizes = sizes
        self._plain_writers = plain_writers
        self._constants: list[str] = []
        self._loops: dict[str, Loop] = {}
        self._clean: set[str] = set()
        self._paths: dict[str, str] = {}
        # The outputs whose static text a loop pays for before it runs, and the characters of the longest other static
        # text that can come out more than once.
        self._paid: set[int] = set()
        self.longest_repeated = 0
        # What only this walk can see to be wrong: tag number, code, message, suggestion.
        self.findings: list[tuple[int, str, str, str]] = []
        # The targets of the loop around, where it passes over data that no loop around it repeats; else None.
        self._fresh: list[frozenset[str] | None] = []

    @override
    def enter_frame(self, frame: Frame) -> None:
        """Load the names that this frame both reads and assigns; all others are looked up where they are used."""
        for target, (action, param) in frame.symbols.loads.items():
            if action == VAR_LOAD_PARAMETER or (action == VAR_LOAD_RESOLVE and not _eager(frame.symbols, target)):
                continue
            if action == VAR_LOAD_ALIAS:
                parent = frame.symbols.parent
                load = parent.find_load(param) if parent else None
                if parent is None or load is None or load[0] != VAR_LOAD_RESOLVE or _eager(parent, param):
                    self.writeline(f"{target} = {param}")
                    continue
            self.writeline(f"{target} = {self._named(target.split('_', 2)[2])}")

    @override
    def leave_frame(self, frame: Frame, with_python_scope: bool = False) -> None:  # Jinja's
        """Leave the names; nothing reads them outside."""

    def _named(self, name: str) -> str:
        return f"s.name({name!r})" if self.careful else f"data.get({name!r}, MISSING)"

    def _statement(self, node: nodes.Node) -> None:
        """Begin a statement; the careful program notes whose tag it is."""
        if self.careful:
            self.writeline(f"s.tag = TAGS[{node.lineno - 1}]", node)
        self.newline(node)

    @override
    def blockvisit(self, nodes: Any, frame: Frame) -> None:
        """Write a block of statements."""
        self.writeline("pass")
        for node in nodes:
            self.visit(node, frame)

    def _writer(self, node: nodes.Node) -> int:
        return self._writers[node.lineno - 1]

    def _from_data(self, name: str, frame: Frame) -> bool:
        ref = frame.symbols.ref(name)
        load = frame.symbols.find_load(ref)
        return load is not None and load[0] == VAR_LOAD_RESOLVE and not _eager(frame.symbols, ref)

    def _is_clean(self, node: nodes.Node, frame: Frame) -> bool:
        """Tell whether an expression gives a value of the data itself: never captured output, never nothing."""
        if isinstance(node, nodes.Name):
            return self._from_data(node.name, frame) or frame.symbols.ref(node.name) in self._clean
        if key_of(node) is not None:
            return self._is_clean(node.node, frame)  # type: ignore[attr-defined]  # a Getattr or Getitem
        if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Getattr) and not node.args:
            return node.node.attr in {"items", "values", "keys"} and self._is_clean(node.node.node, frame)
        return False

    def _is_fresh(self, node: nodes.Node, frame: Frame) -> bool:
        targets = self._fresh[-1] if self._fresh else None
        if not targets or not self._is_clean(node, frame):
            return False
        root: nodes.Node = node
        while isinstance(root, (nodes.Getattr, nodes.Getitem, nodes.Call)):
            root = root.node
        return isinstance(root, nodes.Name) and frame.symbols.find_ref(root.name) in targets

    def _forget(self, target: nodes.Name, frame: Frame) -> None:
        self._clean.discard(frame.symbols.ref(target.name))
        self._paths.pop(frame.symbols.ref(target.name), None)

    def _path(self, node: nodes.Node, frame: Frame) -> str | None:
        """Return the path of a look-up in the template's words, as far as it is known."""
        if isinstance(node, nodes.Name):
            ref = frame.symbols.find_ref(node.name)
            return None if ref is None or ref in self._loops else self._paths.get(ref, node.name)
        key = key_of(node)
        parent = self._path(node.node, frame) if isinstance(node, (nodes.Getattr, nodes.Getitem)) else None
        if parent is not None and key is not None:
            return f"{parent}.{key}"
        if parent is not None and isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
            return f"{parent}[{node.arg.value}]"
        if isinstance(node, nodes.Filter) and node.node is not None and node.name in _SAME_ITEMS:
            return self._path(node.node, frame)
        return None

    @override
    def visit_Name(self, node: nodes.Name, frame: Frame) -> None:
        self._name(node, frame, lenient=False)

    def _name(self, node: nodes.Name, frame: Frame, *, lenient: bool) -> None:
        ref = frame.symbols.ref(node.name)
        if ref in self._loops:
            loop = self._loops[ref]
            self.write(f"loop_info({loop.n}, {loop.seq}, {loop.depth})")
        elif not self._from_data(node.name, frame):
            self.write(ref)
        elif self.careful:
            self.write(f"s.name({node.name!r})")
        elif node.name in {"now", "today"}:
            self.write(f"(data[{node.name!r}] if {node.name!r} in data else s.{node.name})")
        else:
            self.write(f"data.get({node.name!r}, MISSING)" if lenient else f"data[{node.name!r}]")

    @override
    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:
        self._lookup(node, node.attr, frame, lenient=False)

    def _lookup(self, node: nodes.Getattr | nodes.Getitem, key: str, frame: Frame, *, lenient: bool) -> None:
        loop = self._loop_of(node.node, frame)
        if loop is not None:
            self._loop_value(loop, key, node)
        elif self.careful:
            self.write("s.get(")
            self._lenient(node.node, frame)
            self.write(f", {key!r}, {self._path(node, frame) or '.' + key!r})")
        elif lenient:
            self._optional(node, frame)
        elif isinstance(node.node, (nodes.Name, nodes.Getattr)) or key_of(node.node) is not None:
            self.visit(node.node, frame)
            self.write(f"[{key!r}]")
        else:
            self.write("item_of(")
            self.visit(node.node, frame)
            self.write(f", {key!r})")

    def _loop_value(self, loop: Loop, key: str, node: nodes.Node) -> None:
        if key in _LOOP_VALUES:
            self.write(loop.value(key, careful=self.careful))
            return
        near = difflib.get_close_matches(key, LOOP_NAMES, n=1)
        advice = f"Did you mean loop.{near[0]}?" if near else f"There are: {', '.join(LOOP_NAMES)}."
        self.findings.append((node.lineno, "unknown-loop-value", f"A loop has no {key!r}.", advice))
        self.write("None")

    def _optional(self, node: nodes.Node, frame: Frame) -> None:
        """Write a look-up that may find nothing, for the fast program: opt(data, 'customer', 'name')."""
        keys: list[str] = []
        while (key := key_of(node)) is not None and self._loop_of(node.node, frame) is None:  # type: ignore[attr-defined]
            keys.append(key)
            node = node.node  # type: ignore[attr-defined]  # a Getattr or Getitem, as key_of says
        self.write("opt(")
        if isinstance(node, nodes.Name) and self._from_data(node.name, frame) and node.name not in {"now", "today"}:
            self.write("data")
            keys.append(node.name)
        else:
            self._lenient(node, frame)
        self.write("".join(f", {key!r}" for key in reversed(keys)) + ")")

    def _loop_of(self, node: nodes.Node, frame: Frame) -> Loop | None:
        if isinstance(node, nodes.Name) and node.name == "loop":
            return self._loops.get(frame.symbols.find_ref("loop") or "")
        return None

    @override
    def visit_Getitem(self, node: nodes.Getitem, frame: Frame) -> None:
        self._getitem(node, frame, lenient=False)

    def _getitem(self, node: nodes.Getitem, frame: Frame, *, lenient: bool) -> None:
        key = key_of(node)
        if key is not None:
            self._lookup(node, key, frame, lenient=lenient)
        elif isinstance(node.arg, nodes.Slice):
            self._call_paid("sliced")
            self.visit(node.node, frame)
            for part in (node.arg.start, node.arg.stop, node.arg.step):
                self.write(", ")
                self._value(part, frame)
            self.write(")")
        elif self.careful:
            self.write("s.item(")
            self._lenient(node.node, frame)
            self.write(", ")
            self.visit(node.arg, frame)
            self.write(f", {self._path(node.node, frame) or 'the list'!r})")
        else:
            self.write("item_or_missing(" if lenient else "item_of(")
            self._lenient(node.node, frame)
            self.write(", ")
            self.visit(node.arg, frame)
            self.write(")")

    def _value(self, node: nodes.Node | None, frame: Frame) -> None:
        if node is None:
            self.write("None")
        else:
            self.visit(node, frame)

    def _begin(self, function: str) -> None:
        """Open the call of a function that wants its values to be there."""
        session = "s, " if function in METERED or function.startswith("T_") else ""
        self.write(f"s.op({function}, {session}" if self.careful else f"{function}({session}")

    def _call_paid(self, function: str) -> None:
        """Open the call of a function that costs by the sizes of what it is given and makes; s.op pays too."""
        session = "s, " if function in {"call_method", "items"} else ""
        self.write(f"s.op({function}, {session}" if self.careful else f"s.run({function}, {session}")

    @abstractmethod
    def _lenient(self, node: nodes.Node, frame: Frame) -> None:
        """Write an expression that may be missing without harm."""


def key_of(node: nodes.Node) -> str | None:
    """Return the key that a look-up names literally, or None for anything else."""
    if isinstance(node, nodes.Getattr):
        return node.attr
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
        return node.arg.value
    return None


def _eager(symbols: Symbols, ref: str) -> bool:
    """Tell whether a name is assigned in the frame that also loads it: then it needs a variable of its own."""
    owner: Symbols | None = symbols
    while owner is not None and ref not in owner.loads:
        owner = owner.parent
    return owner is not None and ref.split("_", 2)[2] in owner.stores
