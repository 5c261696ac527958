"""Loops, conditions, assignments, macros."""

from typing import Any

import pytest

from tests.unit.adapters.rendering.template_text import codes, render

DATA: dict[str, Any] = {
    "items": [{"name": "Pen", "price": 2, "ok": True}, {"name": "Ink", "price": 5, "ok": False}],
    "invoice": {"items": [1, 2], "keys": "K"},
    "tree": [{"n": "a", "c": [{"n": "b", "c": []}]}],
    "empty": [],
    "nothing": None,
    "x": "X",
    "pairs": [[1, 2], [3, 4]],
}


@pytest.mark.parametrize(
    ("template", "printed"),
    [
        ("{% for i in items %}{{ i.name }},{% endfor %}", "Pen,Ink,"),
        ("{% for i in empty %}x{% else %}none{% endfor %}", "none"),
        ("{% for i in nothing %}x{% else %}none{% endfor %}", "none"),
        ("{% for i in items if i.ok %}{{ i.name }}{% endfor %}", "Pen"),
        ("{% for i in items if i.price > 9 %}x{% else %}none{% endfor %}", "none"),
        ("{% for a, b in pairs %}{{ a }}-{{ b }};{% endfor %}", "1-2;3-4;"),
        ("{% for k, v in {'a': 1}.items() %}{{ k }}{{ v }}{% endfor %}", "a1"),
        ("{% for k in {'a': 1} %}{{ k }}{% endfor %}", "a"),
        ("{% for c in 'ab' %}{{ c }}.{% endfor %}", "a.b."),
        ("{% for i in range(3) %}{{ i }}{% endfor %}", "012"),
        ("{% for i in items %}{{ loop.index }}{{ loop.index0 }}{{ loop.first }}{% endfor %}", "10true21false"),
        ("{% for i in items %}{{ loop.last }}{{ loop.length }}{{ loop.revindex }}{% endfor %}", "false22true21"),
        ("{% for i in items %}{{ loop.revindex0 }}{{ loop.depth }}{{ loop.depth0 }}{% endfor %}", "110010"),
        ("{% for i in items %}{{ loop.previtem.name if loop.previtem }}|{% endfor %}", "|Pen|"),
        ("{% for i in items %}{{ loop.nextitem.name if loop.nextitem }}|{% endfor %}", "Ink||"),
        ("{% for i in items %}{{ loop.cycle('odd', 'even') }},{% endfor %}", "odd,even,"),
        ("{% for i in [1, 1, 2] %}{{ loop.changed(i) }},{% endfor %}", "true,false,true,"),
        ("{% for i in [1, 2] %}{% set o = loop %}{% for j in [7] %}{{ o.index }}{% endfor %}{% endfor %}", "12"),
        ("{% for i in [1, 2, 3] %}{% if i == 2 %}{% continue %}{% endif %}{{ i }}{% endfor %}", "13"),
        ("{% for i in [1, 2, 3] %}{% if i == 2 %}{% break %}{% endif %}{{ i }}{% endfor %}", "1"),
        ("{% for t in tree recursive %}{{ t.n }}[{{ loop(t.c) }}]{% endfor %}", "a[b[]]"),
        ("{% for t in tree recursive %}{{ loop.depth }}{{ loop(t.c) }}{% endfor %}", "12"),
        ("{% for i in invoice.items %}{{ i }}{% endfor %}{{ invoice.keys }}", "12K"),
        ("{% if x == 'X' %}a{% elif x %}b{% else %}c{% endif %}", "a"),
        ("{% if not empty and (nothing or x) %}a{% endif %}", "a"),
        ("{% set y = 1 %}{% if true %}{% set y = 2 %}{% endif %}{{ y }}", "2"),
        ("{% set y = 1 %}{% for i in [1] %}{% set y = 2 %}{% endfor %}{{ y }}", "1"),
        ("{% set a, b = 1, 2 %}{{ b }}{{ a }}", "21"),
        ("{% set a, b = b, a %}{{ a is defined }}", "false"),
        ("{% set a, b = pairs[0] %}{{ b }}{{ a }}", "21"),
        ("{% for a, b in pairs if a > 1 %}{{ b }}{% endfor %}", "4"),
        ("{% for i in [1, 2] %}{{ x }}{% set x = i %}{{ x }}{% endfor %}{{ x }}", "X1X2X"),
        ("{% set ns = namespace(n=0) %}{% for i in [1, 2] %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}", "3"),
        ("{% with a = x, b = 'B' %}{{ a }}{{ b }}{% endwith %}", "XB"),
        ("{% set t %}<{{ x }}>{% endset %}{{ t }}{{ t }}", "<X><X>"),
        ("{% macro m(a, b='B') %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}{{ m(b=2, a=3) }}", "1B32"),
        ("{% macro m(a) %}{{ a }}{{ x }}{% endmacro %}{% for i in items %}{{ m(i.name) }}{% endfor %}", "PenXInkX"),
        ("{% macro m(a=x) %}{% set x = 'Y' %}{{ a }}{{ x }}{% endmacro %}{{ m() }}", "XY"),
        ("{% macro m() %}[{{ caller() }}]{% endmacro %}{% call m() %}{{ x }}{% endcall %}", "[X]"),
        ("{% macro m() %}{{ caller('a') }}{% endmacro %}{% call(v) m() %}{{ v }}{{ x }}{% endcall %}", "aX"),
        ("{% macro f(n) %}{{ n }}{% if n %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(3) }}", "3210"),
        ("{% raw %}{{ x }}{% endraw %}", "{{ x }}"),
        ("a{# {{ broken #}b", "ab"),
        ("{{ loop }}{{ range }}", None),
        ("{{ now }} {{ today }}", "2026-01-31T23:30:00+00:00 2026-01-31"),
        ("{{ 'a' if false }}", ""),
    ],
)
def test_templates(template: str, printed: str | None) -> None:
    if printed is None:
        assert codes(template, DATA) == ["missing-value", "missing-value"]
    else:
        assert render(template, DATA) == printed


