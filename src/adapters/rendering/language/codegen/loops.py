"""Generates loops: paid for before they run, their values computed only where they are used."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from jinja2 import nodes
from jinja2.compiler import Frame, find_undeclared
from typing_extensions import override

from adapters.rendering.language.codegen.expressions import ExpressionGenerator
from adapters.rendering.language.codegen.lookups import Loop
from adapters.rendering.language.cost import weight_of
from adapters.rendering.language.environment import statics_in
from adapters.rendering.language.fuel import WATCHED_PIECES


class LoopGenerator(ExpressionGenerator):
    """Writes loops."""

    @override
    def visit_For(self, node: nodes.For, frame: Frame) -> None:
        loop_frame = frame.inner()
        loop_frame.loop_frame = True
        named = node.recursive or "loop" in find_undeclared(node.body, ("loop",))
        loop_ref = loop_frame.symbols.declare_parameter("loop") if named else None
        loop_frame.symbols.analyze_node(node, for_branch="body")
        name = self.temporary_identifier()
        loop = Loop(f"{name}_seq", f"{name}_n", f"{name}_depth", name if node.recursive else None, f"{name}_changed")
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

    def _each(self, node: nodes.For, frame: Frame, given: str | None) -> None:
        """Write the sequence a loop runs over, paid for before it runs, and filtered."""
        weight = weight_of([*node.body, *([] if node.test is None else [node.test])]) * self.cost
        self.write("s.each(s.loop(" if self.careful else "s.each(")
        if given:
            self.write(given)
        else:
            self.visit(node.iter, frame)
        self.write(f"{')' if self.careful else ''}, {weight}, {self._size(node.body)})")

    def _rounds(self, node: nodes.For, frame: Frame, loop_frame: Frame, loop: Loop, loop_ref: str | None) -> None:
        if node.test is not None:
            test_frame = frame.inner()
            test_frame.symbols.analyze_node(node, for_branch="test")
            self.writeline(f"{loop.seq} = [")
            self._target(node.target, test_frame)
            self.write(" for ")
            self._target(node.target, test_frame)
            self.write(f" in {self._rows(node, loop.seq)} if ")
            self._truth(node.test, test_frame)
            self.write("]")
        if loop_ref:
            self._loops[loop_ref] = loop
            if not node.recursive:
                self.writeline(f"{loop.depth} = 1")
            self.writeline(f"{loop.changed} = []")
        prints = _prints(node)
        stride = WATCHED_PIECES // (prints + 1)
        passing = f", passing={self._fresh[-1] is not None}"
        watched = f"s.watch({loop.seq}, {loop_frame.buffer}, {prints}{passing})"
        items = f"({loop.seq} if len({loop.seq}) < {stride} else {watched})"
        items = self._rows(node, items)
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

    def _rows(self, node: nodes.For, items: str) -> str:
        """Let the careful program say which item cannot be taken apart."""
        if self.careful and isinstance(node.target, nodes.Tuple):
            return f"s.rows({items}, {len(node.target.items)})"
        return items

    def _recursive(self, node: nodes.For, frame: Frame, loop_frame: Frame, loop: Loop, loop_ref: str | None) -> None:
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

    def _target(self, node: nodes.Node, frame: Frame) -> None:
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
        outputs = [node for node in body if isinstance(node, nodes.Output)]
        self._paid.update(map(id, outputs))
        return sum(
            self._sizes[index]
            for output in outputs
            for child in output.nodes
            if isinstance(child, nodes.TemplateData)
            for index in statics_in(child.data) or ()
        )


def target_names(node: nodes.Node) -> list[str]:
    """Name what an assignment or a loop assigns, tuples taken apart."""
    if isinstance(node, nodes.Name):
        return [node.name]
    return [name for item in getattr(node, "items", ()) for name in target_names(item)]


def _prints(node: nodes.Node) -> int:
    """Count the values that one round of a loop prints at most."""
    outputs = node.find_all(nodes.Output)
    return sum(not isinstance(child, nodes.TemplateData) for output in outputs for child in output.nodes)
