"""Generates Python from a template's syntax tree: plain look-ups, output as tuples of text, nothing of Jinja's run time.

There are two programs for each template. The fast one takes every look-up for granted: `customer.name` becomes
`data['customer']['name']`, which only mappings answer. Where anything goes wrong (a key is missing, a value has the
wrong kind) the render is started again with the careful one, which looks before each step, remembers paths and
places, goes on after an error, and so finds all of them. Both are generated from the same tree by this one class.
"""

import difflib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame, find_undeclared
from jinja2.idtracking import VAR_LOAD_ALIAS, VAR_LOAD_PARAMETER, VAR_LOAD_RESOLVE, Symbols
from jinja2.nodes import EvalContext

from adapters.rendering.language.environment import ENVIRONMENT, statics_in
from adapters.rendering.language.filters import FILTERS
from adapters.rendering.language.session import LONG_TEXT, WATCHED_PIECES

_CHUNK: Final = 60  # pieces in one tuple: Python keeps all of them on its stack

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
_DEFAULTS: Final = ("default", "d")


@dataclass(slots=True)
class _Loop:
    """The Python names behind `loop`."""

    seq: str
    n: str
    depth: str
    function: str | None
    changed: str

    def value(self, name: str, *, careful: bool) -> str:
        missing = f"Missing('loop.{name}')" if careful else "MISSING"
        return _LOOP_VALUES[name].format(n=self.n, seq=self.seq, depth=self.depth, missing=missing)


