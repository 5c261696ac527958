"""Generates whole programs: output, conditions, assignments, macros."""

from typing import Any, Final

from jinja2 import nodes
from jinja2.compiler import Frame, find_undeclared
from jinja2.nodes import EvalContext
from typing_extensions import override

from adapters.rendering.language.codegen.frames import SharedFrame
from adapters.rendering.language.codegen.loops import LoopGenerator, target_names
from adapters.rendering.language.cost import LONG_TEXT, weight_of
from adapters.rendering.language.environment import statics_in

# A template without loops that takes no more steps than this need not be counted.
_FREE_STEPS: Final = 10_000
_CHUNK: Final = 60  # pieces in one tuple: Python keeps all of them on its stack

# Whether a text of the data needs no escaping: none does, or those that do are known.
_PLAIN: Final = "(plain or odd and t_v not in odd)"


class Generator(LoopGenerator):
    """One program's generator; `writers` gives the writer's number of each tag, the first tag being that of line 1."""

    def generate(self, template: nodes.Template) -> tuple[str, list[tuple[int, int]]]:
        """Return the source, and pairs of a tag's number and the first line of its code."""
        self.visit_Template(template)
        body = self.stream.getvalue()  # type: ignore[attr-defined]  # the StringIO that CodeGenerator makes
        constants = "; ".join(f"k{i} = Decimal({text!r})" for i, text in enumerate(self._constants)) or "pass"
        return f"{constants}\n{body}", [(tag, line + 1) for tag, line in self.debug_info]

    @override
    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        frame = SharedFrame(EvalContext(self.environment, None))
        frame.symbols.analyze_node(node)
        frame.toplevel = frame.rootlevel = True
        frame.buffer = "out"
        self.writeline("def root(data, s, writers, out):")
        self.indent()
        if self._plain_writers:
            self.writeline("plain, odd = s.plain, s.odd")
        for number in sorted(set(self._writers)):
            self.writeline(f"w{number} = writers[{number}]")
        weight = weight_of(node.body) * self.cost
        if weight > _FREE_STEPS:
            self.writeline(f"s.charge({weight})")
        self.enter_frame(frame)
        self.blockvisit(node.body, frame)
        self.outdent()
        self.writeline("pass")

    @override
    def visit_Output(self, node: nodes.Output, frame: Frame) -> None:
        pieces: list[int | nodes.Expr] = []
        for child in node.nodes:
            if isinstance(child, nodes.TemplateData):
                pieces.extend(self._note(statics_in(child.data) or [], paid=id(node) in self._paid))
            else:
                pieces.append(child)
        if self.careful:
            self._careful_output(pieces, frame)
            return
        for start in range(0, len(pieces), _CHUNK):
            self._fast_output(pieces[start : start + _CHUNK], frame)

    def _note(self, statics: list[int], *, paid: bool) -> list[int]:
        if self._fresh and not paid:
            self.longest_repeated = max(self.longest_repeated, *(self._sizes[index] for index in statics), 0)
        return statics

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
        weighed = f" < {LONG_TEXT} else s.big(t_p))"
        if not self._is_clean(node, frame):
            known = isinstance(node, (nodes.Const, nodes.BinExpr, nodes.Compare))
            self.write("(t_p if len(t_p := " + (f"w{number}(" if known else f"show(w{number}, {number}, "))
            self.visit(node, frame)
            self.write(f")){weighed}")
        elif number not in self._plain_writers:
            self.write(f"(t_p if len(t_p := w{number}(")
            self.visit(node, frame)
            self.write(f")){weighed}")
        elif self._is_fresh(node, frame):
            # A text that a loop passes once is bounded by the data's own size; anything else is weighed.
            self.write("(t_v if type(t_v := ")
            self.visit(node, frame)
            self.write(f") is str and {_PLAIN} else t_p if len(t_p := w{number}(t_v)){weighed}")
        else:
            self.write("(t_p if len(t_p := t_v if type(t_v := ")
            self.visit(node, frame)
            self.write(f") is str and {_PLAIN} else w{number}(t_v)){weighed}")

    def _careful_output(self, pieces: list[int | nodes.Expr], frame: Frame) -> None:
        for piece in pieces:
            if isinstance(piece, int):
                self.writeline(f"{frame.buffer}.append(b'{piece}')")
                continue
            number, tag = self._writer(piece), f"TAGS[{piece.lineno - 1}]"
            # A function of its own takes Python less than half the memory to compile that a try statement takes.
            self.writeline(f"{frame.buffer}.append(s.printed(w{number}, {number}, {tag}, lambda: ", piece)
            self.visit(piece, frame)
            self.write("))")

    @override
    def visit_If(self, node: nodes.If, frame: Frame) -> None:
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

    @override
    def visit_Assign(self, node: nodes.Assign, frame: Frame) -> None:
        self._statement(node)
        if isinstance(node.target, nodes.NSRef):
            self.write(f"set_value({self._namespace(node.target, frame)}, {node.target.attr!r}, ")
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
        self._assign_parts(node.target, node.node, frame)

    def _namespace(self, target: nodes.NSRef, frame: Frame) -> str:
        # A name that the template never assigns has no variable, and is no namespace.
        return "None" if self._from_data(target.name, frame) else frame.symbols.ref(target.name)

    def _assign_parts(self, target: nodes.Node, value: nodes.Node, frame: Frame) -> None:
        """Write {% set a, b = … %}: part by part where the parts are there to see."""
        targets = list(getattr(target, "items", ()))
        for name in target_names(target):
            self._clean.discard(frame.symbols.ref(name))
            self._paths.pop(frame.symbols.ref(name), None)
        self._target(target, frame)
        self.write(" = ")
        if isinstance(value, nodes.Tuple) and len(value.items) == len(targets):
            self.write("(")
            for item in value.items:
                self._lenient(item, frame)
                self.write(", ")
            self.write(")")
            return
        self.write("s.parts(" if self.careful else "unpack(")
        self._lenient(value, frame)
        self.write(f", {len(targets)})")

    @override
    def visit_AssignBlock(self, node: nodes.AssignBlock, frame: Frame) -> None:
        inner = frame.inner()
        inner.symbols.analyze_node(node)
        self.enter_frame(inner)
        self.buffer(inner)
        self.blockvisit(node.body, inner)
        self._statement(node)
        value = f"s.captured({inner.buffer}, {self._writer(node)})"
        if isinstance(node.target, nodes.NSRef):
            self.write(f"set_value({self._namespace(node.target, frame)}, {node.target.attr!r}, {value})")
            return
        for name in target_names(node.target):
            self._clean.discard(frame.symbols.ref(name))
        self._target(node.target, frame)
        self.write(f" = {value}")

    @override
    def visit_With(self, node: nodes.With, frame: Frame) -> None:
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

    @override
    def visit_ExprStmt(self, node: nodes.ExprStmt, frame: Frame) -> None:
        self._statement(node)
        self.visit(node.node, frame)

    @override
    def visit_Macro(self, node: nodes.Macro, frame: Frame) -> None:
        name = self._macro(node, frame)
        parameters = tuple(arg.name for arg in node.args)
        self.writeline(f"{frame.symbols.ref(node.name)} = Macro({node.name!r}, {parameters!r}, {name})")

    @override
    def visit_CallBlock(self, node: nodes.CallBlock, frame: Frame) -> None:
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
        self._clean, self._paths = set(self._clean), dict(self._paths)
        for _, ref in refs:
            self._clean.discard(ref)
            self._paths.pop(ref, None)
        self._fresh = [None]
        self.writeline(f"s.charge({weight_of([*node.body, *node.defaults]) * self.cost})")
        self.enter_frame(inner)
        for index, (arg, ref) in enumerate(refs):
            default = index - len(refs) + len(node.defaults)
            self.writeline(f"{ref} = given[{arg!r}] if {arg!r} in given else ")
            if default >= 0:
                self._lenient(node.defaults[default], inner)
            else:
                self.write(f"Missing({arg!r})" if self.careful else "MISSING")
        self.blockvisit(node.body, inner)
        self.writeline(f"return s.captured({inner.buffer}, {self._writer(node)})")
        self._clean, self._paths, self._fresh = saved
        self.outdent()
        return name
