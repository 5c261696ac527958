"""The one walk over a template's syntax tree: it follows the names, and shows each node to the rules of its kind."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

from jinja2 import nodes

from adapters.rendering.language.lint import calls, conditions, contents, names, printing
from adapters.rendering.language.lint.found import Found
from adapters.rendering.language.lint.names import Binding, Names, Read
from adapters.rendering.language.lint.nodes_in_words import children, is_empty, path_of, root_of
from adapters.rendering.language.segments import Tag
from adapters.rendering.language.tag_text import blanked
from domain.diagnostics import Diagnostic, Severity

# The rules that look at one node, by its kind.
_NODE_RULES: Final[dict[type[nodes.Node], tuple[Callable[[Any], Iterator[Found]], ...]]] = {
    nodes.If: (conditions.look_at_if,),
    nodes.CondExpr: (conditions.look_at_choice,),
    nodes.For: (conditions.look_at_chosen,),
    nodes.Compare: (conditions.look_at_compare,),
    nodes.Const: (contents.look_at_constant,),
    nodes.Getitem: (contents.look_at_item,),
    nodes.Output: (printing.look_at_output,),
}
# Those that look at its tags as well.
_TAG_RULES: Final[dict[type[nodes.Node], Callable[[Any, list[Tag]], Iterator[Found]]]] = {
    nodes.For: contents.look_at_loop,
    nodes.If: contents.look_at_branches,
}
_HYPHEN: Final = re.compile(r"[^\W\d][\w.]*(?:-[^\W\d]\w*)+")


class Linted(NamedTuple):
    """What looks wrong, in the order of the tags; and the names that the template gives, each with its first tag."""

    diagnostics: list[Diagnostic]
    given: dict[str, Tag]


def lint(tree: nodes.Template, tags: Sequence[Tag]) -> Linted:
    """Look at a template that has no errors."""
    walk = _Walk(tree, list(tags))
    walk.block(tree.body)
    for rule in names.RULES:
        walk.found.extend(rule(walk.names, walk.tags))
    said = sorted(set(walk.found), key=lambda found: (found.line, found.code, found.message))
    diagnostics = [
        Diagnostic(one.severity, one.code, one.message, one.suggestion, tag.location, tag.snippet)
        for one in said
        for tag in (walk.tags[one.line - 1],)
    ]
    return Linted(diagnostics, {one.name: walk.tags[one.line - 1] for one in reversed(walk.names.bindings)})


class _Walk:
    def __init__(self, tree: nodes.Template, tags: list[Tag]) -> None:
        self.tags = tags
        self._macros = list(tree.find_all(nodes.Macro))
        # The macro of each binding that is one, by its birth; and how many macros the walk is in.
        self._defined: dict[int, nodes.Macro] = {}
        self._needed: dict[int, set[str]] = {}
        self._depth = 0
        self.found: list[Found] = []
        self.names = Names()
        self._scopes: list[dict[str, Binding]] = [{}]
        # The scope of the innermost loop, or 0 outside of all.
        self._loop = 0
        self._group = 0
        self._forgotten: dict[str, Binding] = {}
        # Every name that was looked at, in order.
        self._seen: list[str] = []

    def block(self, body: list[nodes.Node]) -> None:
        for node in body:
            self._visit(node)

    def _visit(self, node: nodes.Node) -> None:
        kind = type(node)
        if kind is nodes.TemplateData:
            return
        for rule in _NODE_RULES.get(kind, ()):
            self.found.extend(rule(node))
        tag_rule = _TAG_RULES.get(kind)
        if tag_rule is not None:
            self.found.extend(tag_rule(node, self.tags))
        visit = _VISITS.get(kind)
        if visit is not None:
            visit(self, node)
        else:
            for child in children(node):
                self._visit(child)

    # -- names

    def visit_name(self, node: nodes.Name) -> None:
        self._read(node.name, node.lineno)

    def _read(self, name: str, line: int) -> None:
        self._seen.append(name)
        binding = self._bound(name)
        lost = self._forgotten.get(name)
        if lost is not None and (binding is None or binding.birth < lost.birth):
            self._say_forgotten(lost, f"and is read again at {self.tags[line - 1].location}, where that is forgotten")
        if binding is not None:
            binding.used = True
        elif name not in names.BUILT_IN:
            read = self.names.reads.setdefault(name, Read(line))
            read.count += 1

    def _bound(self, name: str) -> Binding | None:
        for scope in reversed(self._scopes):
            if name in scope:
                return scope[name]
        return None

    def _bind(self, target: nodes.Node, kind: str, line: int) -> list[Binding]:
        """Give names; those that are given together belong to one group."""
        self._group += 1
        found = [target] if isinstance(target, nodes.Name) else list(target.find_all(nodes.Name))
        return [self._bind_name(name.name, kind, line) for name in found]

    def _bind_name(self, name: str, kind: str, line: int) -> Binding:
        known = self._scopes[-1].get(name)
        if known is not None and known.kind == kind == "set":
            return known
        binding = Binding(name, kind, line, self._group, len(self.names.bindings))
        self.names.bindings.append(binding)
        self._scopes[-1][name] = binding
        lost = self._forgotten.get(name)
        if lost is not None and lost.kind == "set" and len(self._scopes) == 1:
            del self._forgotten[name]
        return binding

    # -- statements

    def visit_assign(self, node: nodes.Assign) -> None:
        start = len(self._seen)
        self._visit(node.node)
        target = node.target
        if isinstance(target, nodes.NSRef):
            self._read_namespace(target)
            return
        if isinstance(target, nodes.Name) and self._loop and target.name in self._seen[start:]:
            before = self._bound(target.name)
            if before is not None and before.kind == "set" and target.name not in self._inner_names():
                before.used = True
                self._say_forgotten(self._bind(target, "set", node.lineno)[0], "and each round starts anew with it")
                return
        self._bind(target, "set", node.lineno)

    def _inner_names(self) -> set[str]:
        return {name for scope in self._scopes[self._loop :] for name in scope}

    def _read_namespace(self, target: nodes.NSRef) -> None:
        binding = self._bound(target.name)
        if binding is not None:
            binding.used = True
            return
        name = target.name
        message = f"{name} is no namespace of this template, and values of the data cannot be changed."
        advice = f"Write {{% set {name} = namespace({target.attr}=…) %}} before, or {{% set {target.attr} = … %}}."
        self.found.append(Found(target.lineno, "not-a-namespace", message, advice, Severity.ERROR))

    def _say_forgotten(self, binding: Binding, why: str) -> None:
        self._forgotten.pop(binding.name, None)
        if binding.said:
            return
        binding.used = binding.said = True
        name = binding.name
        message = f"A value that is set within a loop is forgotten after each round: {name} is set here, {why}."
        advice = (
            f"Write {{% set ns = namespace({name}=…) %}} before the loop, {{% set ns.{name} = … %}} in it, and use "
            f"ns.{name}."
        )
        self.found.append(Found(binding.line, "forgotten-value", message, advice))

    def visit_assign_block(self, node: nodes.AssignBlock) -> None:
        self._within({}, node.body)
        self._bind(node.target, "set", node.lineno)

    def visit_with(self, node: nodes.With) -> None:
        for value in node.values:
            self._visit(value)
        self._scopes.append({})
        for target in node.targets:
            self._shadows(target, node.lineno)
            self._bind(target, "with", node.lineno)
        self.block(node.body)
        self._scopes.pop()

    def visit_macro(self, node: nodes.Macro) -> None:
        for default in node.defaults:
            self._visit(default)
        self._group += 1
        self._defined[self._bind_name(node.name, "macro", node.lineno).birth] = node
        self._parameters(node, node.body)

    def visit_call(self, node: nodes.Call) -> None:
        for child in children(node):
            self._visit(child)
        name = node.node.name if isinstance(node.node, nodes.Name) else None
        binding = self._bound(name) if name else None
        if binding is not None and binding.birth in self._defined:
            macro = self._defined[binding.birth]
            self.found.extend(calls.look_at_macro_call(node, macro, partial(self._needed_by, macro, binding.birth)))
        elif name and binding is None and not self._depth:
            own = [macro for macro in self._macros if macro.name == name]
            self.found.extend(calls.look_at_early_call(node, name, own))

    def _needed_by(self, macro: nodes.Macro, birth: int) -> set[str]:
        if birth not in self._needed:
            self._needed[birth] = calls.needed_by(macro)
        return self._needed[birth]

    def visit_call_block(self, node: nodes.CallBlock) -> None:
        self._visit(node.call)
        for default in node.defaults:
            self._visit(default)
        self._parameters(node, node.body)

    def _parameters(self, node: nodes.Macro | nodes.CallBlock, body: list[nodes.Node]) -> None:
        self._group += 1
        taken = {arg.name: Binding(arg.name, "parameter", node.lineno, self._group, -1) for arg in node.args}
        taken["caller"] = Binding("caller", "parameter", node.lineno, self._group, -1)
        loop, self._loop = self._loop, 0
        self._depth += 1
        self._within(taken, body)
        self._depth -= 1
        self._loop = loop

    def _within(self, scope: dict[str, Binding], body: list[nodes.Node]) -> None:
        self._scopes.append(scope)
        self.block(body)
        self._scopes.pop()

    def visit_for(self, node: nodes.For) -> None:
        self._visit(node.iter)
        self._shadows(node.target, node.lineno)
        self._hides_its_list(node)
        around, self._loop = self._loop, len(self._scopes)
        self._scopes.append({})
        self._scopes[-1]["loop"] = loop = Binding("loop", "parameter", node.lineno, 0, -1)
        given = self._bind(node.target, "loop", node.lineno)
        start = len(self._seen)
        if node.test is not None:
            self._visit(node.test)
        self.block(node.body)
        self._unused_items(node, given, loop, start)
        ended = self._scopes.pop()
        self._loop = around
        self._forgotten.update({name: one for name, one in ended.items() if one.kind == "set"})
        self._within({}, node.else_)

    def _hides_its_list(self, node: nodes.For) -> None:
        target = node.target
        if isinstance(target, nodes.Name) and root_of(node.iter) == target.name and not self._bound(target.name):
            self.names.hidden.add(target.name)
            message = f"Within this loop {target.name} is one item, and no longer what it is outside of the loop."
            advice = "Give the item a name of its own, as in {% for item in items %}."
            self.found.append(Found(node.lineno, "shadowed-name", message, advice))

    def _unused_items(self, node: nodes.For, given: list[Binding], loop: Binding, start: int) -> None:
        if any(one.used for one in given) or loop.used or is_empty(node.body) or _counts(node.iter):
            return
        name = given[0].name
        root = root_of(node.iter)
        message = f"The loop gives {name} to each item, and {name} is not used in it: every round prints the same."
        advice = f"Write {{{{ {name}.… }}}} for what belongs to the item."
        if root is not None and root in self._seen[start:]:
            advice = f"Within the loop, write {name} in place of {path_of(node.iter) or root}."
        self.found.append(Found(node.lineno, "unused-loop-variable", message, advice))

    def _shadows(self, target: nodes.Node, line: int) -> None:
        for name in target.find_all(nodes.Name) if not isinstance(target, nodes.Name) else (target,):
            outer = self._bound(name.name)
            if outer is None or outer.kind == "macro":
                continue
            place = self.tags[outer.line - 1].location
            message = f"The name {name.name} has a meaning here already, from the tag at {place}, and hides it."
            self.found.append(Found(line, "shadowed-name", message, "Choose another name for the inner one."))

    def visit_sub(self, node: nodes.Sub) -> None:
        self._visit(node.left)
        self._visit(node.right)
        if not isinstance(node.right, nodes.Name) or path_of(node.left) is None or self._bound(node.right.name):
            return
        for match in _HYPHEN.finditer(blanked(self.tags[node.lineno - 1].text)):
            if match.group().endswith(f"-{node.right.name}"):
                self.names.hyphens.append((node.lineno, match.group(), node.right.name))
                return


def _counts(node: nodes.Node) -> bool:
    """Tell whether a loop only counts: over range(), or over values written into the tag."""
    if isinstance(node, nodes.Call):
        return isinstance(node.node, nodes.Name) and node.node.name == "range"
    return isinstance(node, (nodes.List, nodes.Tuple, nodes.Const))


_VISITS: Final[dict[type[nodes.Node], Any]] = {
    nodes.Name: _Walk.visit_name,
    nodes.Assign: _Walk.visit_assign,
    nodes.AssignBlock: _Walk.visit_assign_block,
    nodes.With: _Walk.visit_with,
    nodes.Macro: _Walk.visit_macro,
    nodes.CallBlock: _Walk.visit_call_block,
    nodes.For: _Walk.visit_for,
    nodes.Call: _Walk.visit_call,
    nodes.Sub: _Walk.visit_sub,
}
