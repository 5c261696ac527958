"""Templates that can work and look wrong: one warning each, and none for those that are right."""

import pytest
from hypothesis import given, settings

from domain.diagnostics import Severity, has_errors
from tests.hostile.like_jinja import TEMPLATES
from tests.unit.adapters.rendering.template_text import compiled


def found_in(template: str) -> list[str]:
    return [found.code for found in compiled(template).diagnostics]


WRONG = [
    ("{% for x in xs %}a{% endfor %}", "unused-loop-variable"),
    ("{% for x in xs %}{{ xs.name }}{% endfor %}", "unused-loop-variable"),
    ("{% for k, v in d.items() %}a{% endfor %}", "unused-loop-variable"),
    ("{% for k, v in d.items %}{{ k }}{{ v }}{% endfor %}", "missing-brackets"),
    ("{% for x in xs %}{{ x.n }}{% endfor %}{{ x.n }}", "outside-loop"),
    ("{{ x.n }}{% for x in xs %}{{ x.n }}{% endfor %}", "outside-loop"),
    ("{{ loop.index }}", "outside-loop"),
    ("{% for x in a %}{% for x in b %}{{ x }}{% endfor %}{{ x }}{% endfor %}", "shadowed-name"),
    ("{% for xs in xs %}{{ xs.n }}{% endfor %}", "shadowed-name"),
    ("{% set x = a %}{{ x }}{% for x in b %}{{ x }}{% endfor %}", "shadowed-name"),
    ("{% set t = 1 %}a", "unused-name"),
    ("{% set t %}a{% endset %}b", "unused-name"),
    ("{% with t = 1 %}a{% endwith %}", "unused-name"),
    ("{% macro m(a) %}{{ a }}{% endmacro %}", "unused-name"),
    ("{% set t = 0 %}{% for x in xs %}{% set t = t + x.p %}{% endfor %}{{ t }}", "forgotten-value"),
    ("{% for x in xs %}{% set found = x.p %}{% endfor %}{{ found }}", "forgotten-value"),
    ("{% set a.b = 1 %}", "not-a-namespace"),
    ("{% for x in xs %}{% endfor %}", "empty-block"),
    ("{% if a %}{% endif %}", "empty-block"),
    ("{% if a %}{% else %}b{% endif %}", "empty-block"),
    ("{% if a %}b{% elif c %}{% endif %}", "empty-block"),
    ("{% if true %}a{% endif %}", "constant-condition"),
    ('{% if "text" %}a{% endif %}', "constant-condition"),
    ('{% if not "x" %}a{% endif %}', "constant-condition"),
    ("{% if x.y == x.y %}a{% endif %}", "constant-condition"),
    ('{% if status == "a" or "b" %}a{% endif %}', "constant-condition"),
    ("{% if a and (b or true) %}a{% endif %}", "constant-condition"),
    ("{% if x == 'a', 'b' %}a{% endif %}", "constant-condition"),
    ("{% if x > 1,5 %}a{% endif %}", "constant-condition"),
    ("{{ 'a' if true else 'b' }}", "constant-condition"),
    ("{% for x in xs if true %}{{ x }}{% endfor %}", "constant-condition"),
    ("{% if a %}1{% elif a %}2{% endif %}", "repeated-condition"),
    ("{% if a == 1 %}1{% elif b %}2{% elif a == 1 %}3{% endif %}", "repeated-condition"),
    ("{% if a %}1{% elif not a %}2{% else %}3{% endif %}", "unreachable-branch"),
    ("{% for x in 'items' %}{{ x }}{% endfor %}", "loop-over-value"),
    ("{% for x in 5 %}{{ x }}{% endfor %}", "loop-over-value"),
    ("{% if amount > '5' %}a{% endif %}", "quoted-value"),
    ("{% if paid == 'true' %}a{% endif %}", "quoted-value"),
    ("{% if name == 'O\u2019Neill' %}a{% endif %}", "curly-text"),
    ("{% if x > 10.000 %}a{% endif %}", "thousands-separator"),
    ("{{ first-name }}", "hyphenated-name"),
    ("{{ customer.first-name }}", "hyphenated-name"),
    ("{{ null }}", "word-as-name"),
    ("{{ endif }}", "word-as-name"),
    ("{{ 1,5 }}", "unprintable-value"),
    ("{{ [a, b] }}", "unprintable-value"),
    ("{{ xs | sort }}", "unprintable-value"),
    ("{{ xs | map(attribute='n') }}", "unprintable-value"),
    ("{{ xs | groupby('n') }}", "unprintable-value"),
    ("{{ t.split(',') }}", "unprintable-value"),
    ("{{ range(5) }}", "unprintable-value"),
    ("{% if 1 > 2 %}a{% endif %}", "constant-condition"),
    ("{% if [] %}a{% endif %}", "constant-condition"),
    ("{% if a or not a %}a{% endif %}", "constant-condition"),
    ("{% if s != 'a' or s != 'b' %}a{% endif %}", "constant-condition"),
    ("{% if n == 1 and n == 2 %}a{% endif %}", "constant-condition"),
    ("{% macro m() %}a{% endmacro %}{{ m(1) }}", "wrong-arguments"),
    ("{% macro m(a) %}{{ a }}{% endmacro %}{{ m(b=1) }}", "wrong-arguments"),
    ("{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, a=2) }}", "wrong-arguments"),
    ("{% macro m(a, b) %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}", "wrong-arguments"),
    ("{% macro m(a) %}{{ caller() }}{% endmacro %}{% call m(1, 2) %}x{% endcall %}", "wrong-arguments"),
    ("{{ m() }}{% macro m() %}a{% endmacro %}", "unknown-function"),
]


