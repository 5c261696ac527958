"""What a template may not hold, and what it may not take."""

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.rendering.engine import compile_template, render_template
from adapters.rendering.language.limits import Limits
from domain.errors import DiagnosedError, LimitExceededError
from domain.formats import TemplateFormat
from tests.unit.adapters.rendering.template_text import codes, compiled, options_for, render


def found_in(template: str) -> set[str]:
    result = compiled(template)
    assert result.program is None or not result.diagnostics
    return {each.code for each in result.diagnostics}


@pytest.mark.parametrize(
    ("template", "code"),
    [
        ("{{ ''.__class__ }}", "forbidden-name"),
        ("{{ x['__class__'] }}", "forbidden-name"),
        ("{{ _x }}", "forbidden-name"),
        ("{% set _x = 1 %}", "forbidden-name"),
        ("{% set ns = namespace() %}{% set ns._x = 1 %}", "forbidden-name"),
        ("{% macro _m() %}{% endmacro %}", "forbidden-name"),
        ("{{ cycler.__init__.__globals__ }}", "forbidden-name"),
        ("{{ self }}", "forbidden-name"),
        ("{{ lipsum() }}", "forbidden-name"),
        ("{{ joiner() }}", "forbidden-name"),
        ("{{ dict(a=1) }}", "forbidden-name"),
        ("{% set range = 1 %}", "forbidden-name"),
        ("{% include 'x' %}", "forbidden-tag"),
        ("{% import 'x' as y %}", "forbidden-tag"),
        ("{% from 'x' import y %}", "forbidden-tag"),
        ("{% extends 'x' %}", "forbidden-tag"),
        ("{% block x %}{% endblock %}", "forbidden-tag"),
        ("{% filter upper %}{% endfilter %}", "forbidden-tag"),
        ("{% set y | upper %}a{% endset %}", "forbidden-tag"),
        ("{{ range(*x) }}", "forbidden-call"),
        ("{{ range(**x) }}", "forbidden-call"),
        ("{{ x | join(*y) }}", "forbidden-call"),
        ("{{ x()() }}", "forbidden-call"),
        ("{{ nope() }}", "unknown-function"),
        ("{{ x.mro() }}", "unknown-method"),
        ("{{ x.append(1) }}", "unknown-method"),
        ("{{ x | safe }}", "unknown-filter"),
        ("{{ x | attr('y') }}", "unknown-filter"),
        ("{{ x | uper }}", "unknown-filter"),
        ("{{ x | map('uper') }}", "unknown-filter"),
        ("{{ x is od }}", "unknown-test"),
        ("{{ x | select('od') }}", "unknown-test"),
        ("{{ x | round(1, 2, 3) }}", "wrong-arguments"),
        ("{{ x | join(sep=',') }}", "wrong-arguments"),
        ("{{ range(a=1, a=2) }}", "wrong-arguments"),
        ("{{ namespace(1) }}", "wrong-arguments"),
        ("{% for i in x %}{{ loop.idx }}{% endfor %}", "unknown-loop-value"),
        ("{{ '\\x00' }}", "control-character"),
        ("{{ '" + "a" * 20_001 + "' }}", "template-too-complex"),
        ("{{ " + "9" * 1_001 + " }}", "template-too-complex"),
        ("{{ " + "(" * 5_000 + " }}", "template-too-complex"),
        ("{{ " + "(" * 5_000 + "1" + ")" * 5_000 + " }}", "template-too-complex"),
        ("{{ " + "-" * 100 + "1 }}", "template-too-complex"),
        ("{% for i in x %}" * 9 + "{% endfor %}" * 9, "template-too-complex"),
        ("{% if x %}" + "{% elif x %}" * 20_000 + "{% endif %}", "template-too-complex"),
        ("{% if x %}" + "{% elif x %}" * 600 + "{% endif %}", "template-too-complex"),
        ("{% if x %}" * 2_000 + "{% endif %}" * 2_000, "template-too-complex"),
    ],
)
def test_what_the_language_does_not_have_is_refused(template: str, code: str) -> None:
    assert code in found_in(template)