def test_now_follows_the_time_zone() -> None:
    assert render("{{ today }}", timezone="Europe/Berlin") == "2026-02-01"


def test_data_may_have_keys_like_the_languages_own_names() -> None:
    assert render("{{ today }}{{ loop }}{{ range }}", {"today": 1, "loop": 2, "range": 3}) == "123"


@pytest.mark.parametrize(
    ("template", "code"),
    [
        ("{% macro m(a) %}{% endmacro %}{% set f = m %}{{ f(1, 2) }}", "value-error"),
        ("{% macro m(a) %}{% endmacro %}{% set f = m %}{{ f(b=2) }}", "value-error"),
        ("{% set m = 1 %}{{ m() }}", "value-error"),
        ("{% set t %}a{% endset %}{{ t | upper }}", "value-error"),
        ("{% set t %}a{% endset %}{{ t ~ 'b' }}", "unprintable-value"),
        ("{% set n = 1 %}{% set n.a = 2 %}", "value-error"),
        ("{% for i in 5 %}{% endfor %}", "value-error"),
        ("{% for a, b in [[1]] %}{% endfor %}", "value-error"),
        ("{% for a, b in items if a %}{{ b }}{% endfor %}", "value-error"),
        ("{% for a, b in [1] %}{% endfor %}", "value-error"),
        ("{% set a, b = 5 %}", "value-error"),
        ("{% set nope = 1 %}{% set nope.a = 2 %}", "value-error"),
        ("{{ invoice.keys() | join }}", "value-error"),
        ("{% for i in [[1]] recursive %}{{ loop([i]) }}{% endfor %}", "limit-exceeded"),
        ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "limit-exceeded"),
    ],
)
def test_failures(template: str, code: str) -> None:
    assert codes(template, DATA) == [code]
