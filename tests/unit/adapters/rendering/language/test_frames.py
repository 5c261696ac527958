"""Names of scopes: the same as Jinja2 finds, without its copies."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment, nodes
from jinja2.compiler import Frame
from jinja2.idtracking import Symbols
from jinja2.nodes import EvalContext

from adapters.rendering.language.codegen.frames import SharedFrame, SharedSymbols
from adapters.rendering.language.environment import parse
from tests.unit.adapters.rendering.docx.test_known_costs import MOST, TIMES

_BY_HAND = (
    "{% if a %}{% set x = 1 %}{% else %}{{ x }}{% endif %}{{ x }}",
    "{% if a %}{{ x }}{% elif b %}{% set x = 1 %}{% endif %}{{ x }}",
    "{% set x = 1 %}{% if a %}{% if b %}{% set x = 2 %}{% set y = 3 %}{% endif %}{{ y }}{% endif %}{{ x }}{{ y }}",
    "{% for i in l %}{% if i %}{% set x = i %}{% endif %}{{ x }}{% endfor %}{% if x %}{% set i = x %}{% endif %}",
    "{{ x }}{% for i in l %}{% if i %}{% if x %}{% set x = i %}{% endif %}{% else %}{% set x = 1 %}{% endif %}"
    "{% endfor %}",
    "{% macro m(x) %}{% if x %}{% set x = 1 %}{% set z = x %}{% endif %}{{ z }}{% endmacro %}"
    "{% if z %}{{ m(z) }}{% endif %}",
)

_names = st.sampled_from("abcd")


def _blocks(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    body = st.lists(inner, min_size=1, max_size=3).map("".join)
    return st.one_of(
        st.builds(
            "{{% if {} %}}{}{{% elif {} %}}{}{{% else %}}{}{{% endif %}}".format, _names, body, _names, body, body
        ),
        st.builds("{{% if {} %}}{}{{% endif %}}".format, _names, body),
        st.builds(
            "{{% for {} in {} if {} %}}{}{{% else %}}{}{{% endfor %}}".format, _names, _names, _names, body, body
        ),
        st.builds("{{% with {} = {} %}}{}{{% endwith %}}".format, _names, _names, body),
        st.builds("{{% macro {}({}) %}}{}{{% endmacro %}}".format, _names, _names, body),
    )


_TEMPLATES = st.lists(
    st.recursive(
        st.one_of(st.builds("{{{{ {} }}}}".format, _names), st.builds("{{% set {} = {} %}}".format, _names, _names)),
        _blocks,
        max_leaves=12,
    ),
    min_size=1,
    max_size=4,
).map("".join)


def _scopes(symbols: Symbols, node: nodes.Node) -> list[object]:
    """List what every scope of a tree knows, from the outermost."""
    symbols.analyze_node(node)
    found: list[object] = [(symbols.refs, symbols.loads, symbols.stores)]
    waiting = list(node.iter_child_nodes())
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, (nodes.For, nodes.Macro, nodes.With)):
            found += _scopes(type(symbols)(symbols), inner)
        else:
            waiting += inner.iter_child_nodes()
    return found


def _check(template: str) -> None:
    tree = parse(template)
    assert _scopes(SharedSymbols(), tree) == _scopes(Symbols(), tree)


@pytest.mark.parametrize("template", _BY_HAND)
def test_names_are_those_that_jinja_finds(template: str) -> None:
    _check(template)


@given(_TEMPLATES)
@settings(max_examples=100, deadline=None)
def test_names_of_any_template_are_those_that_jinja_finds(template: str) -> None:
    _check(template)


def test_a_soft_frame_knows_the_names_of_its_frame() -> None:
    frame = SharedFrame(EvalContext(Environment()))
    frame.symbols.analyze_node(parse("{% set x = 1 %}"))
    assert frame.soft().symbols.stores == {"x"}
    assert frame.inner().symbols.parent is frame.symbols
    assert frame.inner(isolated=True).symbols.parent is None
    assert isinstance(frame.soft(), Frame)


def _kept(count: int) -> int:
    """Return how many names the branches of many conditions hold themselves, beside those of their scope."""
    held = 0

    class Counted(SharedSymbols):
        def copy(self) -> SharedSymbols:
            nonlocal held
            branch = super().copy()
            held += 1 + len(branch.stores) + (branch.refs is not self.refs) * len(branch.refs)
            return branch

    names = "".join(f"{{{{ v{i} }}}}{{% set s{i} = 1 %}}" for i in range(count))
    Counted().analyze_node(parse(names + "{% if a %}{% endif %}" * count))
    return held


def test_many_names_do_not_make_many_conditions_dear() -> None:
    assert _kept(TIMES * 50) <= MOST * _kept(50)
