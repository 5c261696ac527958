"""The allow-list of the language: what a syntax tree may hold, checked before any code is generated from it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any, Final

from jinja2 import nodes

from adapters.rendering.language.filters import FILTERS
from adapters.rendering.language.limits import Limits
from adapters.rendering.language.methods import METHOD_NAMES
from adapters.rendering.language.operators import MAX_BITS
from adapters.rendering.language.predicates import TEST_NAMES, TESTS
from adapters.rendering.language.signatures import constant_arguments, misfit
from adapters.rendering.language.unknown import (
    instead_of_filter,
    instead_of_function,
    instead_of_mapped,
    instead_of_method,
    instead_of_test,
)
from adapters.rendering.language.values import MAX_DIGITS

# A finding: the tag's number, from 1; code; message; suggestion.
Finding = tuple[int, str, str, str | None]

_FORBIDDEN: Final[dict[type[nodes.Node], str]] = {
    nodes.Include: "include",
    nodes.Import: "import",
    nodes.FromImport: "from … import",
    nodes.Extends: "extends",
    nodes.Block: "block",
    nodes.FilterBlock: "filter",
    nodes.ScopedEvalContextModifier: "autoescape",
    nodes.EvalContextModifier: "autoescape",
    nodes.OverlayScope: "scope",
}
_ALLOWED: Final = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.For, nodes.If, nodes.Macro, nodes.CallBlock),
    *(nodes.With, nodes.Assign, nodes.AssignBlock, nodes.Name, nodes.NSRef, nodes.Const, nodes.Tuple, nodes.List),
    *(nodes.Dict, nodes.Pair, nodes.Keyword, nodes.CondExpr, nodes.Filter, nodes.Test, nodes.Call, nodes.Getitem),
    *(nodes.Getattr, nodes.Slice, nodes.Concat, nodes.Compare, nodes.Operand, nodes.BinExpr, nodes.UnaryExpr),
    *(nodes.Continue, nodes.Break),
)
_NAMES: Final = frozenset({"self", "cycler", "joiner", "lipsum", "dict", "varargs", "kwargs", "super"})
_FUNCTIONS: Final = ("range", "namespace")
_MAX_BRANCHES: Final = 500


def guard(tree: nodes.Template, limits: Limits) -> list[Finding]:
    """List everything in the tree that the language does not have, and every cap that it breaks."""
    return list(_Guard(tree, limits).findings())


class _Guard:
    def __init__(self, tree: nodes.Template, limits: Limits) -> None:
        self._tree = tree
        self._limits = limits
        self._macros = {node.name for node in tree.find_all(nodes.Macro)}
        self._assigned = {node.name for node in tree.find_all(nodes.Name) if node.ctx != "load"}

    def findings(self) -> Iterator[Finding]:
        count = 0
        line = 1
        waiting: list[tuple[nodes.Node, int, int, bool]] = [(self._tree, 0, 0, False)]
        while waiting:
            node, depth, loops, within = waiting.pop()
            # The sides of a comparison have no line of their own.
            line = node.lineno or line
            count += 1
            if count > self._limits.nodes or depth > self._limits.depth or loops > self._limits.loops:
                yield self._too_much(line, count, depth)
                return
            for number, code, message, advice in self._look_at(node):
                yield number or line, code, message, advice
            inner = depth + (0 if isinstance(node, (nodes.Template, nodes.Output)) else 1)
            if isinstance(node, nodes.For):
                loops, within = loops + 1, True
            elif isinstance(node, (nodes.Macro, nodes.CallBlock)):
                within = False
            elif isinstance(node, (nodes.Break, nodes.Continue)) and not within:
                yield (
                    node.lineno,
                    "stray-tag",
                    "This stands in no loop.",
                    "Move it between {% for … %} and {% endfor %}.",
                )
            children = [(child, inner, loops, within) for child in node.iter_child_nodes()]
            waiting.extend(reversed(children))

    def _too_much(self, line: int, count: int, depth: int) -> Finding:
        limits = self._limits
        if count > limits.nodes:
            what = f"The template has more than {limits.nodes:,} operations"
        elif depth > limits.depth:
            what = f"This is nested more than {limits.depth} deep"
        else:
            what = f"Loops are nested more than {limits.loops} deep"
        return line, "template-too-complex", f"{what}.", "Make it simpler, or prepare the values in the data."

    def _look_at(self, node: nodes.Node) -> Iterator[Finding]:
        forbidden = next((word for kind, word in _FORBIDDEN.items() if isinstance(node, kind)), None)
        if forbidden or not isinstance(node, _ALLOWED):
            word = forbidden or type(node).__name__.lower()
            message = f"{{% {word} %}} is not part of the language."
            yield node.lineno, "forbidden-tag", message, "Write the contents here, or use a macro."
            return
        look = _LOOKS.get(type(node))
        if look is not None:
            yield from look(self, node)

    def look_at_output(self, node: nodes.Output) -> Iterator[Finding]:
        for printed in node.nodes:
            if not isinstance(printed, (nodes.Tuple, nodes.List)):
                continue
            numbers = [isinstance(item, nodes.Const) and isinstance(item.value, int) for item in printed.items]
            advice = "To put values side by side write ~ between them: {{ a ~ ', ' ~ b }}."
            if isinstance(printed, nodes.Tuple) and len(numbers) == _TWO and numbers[1]:
                advice = f"Decimals have a point: 1.5, not 1,5. {advice}"
            yield (
                printed.lineno,
                "unprintable-value",
                "This tag holds a list of values, and a list cannot be printed.",
                advice,
            )

    def look_at_name(self, node: nodes.Name) -> Iterator[Finding]:
        if node.name in _NAMES and node.ctx == "load" and node.name not in self._assigned:
            yield node.lineno, "forbidden-name", f"{node.name} is not part of the language.", "Choose another name."
        yield from self._word(node, node.name)
        if node.ctx == "store" and node.name in {"loop", "caller", *_FUNCTIONS}:
            message = f"{node.name} has a meaning of its own and cannot be assigned."
            yield node.lineno, "forbidden-name", message, "Choose another name."

    def look_at_nsref(self, node: nodes.NSRef) -> Iterator[Finding]:
        yield from self._word(node, node.name)
        yield from self._word(node, node.attr)

    def look_at_assign(self, node: nodes.Assign) -> Iterator[Finding]:
        if not isinstance(node.target, nodes.NSRef) and node.target.find(nodes.NSRef):
            message = "Values of a namespace are assigned one at a time."
            yield node.lineno, "syntax-error", message, "Write one {% set ns.name = … %} for each."

    def _word(self, node: nodes.Node, word: str) -> Iterator[Finding]:
        if word.startswith("_"):
            message = f"Names that begin with an underscore are not allowed: {word}."
            yield node.lineno, "forbidden-name", message, "Rename it in the template and in the data."

    def look_at_const(self, node: nodes.Const) -> Iterator[Finding]:
        value = node.value
        if isinstance(value, str):
            if len(value) > self._limits.literal_characters:
                message = f"A text in this tag is longer than {self._limits.literal_characters:,} characters."
                yield node.lineno, "template-too-complex", message, "Put it into the document itself, or into the data."
            if any((c < " " and c not in "\t\n\r\f\a") or "\ud800" <= c <= "\udfff" for c in value):
                message = "A text in this tag holds a control character."
                yield node.lineno, "control-character", message, "Delete it."
        elif type(value) in {int, Decimal} and _has_too_many_digits(value):
            yield node.lineno, "template-too-complex", "A number in this tag has more than 1,000 digits.", None

    def look_at_getattr(self, node: nodes.Getattr) -> Iterator[Finding]:
        yield from self._word(node, node.attr)

    def look_at_getitem(self, node: nodes.Getitem) -> Iterator[Finding]:
        if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            yield from self._word(node, node.arg.value)

    def look_at_filter(self, node: nodes.Filter) -> Iterator[Finding]:
        if node.name not in FILTERS:
            yield node.lineno, "unknown-filter", f"There is no filter {node.name!r}.", instead_of_filter(node.name)
            return
        known = FILTERS[node.name]
        yield from self._arguments(node, f"The filter {node.name}", known.function, 1 + known.session)
        if node.name in {"map", "select", "reject", "selectattr", "rejectattr"}:
            yield from self._inner(node)
        if known.check is not None:
            problem = known.check(constant_arguments(node, known.function, 1 + known.session))
            if problem is not None:
                yield node.lineno, problem.code, problem.message, problem.suggestion

    def _inner(self, node: nodes.Filter) -> Iterator[Finding]:
        place = 1 if node.name.endswith("attr") else 0
        if len(node.args) <= place or not isinstance(node.args[place], nodes.Const):
            return
        name = node.args[place].value  # type: ignore[attr-defined]  # a Const
        if node.name == "map":
            if name not in FILTERS:
                yield node.lineno, "unknown-filter", f"There is no filter {name!r}.", instead_of_mapped(name)
        elif name not in TEST_NAMES:
            yield node.lineno, "unknown-test", f"There is no test {name!r}.", instead_of_test(name)

    def look_at_test(self, node: nodes.Test) -> Iterator[Finding]:
        if node.name not in TEST_NAMES:
            yield node.lineno, "unknown-test", f"There is no test {node.name!r}.", instead_of_test(node.name)
        elif node.name in TESTS:
            yield from self._arguments(node, f"The test {node.name}", TESTS[node.name], 2)

    def _arguments(
        self, node: nodes.Filter | nodes.Test, what: str, function: Callable[..., Any], given: int
    ) -> Iterator[Finding]:
        if node.dyn_args is not None or node.dyn_kwargs is not None:
            yield node.lineno, "forbidden-call", "Arguments with * or ** are not part of the language.", None
            return
        yield from self._doubled(node, node.kwargs)
        found = misfit(node, function, given)
        if found is not None:
            words, usage = found
            yield node.lineno, "wrong-arguments", f"{what} {words}.", usage

    def _doubled(self, node: nodes.Node, keywords: Iterable[nodes.Pair | nodes.Keyword]) -> Iterator[Finding]:
        names = Counter(str(keyword.key) for keyword in keywords)
        for name in sorted(name for name, times in names.items() if times > 1):
            yield node.lineno, "wrong-arguments", f"The argument {name} is given twice.", "Keep one of them."

    def look_at_call(self, node: nodes.Call) -> Iterator[Finding]:
        if node.dyn_args is not None or node.dyn_kwargs is not None:
            yield node.lineno, "forbidden-call", "Arguments with * or ** are not part of the language.", None
        yield from self._doubled(node, node.kwargs)
        target = node.node
        if isinstance(target, nodes.Getattr):
            known = {*METHOD_NAMES, "cycle", "changed"}
            if target.attr not in known and not target.attr.startswith("_"):
                message = f"There is no method {target.attr}()."
                yield node.lineno, "unknown-method", message, instead_of_method(node)
        elif isinstance(target, nodes.Name):
            callable_names = {*_FUNCTIONS, "loop", "caller", *self._macros, *self._assigned}
            if target.name not in callable_names and target.name not in _NAMES and not target.name.startswith("_"):
                message = f"There is no function or macro {target.name}()."
                yield node.lineno, "unknown-function", message, instead_of_function(node, {*_FUNCTIONS, *self._macros})
        else:
            yield node.lineno, "forbidden-call", "Only functions, macros and methods can be called.", None
        if isinstance(target, nodes.Name) and target.name == "namespace" and node.args:
            yield node.lineno, "wrong-arguments", "namespace() takes names: namespace(total=0).", None

    def look_at_macro(self, node: nodes.Macro) -> Iterator[Finding]:
        yield from self._word(node, node.name)

    def look_at_keyword(self, node: nodes.Keyword) -> Iterator[Finding]:
        yield from self._word(node, node.key)
        if node.key == "caller":
            yield node.lineno, "wrong-arguments", "caller cannot be given by name.", "Use {% call %}."

    def look_at_captured(self, node: nodes.AssignBlock) -> Iterator[Finding]:
        if node.filter is not None:
            message = "Captured output cannot be filtered."
            yield node.lineno, "forbidden-tag", message, "Filter the values within the block."

    def look_at_if(self, node: nodes.If) -> Iterator[Finding]:
        if len(node.elif_) > _MAX_BRANCHES:
            message = f"This condition has more than {_MAX_BRANCHES} branches."
            yield node.lineno, "template-too-complex", message, "Use a lookup in the data."


def _has_too_many_digits(value: int | Decimal) -> bool:
    if isinstance(value, int):
        return value.bit_length() > MAX_BITS
    return abs(value.adjusted()) > MAX_DIGITS or len(value.as_tuple().digits) > MAX_DIGITS


_TWO: Final = 2
_LOOKS: Final[dict[type[nodes.Node], Callable[[_Guard, Any], Iterator[Finding]]]] = {
    nodes.Output: _Guard.look_at_output,
    nodes.Name: _Guard.look_at_name,
    nodes.NSRef: _Guard.look_at_nsref,
    nodes.Assign: _Guard.look_at_assign,
    nodes.AssignBlock: _Guard.look_at_captured,
    nodes.Const: _Guard.look_at_const,
    nodes.Getattr: _Guard.look_at_getattr,
    nodes.Getitem: _Guard.look_at_getitem,
    nodes.Filter: _Guard.look_at_filter,
    nodes.Test: _Guard.look_at_test,
    nodes.Call: _Guard.look_at_call,
    nodes.Macro: _Guard.look_at_macro,
    nodes.Keyword: _Guard.look_at_keyword,
    nodes.If: _Guard.look_at_if,
}
