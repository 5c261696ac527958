"""What a template needs."""

import pytest

from domain.sample import sample_of
from domain.schema import infer_schema
from tests.unit.adapters.rendering.template_text import compiled, placeholders, render


@pytest.mark.parametrize(
    ("template", "needs"),
    [
        ("{{ name }}", ["name:text!"]),
        ("{{ a.b.c }}{{ a['d'] }}", ["a.b.c:text!", "a.d:text!"]),
        (
            "{% for x in items %}{{ x.n }}{{ x.p * 2 }}{% endfor %}",
            ["items:list!", "items[].n:text!", "items[].p:number!"],
        ),
        ("{% for x in items %}{% endfor %}", ["items:list!"]),
        (
            "{% for o in a %}{% for l in o.b %}{{ l }}{% endfor %}{% endfor %}",
            ["a:list!", "a[].b:list!", "a[].b[]:text!"],
        ),
        ("{{ items[0].n }}", ["items:list!", "items[].n:text!"]),
        ("{{ x | default('d') }}", ["x:text"]),
        ("{{ x.y | d }}", ["x.y:text"]),
        ("{% if vip %}a{% endif %}", ["vip:boolean"]),
        ("{% if a %}{{ a }}{% endif %}", ["a:text"]),
        ("{% if a.b %}{{ a.b.c }}{% endif %}", ["a.b.c:text"]),
        ("{% if a is defined and a.b > 1 %}{{ a.c }}{% endif %}", ["a.b:number", "a.c:text"]),
        ("{% if not a %}x{% else %}{{ a }}{% endif %}", ["a:text"]),
        ("{% if a is undefined %}x{% else %}{{ a }}{% endif %}", ["a:text"]),
        ("{% if vip %}{{ terms }}{% endif %}", ["vip:boolean", "terms:text!"]),
        ("{{ a if a else b }}", ["a:text", "b:text!"]),
        ("{{ a or b }}", ["a:text", "b:text!"]),
        ("{% for x in a or [] %}{{ x }}{% endfor %}", ["a:list", "a[]:text"]),
        ("{% for x in a | default([]) %}{{ x.y }}{% endfor %}", ["a:list", "a[].y:text"]),
        ("{{ a + 1 }}{{ b > 3 }}{{ c | round }}{{ -d }}", ["a:number!", "b:number!", "c:number!", "d:number!"]),
        ("{% if a == 'x' %}{% endif %}{% if b == 1 %}{% endif %}", ["a:text!", "b:number!"]),
        ("{{ a ~ b }}{{ c | upper }}", ["a:text!", "b:text!", "c:text!"]),
        ("{{ a | join(', ') }}{{ b | length }}", ["a:list!", "a[]:text!", "b:list!"]),
        ("{{ a }}{{ a | length }}", ["a:text!"]),
        ("{{ a | sum(attribute='p') }}", ["a:list!", "a[].p:number!"]),
        ("{% for g in a | groupby('c') %}{{ g.grouper }}{% endfor %}", ["a:list!", "a[].c:text!"]),
        ("{% for x in a | sort(attribute='n') %}{{ x.m }}{% endfor %}", ["a:list!", "a[].n:any", "a[].m:text!"]),
        ("{{ (a | first).n }}", ["a:list!", "a[].n:text!"]),
        ("{% for k, v in d.items() %}{{ k }}{{ v }}{% endfor %}", ["d:object!", "d.*:text!"]),
        ("{% set c = a.b %}{{ c.n }}", ["a.b.n:text!"]),
        ("{% set t = a * b %}{{ t }}", ["a:number!", "b:number!"]),
        ("{% with c = a %}{{ c.n }}{% endwith %}{{ c }}", ["a.n:text!", "c:text!"]),
        ("{% for x in a %}{% endfor %}{{ x }}", ["a:list!", "x:text!"]),
        (
            "{% macro m(p, q) %}{{ p.n }}{{ q }}{{ z }}{% endmacro %}{{ m(a, 'x') }}{{ m(b, q=c) }}",
            ["a.n:text!", "z:text!", "b.n:text!", "c:text!"],
        ),
        ("{% set ns = namespace(x=a) %}{{ ns.x }}", ["a:text!"]),
        ("{% set t %}{{ a }}{% endset %}{{ t }}", ["a:text!"]),
        ("{{ now }}{{ today }}{{ loop }}", ["loop:text!"]),
        ("{% for x in a %}{{ loop.index }}{{ loop.cycle(b, 1) }}{% endfor %}", ["a:list!", "b:text!"]),
        ("{{ a[b] }}", ["a:object!", "a.*:text!", "b:text!"]),
        ("plain text", []),
    ],
)
def test_needs(template: str, needs: list[str]) -> None:
    assert sorted(placeholders(template)) == sorted(needs)


def test_the_order_is_that_of_first_use() -> None:
    assert [each.split(":")[0] for each in placeholders("{{ b }}{{ a.c }}{{ b }}{{ a.b }}")] == ["b", "a.c", "a.b"]


def test_occurrences_have_place_and_words() -> None:
    found = compiled("Dear {{ name }},\n\n{{ name }}").placeholders[0].occurrences
    assert [(str(each.location), each.snippet) for each in found] == [
        ("text, line 1, column 6", "Dear {{ name }},"),
        ("text, line 3, column 1", "{{ name }}"),
    ]


@pytest.mark.parametrize(
    "template",
    [
        "{{ name }}{% for x in items %}{{ x.n }}{{ x.p * 2 }}{% endfor %}{% if vip %}{{ a.b | upper }}{% endif %}",
        "{% for o in orders %}{% for l in o.lines %}{{ l.t }}{% endfor %}{{ o.total + 1 }}{% endfor %}",
        "{% macro m(p) %}{{ p.first }}{% endmacro %}{{ m(customer) }}{{ names | join(', ') }}",
    ],
)
def test_sample_data_of_the_inferred_schema_renders(template: str) -> None:
    render(template, sample_of(infer_schema(compiled(template).placeholders)))