class Generator(CodeGenerator):
    """One program's generator; `writers` gives the writer's number of each tag, the first tag being that of line 1."""

    def __init__(self, writers: Sequence[int], sizes: Sequence[int], *, careful: bool) -> None:
        super().__init__(ENVIRONMENT, None, None, optimized=False)
        self.careful = careful
        self._writers = writers
        self._sizes = sizes
        self._constants: list[str] = []
        self._loops: dict[str, _Loop] = {}
        self._clean: set[str] = set()
        self._paths: dict[str, str] = {}
        # What only this walk can see to be wrong: tag number, code, message, suggestion.
        self.findings: list[tuple[int, str, str, str]] = []
        # The targets of the loop around, where it passes over data that no loop around it repeats; else None.
        self._fresh: list[frozenset[str] | None] = []

    def generate(self, template: nodes.Template) -> tuple[str, list[tuple[int, int]]]:
        """Return the source, and pairs of a tag's number and the first line of its code."""
        self.visit_Template(template)
        body = self.stream.getvalue()  # type: ignore[attr-defined]  # the StringIO that CodeGenerator makes
        constants = "; ".join(f"k{i} = Decimal({text!r})" for i, text in enumerate(self._constants)) or "pass"
        return f"{constants}\n{body}", [(tag, line + 1) for tag, line in self.debug_info]

    # -- frames

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:  # noqa: N802
        frame = Frame(EvalContext(self.environment, None))
        frame.symbols.analyze_node(node)
        frame.toplevel = frame.rootlevel = True
        frame.buffer = "out"
        self.writeline("def root(data, s, writers, out):")
        self.indent()
        for number in sorted(set(self._writers)):
            self.writeline(f"w{number} = writers[{number}]")
        self.enter_frame(frame)
        self.blockvisit(node.body, frame)
        self.outdent()
        self.writeline("pass")

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

    def leave_frame(self, frame: Frame, with_python_scope: bool = False) -> None:  # noqa: FBT001, FBT002  # Jinja's
        """Leave the names; nothing reads them outside."""

    def _named(self, name: str) -> str:
        return f"s.name({name!r})" if self.careful else f"data.get({name!r}, MISSING)"

    def _statement(self, node: nodes.Node) -> None:
        """Begin a statement; the careful program notes whose tag it is."""
        if self.careful:
            self.writeline(f"s.tag = TAGS[{node.lineno - 1}]", node)
        self.newline(node)

    def blockvisit(self, nodes: Any, frame: Frame) -> None:
        """Write a block of statements."""
        self.writeline("pass")
        for node in nodes:
            self.visit(node, frame)

    def _writer(self, node: nodes.Node) -> int:
        return self._writers[node.lineno - 1]

    # -- output

    def visit_Output(self, node: nodes.Output, frame: Frame) -> None:  # noqa: N802
        pieces: list[int | nodes.Expr] = []
        for child in node.nodes:
            if isinstance(child, nodes.TemplateData):
                pieces.extend(statics_in(child.data) or ())
            else:
                pieces.append(child)
        if self.careful:
            self._careful_output(pieces, frame)
            return
        for start in range(0, len(pieces), _CHUNK):
            self._fast_output(pieces[start : start + _CHUNK], frame)

    def _fast_output(self, pieces: list[int | nodes.Expr], frame: Frame) -> None:
        alone = len(pieces) == 1
        self.writeline(f"{frame.buffer}.append(" if alone else f"{frame.buffer} += (")
        for piece in pieces:
            if isinstance(piece, int):
                self.write(f"b'{piece}'")
            else:
                self.newline(piece)
                self._print(piece, frame)
            self.write("" if alone else ", ")
        self.write(")")

    def _print(self, node: nodes.Expr, frame: Frame) -> None:
        number = self._writer(node)
        # A value that a loop passes once is bounded by the data's own size; any other is weighed.
        weighed = not self._is_fresh(node, frame)
        if weighed:
            self.write("(t_p if len(t_p := ")
        clean = isinstance(node, (nodes.Const, nodes.BinExpr, nodes.Compare)) or self._is_clean(node, frame)
        self.write(f"w{number}(" if clean else f"show(w{number}, {number}, ")
        self.visit(node, frame)
        self.write(f")) < {LONG_TEXT} else s.big(t_p))" if weighed else ")")

    def _careful_output(self, pieces: list[int | nodes.Expr], frame: Frame) -> None:
        for piece in pieces:
            if isinstance(piece, int):
                self.writeline(f"{frame.buffer}.append(b'{piece}')")
                continue
            number, tag = self._writer(piece), f"TAGS[{piece.lineno - 1}]"
            self.writeline(f"s.tag = {tag}", piece)
            self.writeline("try:")
            self.indent()
            self.writeline(f"{frame.buffer}.append(s.big(s.show(w{number}, {number}, ")
            self.visit(piece, frame)
            self.write(f", {tag})))")
            self.outdent()
            self.writeline(f"except FAILURES as error: s.fail(error, {tag})")

    # -- statements

    def visit_If(self, node: nodes.If, frame: Frame) -> None:  # noqa: N802
        inner = frame.soft()
        self._statement(node)
        self._branch("if", node, inner)
        for branch in node.elif_:
            self._branch("elif", branch, inner)
        if node.else_:
            self.writeline("else:")
            self._body(node.else_, inner)

    def _branch(self, word: str, node: nodes.If, frame: Frame) -> None:
        self.writeline(f"{word} ", node)
        self._truth(node.test, frame)
        self.write(":")
        self._body(node.body, frame)

    def _body(self, body: Any, frame: Frame) -> None:
        self.indent()
        self.blockvisit(body, frame)
        self.outdent()

    def visit_For(self, node: nodes.For, frame: Frame) -> None:  # noqa: N802
        loop_frame = frame.inner()
        loop_frame.loop_frame = True
        named = node.recursive or "loop" in find_undeclared(node.body, ("loop",))
        loop_ref = loop_frame.symbols.declare_parameter("loop") if named else None
        loop_frame.symbols.analyze_node(node, for_branch="body")
        name = self.temporary_identifier()
        loop = _Loop(f"{name}_seq", f"{name}_n", f"{name}_depth", name if node.recursive else None, f"{name}_changed")
        outermost = not self._fresh and self._passes_once(node, frame)
        with self._within(node, frame, loop_frame):
            if node.recursive:
                self._recursive(node, frame, loop_frame, loop, loop_ref)
            else:
                self._statement(node)
                self.write(f"{loop.seq} = ")
                self._each(node, frame, None)
                self._rounds(node, frame, loop_frame, loop, loop_ref)
        if outermost and not self.careful:
            self.writeline(f"s.traversed({frame.buffer}, {_prints(node)})")

    @contextmanager
    def _within(self, node: nodes.For, frame: Frame, loop_frame: Frame) -> Iterator[None]:
        """Know what the loop's targets stand for, while its body is written."""
        refs = [loop_frame.symbols.ref(name) for name in target_names(node.target)]
        fresh = frozenset(refs) if self._passes_once(node, frame) else None
        clean, paths, path = set(self._clean), dict(self._paths), self._path(node.iter, frame)
        if self._is_clean(node.iter, frame) and not node.recursive:
            self._clean.update(refs)
        else:
            self._clean.difference_update(refs)
        for ref in refs:
            self._paths.pop(ref, None)
        if path and isinstance(node.target, nodes.Name):
            self._paths[refs[-1]] = f"{path}[]"
        self._fresh.append(fresh)
        yield
        self._fresh.pop()
        self._clean, self._paths = clean, paths

    def _passes_once(self, node: nodes.For, frame: Frame) -> bool:
        """Tell whether a loop passes each item of the data once, and no loop around it repeats that."""
        if node.recursive or not self._is_clean(node.iter, frame):
            return False
        return not self._fresh or self._is_fresh(node.iter, frame)

    def _is_fresh(self, node: nodes.Expr, frame: Frame) -> bool:
        targets = self._fresh[-1] if self._fresh else None
        if not targets or not self._is_clean(node, frame):
            return False
        root: nodes.Node = node
        while isinstance(root, (nodes.Getattr, nodes.Getitem, nodes.Call)):
            root = root.node
        return isinstance(root, nodes.Name) and frame.symbols.find_ref(root.name) in targets

    def _each(self, node: nodes.For, frame: Frame, given: str | None) -> None:
        """Write the sequence a loop runs over, paid for before it runs, and filtered."""
        weight = 1 + sum(1 for _ in node.find_all((nodes.Output, nodes.Assign, nodes.If)))
        self.write("s.each(s.loop(" if self.careful else "s.each(")
        if given:
            self.write(given)
        else:
            self.visit(node.iter, frame)
        self.write(f"{')' if self.careful else ''}, {weight}, {self._size(node.body)})")

    def _rounds(self, node: nodes.For, frame: Frame, loop_frame: Frame, loop: _Loop, loop_ref: str | None) -> None:
        if node.test is not None:
            test_frame = frame.inner()
            test_frame.symbols.analyze_node(node, for_branch="test")
            self.writeline(f"{loop.seq} = [")
            self._target(node.target, test_frame)
            self.write(" for ")
            self._target(node.target, test_frame)
            self.write(f" in {loop.seq} if ")
            self._truth(node.test, test_frame)
            self.write("]")
        if loop_ref:
            self._loops[loop_ref] = loop
            if not node.recursive:
                self.writeline(f"{loop.depth} = 1")
            self.writeline(f"{loop.changed} = []")
        prints = _prints(node)
        stride = WATCHED_PIECES // (prints + 1)
        items = f"({loop.seq} if len({loop.seq}) < {stride} else s.watch({loop.seq}, {loop_frame.buffer}, {prints}))"
        self.writeline(f"for {loop.n}, " if loop_ref else "for ", node)
        self._target(node.target, loop_frame)
        self.write(f" in enumerate({items}, 1):" if loop_ref else f" in {items}:")
        self.indent()
        self.enter_frame(loop_frame)
        self.blockvisit(node.body, loop_frame)
        self.outdent()
        if loop_ref:
            del self._loops[loop_ref]
        if node.else_:
            else_frame = frame.inner()
            else_frame.buffer = loop_frame.buffer
            else_frame.symbols.analyze_node(node, for_branch="else")
            self.writeline(f"if not {loop.seq}:")
            self.indent()
            self.enter_frame(else_frame)
            self.blockvisit(node.else_, else_frame)
            self.outdent()

    def _recursive(self, node: nodes.For, frame: Frame, loop_frame: Frame, loop: _Loop, loop_ref: str | None) -> None:
        self.writeline(f"def {loop.function}({loop.seq}, {loop.depth}):", node)
        self.indent()
        loop_frame.buffer = f"{loop.function}_out"
        self.writeline(f"{loop_frame.buffer} = []")
        self._statement(node)
        self.write(f"{loop.seq} = ")
        self._each(node, frame, loop.seq)
        self._rounds(node, frame, loop_frame, loop, loop_ref)
        self.writeline(f"return s.captured({loop_frame.buffer}, {self._writer(node)})")
        self.outdent()
        self._statement(node)
        self.write(f"{frame.buffer}.append({loop.function}(")
        self.visit(node.iter, frame)
        self.write(", 1).text)")

    def _target(self, node: nodes.Expr, frame: Frame) -> None:
        if isinstance(node, nodes.Name):
            self.write(frame.symbols.ref(node.name))
            return
        self.write("(")
        for item in node.items:  # type: ignore[attr-defined]  # a Tuple: the parser allows nothing else
            self._target(item, frame)
            self.write(", ")
        self.write(")")

    def _size(self, body: Any) -> int:
        """Return the characters of static text that each round of a loop puts out in any case."""
        return sum(
            self._sizes[index]
            for output in body
            if isinstance(output, nodes.Output)
            for child in output.nodes
            if isinstance(child, nodes.TemplateData)
            for index in statics_in(child.data) or ()
        )

    def visit_Assign(self, node: nodes.Assign, frame: Frame) -> None:  # noqa: N802
        self._statement(node)
        if isinstance(node.target, nodes.NSRef):
            self.write(f"set_value({frame.symbols.ref(node.target.name)}, {node.target.attr!r}, ")
            self._lenient(node.node, frame)
            self.write(")")
            return
        if isinstance(node.target, nodes.Name):
            self._forget(node.target, frame)
            path = self._path(node.node, frame)
            self._target(node.target, frame)
            self.write(" = ")
            self._lenient(node.node, frame)
            if path:
                self._paths[frame.symbols.ref(node.target.name)] = path
            return
        for name in target_names(node.target):
            self._clean.discard(frame.symbols.ref(name))
        self._target(node.target, frame)
        self.write(" = ")
        self.visit(node.node, frame)

    def _forget(self, target: nodes.Name, frame: Frame) -> None:
        self._clean.discard(frame.symbols.ref(target.name))
        self._paths.pop(frame.symbols.ref(target.name), None)

    def visit_AssignBlock(self, node: nodes.AssignBlock, frame: Frame) -> None:  # noqa: N802
        inner = frame.inner()
        inner.symbols.analyze_node(node)
        self.enter_frame(inner)
        self.buffer(inner)
        self.blockvisit(node.body, inner)
        self._statement(node)
        value = f"s.captured({inner.buffer}, {self._writer(node)})"
        if isinstance(node.target, nodes.NSRef):
            self.write(f"set_value({frame.symbols.ref(node.target.name)}, {node.target.attr!r}, {value})")
            return
        for name in target_names(node.target):
            self._clean.discard(frame.symbols.ref(name))
        self._target(node.target, frame)
        self.write(f" = {value}")

    def visit_With(self, node: nodes.With, frame: Frame) -> None:  # noqa: N802
        inner = frame.inner()
        inner.symbols.analyze_node(node)
        self.enter_frame(inner)
        for target, value in zip(node.targets, node.values, strict=True):
            self._statement(node)
            self._target(target, inner)
            self.write(" = ")
            self._lenient(value, frame)
            path = self._path(value, frame)
            if isinstance(target, nodes.Name):
                self._forget(target, inner)
                if path:
                    self._paths[inner.symbols.ref(target.name)] = path
        self.blockvisit(node.body, inner)

    def visit_ExprStmt(self, node: nodes.ExprStmt, frame: Frame) -> None:  # noqa: N802
        self._statement(node)
        self.visit(node.node, frame)

    def visit_Macro(self, node: nodes.Macro, frame: Frame) -> None:  # noqa: N802
        name = self._macro(node, frame)
        parameters = tuple(arg.name for arg in node.args)
        self.writeline(f"{frame.symbols.ref(node.name)} = Macro({node.name!r}, {parameters!r}, {name})")

    def visit_CallBlock(self, node: nodes.CallBlock, frame: Frame) -> None:  # noqa: N802
        name = self._macro(node, frame)
        parameters = tuple(arg.name for arg in node.args)
        self._statement(node)
        self.write(f"{frame.buffer}.append(show(w{self._writer(node)}, {self._writer(node)}, ")
        self._macro_call(node.call, frame, f"Macro('caller', {parameters!r}, {name})")
        self.write("))")

    def _macro(self, node: nodes.Macro | nodes.CallBlock, frame: Frame) -> str:
        inner = frame.inner()
        inner.symbols.analyze_node(node)
        name = self.temporary_identifier()
        # Values come by the parameters' names in the template; the body knows them by their references.
        refs = [(arg.name, inner.symbols.ref(arg.name)) for arg in node.args]
        if "caller" in find_undeclared(node.body, ("caller",)):
            caller = inner.symbols.declare_parameter("caller")
        else:
            caller = "caller"
        self.writeline(f"def {name}(*, caller=None, **given):", node)
        self.indent()
        inner.buffer = f"{name}_out"
        self.writeline(f"{inner.buffer} = []")
        if caller != "caller":
            self.writeline(f"{caller} = caller")
        saved = self._clean, self._paths, self._fresh
        self._clean = set(self._clean) - {ref for _, ref in refs}
        self._paths = {ref: path for ref, path in self._paths.items() if ref not in dict(refs).values()}
        self._fresh = [None]
        for index, (arg, ref) in enumerate(refs):
            default = index - len(refs) + len(node.defaults)
            self.writeline(f"{ref} = given[{arg!r}] if {arg!r} in given else ")
            if default >= 0:
                self._lenient(node.defaults[default], inner)
            else:
                self.write(f"Missing({arg!r})" if self.careful else "MISSING")
        self.enter_frame(inner)
        self.blockvisit(node.body, inner)
        self.writeline(f"return s.captured({inner.buffer}, {self._writer(node)})")
        self._clean, self._paths, self._fresh = saved
        self.outdent()
        return name

    # -- names and look-ups

    def visit_Name(self, node: nodes.Name, frame: Frame) -> None:  # noqa: N802
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

    def _from_data(self, name: str, frame: Frame) -> bool:
        ref = frame.symbols.ref(name)
        load = frame.symbols.find_load(ref)
        return load is not None and load[0] == VAR_LOAD_RESOLVE and not _eager(frame.symbols, ref)

    def _is_clean(self, node: nodes.Node, frame: Frame) -> bool:
        """Tell whether an expression gives a value of the data itself: never captured output, never nothing."""
        if isinstance(node, nodes.Name):
            return self._from_data(node.name, frame) or frame.symbols.ref(node.name) in self._clean
        if _key_of(node) is not None:
            return self._is_clean(node.node, frame)  # type: ignore[attr-defined]  # a Getattr or Getitem
        if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Getattr) and not node.args:
            return node.node.attr in {"items", "values", "keys"} and self._is_clean(node.node.node, frame)
        return False

    def _path(self, node: nodes.Node, frame: Frame) -> str | None:
        """Return the path of a look-up in the template's words, as far as it is known."""
        if isinstance(node, nodes.Name):
            ref = frame.symbols.find_ref(node.name)
            if ref is None or ref in self._loops:
                return None
            if ref in self._paths:
                return self._paths[ref]
            return node.name
        key = _key_of(node)
        if key is not None:
            parent = self._path(node.node, frame)  # type: ignore[attr-defined]  # a Getattr or Getitem
            return f"{parent}.{key}" if parent else None
        if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, int):
            parent = self._path(node.node, frame)
            return f"{parent}[{node.arg.value}]" if parent else None
        if isinstance(node, nodes.Filter) and node.node is not None and node.name in _SAME_ITEMS:
            return self._path(node.node, frame)
        return None

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802
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
        else:
            self.visit(node.node, frame)
            self.write(f"[{key!r}]")

    def _loop_value(self, loop: _Loop, key: str, node: nodes.Node) -> None:
        if key in _LOOP_VALUES:
            self.write(loop.value(key, careful=self.careful))
            return
        near = difflib.get_close_matches(key, LOOP_NAMES, n=1)
        advice = f"Did you mean loop.{near[0]}?" if near else f"There are: {', '.join(LOOP_NAMES)}."
        self.findings.append((node.lineno, "unknown-loop-value", f"A loop has no {key!r}.", advice))
        self.write("None")

    def _optional(self, node: nodes.Expr, frame: Frame) -> None:
        """Write a look-up that may find nothing, for the fast program: opt(data, 'customer', 'name')."""
        keys: list[str] = []
        while (key := _key_of(node)) is not None and self._loop_of(node.node, frame) is None:  # type: ignore[attr-defined]
            keys.append(key)
            node = node.node  # type: ignore[attr-defined]  # a Getattr or Getitem, as _key_of says
        self.write("opt(")
        if isinstance(node, nodes.Name) and self._from_data(node.name, frame) and node.name not in {"now", "today"}:
            self.write("data")
            keys.append(node.name)
        else:
            self._lenient(node, frame)
        self.write("".join(f", {key!r}" for key in reversed(keys)) + ")")

    def _loop_of(self, node: nodes.Node, frame: Frame) -> _Loop | None:
        if isinstance(node, nodes.Name) and node.name == "loop":
            return self._loops.get(frame.symbols.find_ref("loop") or "")
        return None

    def visit_Getitem(self, node: nodes.Getitem, frame: Frame) -> None:  # noqa: N802
        self._getitem(node, frame, lenient=False)

    def _getitem(self, node: nodes.Getitem, frame: Frame, *, lenient: bool) -> None:
        key = _key_of(node)
        if key is not None:
            self._lookup(node, key, frame, lenient=lenient)
        elif isinstance(node.arg, nodes.Slice):
            self._begin("sliced")
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

    def _value(self, node: nodes.Expr | None, frame: Frame) -> None:
        if node is None:
            self.write("None")
        else:
            self.visit(node, frame)

    # -- expressions that may be missing without harm

    def _lenient(self, node: nodes.Expr, frame: Frame) -> None:
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

    def _truth(self, node: nodes.Expr, frame: Frame) -> None:
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

    def visit_Not(self, node: nodes.Not, frame: Frame) -> None:  # noqa: N802
        self._truth(node, frame)

    def visit_And(self, node: nodes.And, frame: Frame) -> None:  # noqa: N802
        self._either(node, frame, lenient=False)

    def visit_Or(self, node: nodes.Or, frame: Frame) -> None:  # noqa: N802
        self._either(node, frame, lenient=False)

    def _either(self, node: nodes.And | nodes.Or, frame: Frame, *, lenient: bool) -> None:
        self.write("(")
        self._lenient(node.left, frame)
        self.write(" and " if isinstance(node, nodes.And) else " or ")
        (self._lenient if lenient else self.visit)(node.right, frame)
        self.write(")")

    def visit_CondExpr(self, node: nodes.CondExpr, frame: Frame) -> None:  # noqa: N802
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

    # -- operators, filters, tests, calls

    def _begin(self, function: str) -> None:
        """Open the call of a function that wants its values to be there."""
        self.write(f"s.op({function}, " if self.careful else f"{function}(")

    def visit_Const(self, node: nodes.Const, frame: Frame) -> None:  # noqa: ARG002, N802
        if isinstance(node.value, Decimal):
            self._constants.append(str(node.value))
            self.write(f"k{len(self._constants) - 1}")
        else:
            self.write(repr(node.value))

    def visit_Tuple(self, node: nodes.Tuple, frame: Frame) -> None:  # noqa: N802
        self._items("[", "]", node.items, frame)

    def visit_List(self, node: nodes.List, frame: Frame) -> None:  # noqa: N802
        self._items("[", "]", node.items, frame)

    def visit_Dict(self, node: nodes.Dict, frame: Frame) -> None:  # noqa: N802
        self._begin("make_dict")
        for pair in node.items:
            self.visit(pair.key, frame)
            self.write(", ")
            self.visit(pair.value, frame)
            self.write(", ")
        self.write(")")

    def _items(self, before: str, after: str, items: Sequence[nodes.Expr], frame: Frame) -> None:
        self.write("s.op(make_list, " if self.careful else before)
        for item in items:
            self.visit(item, frame)
            self.write(", ")
        self.write(")" if self.careful else after)

    def _binary(self, function: str, node: nodes.BinExpr, frame: Frame, *, grows: bool = False) -> None:
        self.write("s.built(" if grows else "")
        self._begin(function)
        self.visit(node.left, frame)
        self.write(", ")
        self.visit(node.right, frame)
        self.write("))" if grows else ")")

    def visit_Add(self, node: nodes.Add, frame: Frame) -> None:  # noqa: N802
        self._binary("add", node, frame, grows=True)

    def visit_Sub(self, node: nodes.Sub, frame: Frame) -> None:  # noqa: N802
        self._binary("subtract", node, frame)

    def visit_Mul(self, node: nodes.Mul, frame: Frame) -> None:  # noqa: N802
        self._binary("multiply", node, frame, grows=True)

    def visit_Div(self, node: nodes.Div, frame: Frame) -> None:  # noqa: N802
        self._binary("divide", node, frame)

    def visit_FloorDiv(self, node: nodes.FloorDiv, frame: Frame) -> None:  # noqa: N802
        self._binary("floor_divide", node, frame)

    def visit_Mod(self, node: nodes.Mod, frame: Frame) -> None:  # noqa: N802
        self._binary("modulo", node, frame)

    def visit_Pow(self, node: nodes.Pow, frame: Frame) -> None:  # noqa: N802
        self._binary("power", node, frame)

    def visit_Neg(self, node: nodes.Neg, frame: Frame) -> None:  # noqa: N802
        self._call("negative", [node.node], [], frame)

    def visit_Pos(self, node: nodes.Pos, frame: Frame) -> None:  # noqa: N802
        self._call("positive", [node.node], [], frame)

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802
        self.write("s.built(")
        self._call("concat", node.nodes, [], frame)
        self.write(")")

    def visit_Compare(self, node: nodes.Compare, frame: Frame) -> None:  # noqa: N802
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

    def _call(self, function: str, args: Sequence[nodes.Expr], kwargs: Sequence[nodes.Keyword], frame: Frame) -> None:
        self._begin(function)
        self._arguments(args, kwargs, frame)
        self.write(")")

    def _arguments(
        self, args: Sequence[nodes.Expr], kwargs: Sequence[nodes.Keyword], frame: Frame, *, lenient: bool = False
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

    def visit_Filter(self, node: nodes.Filter, frame: Frame) -> None:  # noqa: N802
        if node.node is None:
            return
        if node.name in _DEFAULTS:
            self._default(node, frame)
            return
        known = FILTERS[node.name]
        self.write("s.built(" if known.grows else "")
        self._begin(f"F_{node.name}")
        self.write("s, " if known.session else "")
        self._arguments([node.node, *node.args], node.kwargs, frame)
        self.write("))" if known.grows else ")")

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

    def visit_Test(self, node: nodes.Test, frame: Frame) -> None:  # noqa: N802
        if node.name in {"defined", "undefined", "none"}:
            name = {"defined": " is not Missing", "undefined": " is Missing", "none": " is None"}[node.name]
            self.write("(" if node.name == "none" else "(type(")
            self._lenient(node.node, frame)
            self.write(f"{name})" if node.name == "none" else f"){name})")
            return
        self._call(f"T_{_TEST_NAMES.get(node.name, node.name)}", [node.node, *node.args], node.kwargs, frame)

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002, N802
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
            self._items("[", "]", node.args, frame)
            self.write(f"[({loop.n} - 1) % {len(node.args)}]")
        elif loop is not None and target.attr == "changed":
            self.write(f"changed({loop.changed}, ")
            self._items("[", "]", node.args, frame)
            self.write(")")
        elif target.attr == "items" and not node.args and not node.kwargs:
            self._call("items", [target.node], [], frame)
        else:
            self.write("s.built(")
            self._begin("call_method")
            self.visit(target.node, frame)
            self.write(f", {target.attr!r}, ")
            self._arguments(node.args, node.kwargs, frame)
            self.write("))")


_SAME_ITEMS: Final = frozenset(
    {"sort", "list", "reverse", "unique", "select", "selectattr", "reject", "rejectattr", "default", "d"}
)
_TEST_NAMES: Final = {"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}


def _key_of(node: nodes.Node) -> str | None:
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


def target_names(node: nodes.Node) -> list[str]:
    """Name what an assignment or a loop assigns, tuples taken apart."""
    if isinstance(node, nodes.Name):
        return [node.name]
    return [name for item in getattr(node, "items", ()) for name in target_names(item)]


def _prints(node: nodes.Node) -> int:
    return sum(len(output.nodes) for output in node.find_all(nodes.Output))