@pytest.mark.parametrize(("template", "code"), WRONG)
def test_what_looks_wrong_is_found_once(template: str, code: str) -> None:
    assert found_in(template) == [code]


@pytest.mark.parametrize(("template", "code"), WRONG)
def test_every_finding_has_place_words_and_advice(template: str, code: str) -> None:
    found = compiled(template).diagnostics[0]
    assert found.location is not None
    assert found.snippet
    assert found.suggestion
    assert found.message.endswith((".", "?"))


RIGHT = [
    "{% for x in xs %}{{ x }}{% endfor %}",
    "{% for x in xs %}{{ loop.index }}{% endfor %}",
    "{% for x in range(3) %}-{% endfor %}",
    "{% for k, v in d.items() %}{{ v }}{% endfor %}",
    "{% for x in xs %}{{ x }}{% endfor %}{% for x in ys %}{{ x }}{% endfor %}",
    "{% for x in a %}{% for y in x.b %}{{ x.c }}{{ y }}{% endfor %}{% endfor %}",
    "{% for x in a recursive %}{{ x.n }}{{ loop(x.b) }}{% endfor %}",
    "{% for x in xs if x.ok %}a{% endfor %}",
    "{% for x in xs %}{# nothing yet #}{% endfor %}",
    "{% for x in xs %}{% set p = x.p %}{{ p }}{% endfor %}{% for x in ys %}{% set p = x.q %}{{ p }}{% endfor %}",
    "{% set ns = namespace(t=0) %}{% for x in xs %}{% set ns.t = ns.t + x.p %}{% endfor %}{{ ns.t }}",
    "{% set a, b = c %}{{ a }}",
    "{% set x = 1 %}{% if a %}{% set x = 2 %}{% endif %}{{ x }}",
    "{% set items = items | sort(attribute='n') %}{% for i in items %}{{ i.n }}{% endfor %}",
    "{% set outer = 1 %}{% macro m() %}{{ outer }}{% endmacro %}{{ m() }}",
    "{% macro m(a) %}{{ a }}{{ caller() }}{% endmacro %}{% call m(1) %}x{% endcall %}",
    "{% for x in xs %}{% set outer = loop %}{% for y in x.ys %}{{ y }}{{ outer.index }}{% endfor %}{% endfor %}",
    "{{ b }}{% if a %} {% endif %}",
    "{% if a or b %}1{% elif c %}2{% else %}3{% endif %}",
    "{% if a == 'x' or a == 'y' %}1{% endif %}",
    "{% if day > '2026-01-01' %}1{% endif %}",
    "{% if zip == '01234' %}1{% endif %}",
    "{% if x > 1.125 or x > 0.100 %}1{% endif %}",
    "{{ net-discount }}{{ net }}{{ discount }}",
    "{{ total - paid }}",
    "{{ total-1 }}",
    "{{ xs | sort | join }}{{ t.split(',') | length }}{% for x in range(2) %}{{ x }}{% endfor %}",
    "{% if s != 'a' or t != 'b' %}1{% endif %}{% if s != 'a' and s != 'b' %}2{% endif %}",
    "{% if n > 1 and n < 5 or n == 7 %}1{% endif %}",
    "{% macro m(a, b=2) %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}{{ m(1, 3) }}{{ m(a=1, b=4) }}",
    "{% macro m(a, b) %}{{ a | default('') }}{% if b %}{{ b }}{% endif %}{% endmacro %}{{ m() }}",
    "{% macro m(n) %}{{ n }}{% if n %}{{ other(n - 1) }}{% endif %}{% endmacro %}"
    "{% macro other(n) %}{{ m(n) }}{% endmacro %}{{ m(3) }}",
    "{% for x in xs %}{{ loop.length-x }}{% endfor %}",
    "{{ 'a-b' }}{{ x or 'n/a' }}{{ x is none }}",
    "{{ {'$link': 'https://example.com'} }}",
    "{{ [a, b] | join(', ') }}{{ 'x' if a in ['b', 'c'] else 'd' }}",
]