def test_all_findings_come_at_once_with_what_was_perhaps_meant() -> None:
    diagnostics = compiled("{{ a | uper }}\n{{ b is od }}\n{% include 'x' %}").diagnostics
    assert [(d.code, d.location.line if d.location else None) for d in diagnostics] == [
        ("unknown-filter", 1),
        ("unknown-test", 2),
        ("forbidden-tag", 3),
    ]
    assert diagnostics[0].suggestion == "Did you mean 'upper'?"


@pytest.mark.parametrize(
    "template",
    [
        "{% for i in range(10 ** 9) %}{% endfor %}",
        "{{ 'a' * 10 ** 9 }}",
        "{% for a in range(100000) %}{% for b in range(100000) %}xxxxxxxxxx{% endfor %}{% endfor %}",
        "{% set n = namespace(s='a') %}{% for i in range(60) %}{% set n.s = n.s ~ n.s %}{% endfor %}",
        "{% set n = namespace(l=[1]) %}{% for i in range(60) %}{% set n.l = n.l + n.l %}{% endfor %}",
        "{% set n = namespace(l=[1], m=[1]) %}{% for i in range(60) %}{% set n.l = [n.l, n.l] %}"
        "{% set n.m = [n.m, n.m] %}{% endfor %}{{ n.l == n.m }}",
        "{% set n = namespace(l=[]) %}{% for i in range(1000) %}{% set n.l = n.l + ['a' * 9000000] %}{% endfor %}",
        "{% macro f(n) %}{{ f(n) }}{{ f(n) }}{% endmacro %}{{ f(1) }}",
        "{% set t %}{% for i in range(100000) %}xxxxxxxxxx{% endfor %}{% endset %}"
        "{% for i in range(90) %}{{ t }}{% endfor %}",
        "{% for i in range(100000) %}{% if true %}" + "x" * 1000 + "{% endif %}{% endfor %}",
        "{% for i in range(300000) %}{{ i }}" + "x" * 300 + "{% endfor %}",
    ],
)
def test_work_and_output_are_bounded(template: str) -> None:
    assert codes(template) == ["limit-exceeded"]


@pytest.mark.parametrize("repeats", ["{% for i in range(5000) %}{{ long }}{% endfor %}", "{{ long }}" * 5000])
def test_long_values_count(repeats: str) -> None:
    with pytest.raises(LimitExceededError):
        render(repeats, {"long": "&" * 20_000})


def test_many_passes_over_the_data_count() -> None:
    with pytest.raises(LimitExceededError):
        render("{% for x in l %}{{ x }}{% endfor %}" * 100, {"l": ["a" * 100_000] * 10})


def test_data_as_large_as_the_limits_allow_renders() -> None:
    rows = [{"a": "x" * 100, "b": i} for i in range(50_000)]
    assert len(render("{% for r in rows %}{{ r.a }} {{ r.b }}\n{% endfor %}", {"rows": rows})) > 5_000_000


def test_the_place_of_a_broken_limit_is_told() -> None:
    limits = Limits(steps=50)
    with pytest.raises(LimitExceededError) as caught:
        render(
            "a\n{% for i in range(9) %}{{ i }}{% endfor %}\n{% for i in range(99) %}{{ i }}{% endfor %}", limits=limits
        )
    location = caught.value.diagnostics[0].location
    assert location is not None
    assert location.line == 3


_words = st.sampled_from(
    ["{{", "}}", "{%", "%}", "{#", "#}", " x ", " if ", " for ", " in ", "endfor", "endif", "set ", "=", "|upper",
     "|map(", "(", ")", "[", "]", "{", "}", "'", '"', "\\", ".", "..", "__class__", "loop", "1", "1e9", "**", "~",
     "macro m()", "endmacro", "call m()", "endcall", "raw", "endraw", "\n", "-", "+", ":", ",", "not", "and",
     "is", "\ue000",
     "0\ue001", "\x00", "ä", "with", "endwith", "range(9)", "recursive", "namespace()", "*x", "b'0'", "else", "elif"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(_words, max_size=25))
def test_no_text_whatever_raises_anything_else(words: list[str]) -> None:
    result = compile_template(TemplateFormat.TEXT, "".join(words).encode())
    assert (result.program is None) == any(found.severity == "error" for found in result.diagnostics)
    if result.program is not None:
        data = json.dumps({"x": [1, {"y": "z"}]}).encode()
        with contextlib.suppress(DiagnosedError):
            assert render_template(result, data, options_for(TemplateFormat.TEXT)).file_name is None