@pytest.mark.parametrize("template", RIGHT)
def test_what_is_right_is_left_in_peace(template: str) -> None:
    assert found_in(template) == []


ADVICE = [
    ("{% for x in xs %}{{ xs.name }}{% endfor %}", "Within the loop, write x in place of xs."),
    ("{% if status == 'a' or 'b' %}a{% endif %}", "Write {% if status in ['a', 'b'] %}."),
    ("{% if paid > '1.000,50' %}a{% endif %}", "Write the number without quotes: 1000.50."),
    ("{% if paid > '1.000.000' %}a{% endif %}", "Write the number without quotes: 1000000."),
    ("{{ customer.first-name }}", "Write customer['first-name'] for a key with a hyphen."),
    ("{% for x in 5 %}{{ x }}{% endfor %}", "To count, write range(5)."),
    ("{% for k, v in d.items %}{{ k }}{{ v }}{% endfor %}", "Write d.items() for the pairs of an object."),
    ("{% if s != 'a' or s != 'b' %}a{% endif %}", "Write {% if s not in ['a', 'b'] %}, or 'and' in place of "
                                                  "'or'."),
    ("{% if n == 1 or true and n == 2.5 %}a{% endif %}", "Write a whole comparison on both sides of 'and'."),
    ("{{ xs | batch(2) }}", "Loop over it: {% for part in xs | batch(…) %}."),
    ("{{ 1,5 }}", "Decimals have a point: 1.5, not 1,5. To put values side by side write ~ between them: "
                  "{{ a ~ ', ' ~ b }}."),
]  # fmt: skip


@pytest.mark.parametrize(("template", "advice"), ADVICE)
def test_the_advice_speaks_of_the_authors_own_names(template: str, advice: str) -> None:
    assert compiled(template).diagnostics[0].suggestion == advice


def test_what_cannot_work_is_refused_and_what_can_is_not() -> None:
    assert compiled("{% for x in xs %}a{% endfor %}").program is not None
    assert compiled("{% set a.b = 1 %}").program is None
    assert compiled("{{ 1,5 }}").program is None


def test_findings_stand_in_the_order_of_the_template() -> None:
    template = "{{ null }}\n{% for x in xs %}a{% endfor +%}\n{% set t = 1 %}\n{{ first-name }}"
    assert [found.location.line for found in compiled(template).diagnostics if found.location] == [1, 2, 3, 4]


@settings(max_examples=60, deadline=None)
@given(TEMPLATES)
def test_templates_that_render_have_warnings_at_most(template: str) -> None:
    result = compiled(template)
    assert not has_errors(result.diagnostics)
    assert all(found.severity is not Severity.ERROR and found.location for found in result.diagnostics)


def test_calls_of_a_macro_with_many_parameters_are_told_shortly() -> None:
    names = ", ".join(f"p{number}" for number in range(1_000))
    printed = "".join(f"{{{{ p{number} }}}}" for number in range(1_000))
    found = compiled(f"{{% macro m({names}) %}}{printed}{{% endmacro %}}" + "{{ m() }}" * 1_000).diagnostics
    assert {finding.message for finding in found} == {
        "The macro m uses p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, …, and is called without."
    }
