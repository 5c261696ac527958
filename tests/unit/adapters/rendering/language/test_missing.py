"""Missing values: what counts as missing, and what is said about it."""

import pytest

from adapters.rendering.engine import compile_template, render_template, validate_template
from adapters.rendering.language.limits import Limits
from domain.diagnostics import Severity
from domain.errors import DataInvalidError, LimitExceededError
from domain.formats import TemplateFormat
from domain.render_request import MissingPolicy
from tests.unit.adapters.rendering.template_text import complaints, options_for, render

DATA = {"a": {"b": 1}, "s": "text", "l": [{"x": 1}], "null": None}

STRICT = [
    ("{{ y }}", "y"),
    ("{{ a.c }}", "a.c"),
    ("{{ a['c'] }}", "a.c"),
    ("{{ a.c.d.e }}", "a.c.d.e"),
    ("{{ s.x }}", "s.x"),
    ("{{ null.x }}", "null.x"),
    ("{{ l[3] }}", "l[3]"),
    ("{{ l[0].y }}", "l[0].y"),
    ("{{ y | upper }}", "y"),
    ("{{ y + 1 }}", "y"),
    ("{{ 'a' ~ y }}", "y"),
    ("{{ [y] | join }}", "y"),
    ("{{ y.upper() }}", "y"),
    ("{% if y > 1 %}{% endif %}", "y"),
    ("{% if y == 1 %}{% endif %}", "y"),
    ("{% if 1 in y %}{% endif %}", "y"),
    ("{% if y is odd %}{% endif %}", "y"),
    ("{% for i in y %}{% endfor %}", "y"),
    ("{% for i in l %}{{ i.z }}{% endfor %}", "l[].z"),
    ("{% set v = y %}{{ v }}", "y"),
    ("{% with v = y %}{{ v.w }}{% endwith %}", "y.w"),
    ("{% macro m(p) %}{{ p }}{% endmacro %}{{ m(y) }}", "y"),
    ("{% macro m(p) %}{{ p }}{% endmacro %}{{ m() }}", "p"),
    ("{{ y or z }}", "z"),
    ("{{ y and 1 }}", "y"),
    ("{% for i in l %}{{ loop.cycle(y, 1) }}{% endfor %}", "y"),
    ("{% for i, j in [y] %}{{ i }}{% endfor %}", "y"),
    ("{% set i, j = y %}{{ i }}", "y"),
    ("{{ a.b if s else y }}{{ y }}", "y"),
    ("{{ [] | first }}", "the first item of an empty list"),
    ("{{ l | map(attribute='q') | join }}", None),
]


@pytest.mark.parametrize(("template", "path"), STRICT)
def test_using_a_missing_value_is_an_error(template: str, path: str | None) -> None:
    found = complaints(template, DATA)
    if path is None:
        assert found
        return
    assert [each.code for each in found] == ["missing-value"]
    assert found[0].message.startswith(f"The data has no value for {path}.")
    assert found[0].location is not None
    assert found[0].snippet


@pytest.mark.parametrize(
    ("template", "printed"),
    [
        ("{{ y | default('d') }}", "d"),
        ("{{ y | d('d') }}", "d"),
        ("{{ y | default }}", ""),
        ("{{ a.c.d | default('d') }}", "d"),
        ("{{ l[3].x | default('d') }}", "d"),
        ("{{ y | default(a.b) }}", "1"),
        ("{{ y | default(z) | default('d') }}", "d"),
        ("{{ null | default('d') }}", ""),
        ("{{ null | default('d', true) }}", "d"),
        ("{% if y %}a{% else %}b{% endif %}", "b"),
        ("{% if not a.c.d %}b{% endif %}", "b"),
        ("{% if y and y.z > 1 %}a{% else %}b{% endif %}", "b"),
        ("{% if y is defined %}a{% else %}b{% endif %}", "b"),
        ("{% if a.c is undefined %}a{% endif %}", "a"),
        ("{% if y is none %}a{% else %}b{% endif %}", "b"),
        ("{% if null is defined and null is none %}a{% endif %}", "a"),
        ("{{ y or 'z' }}", "z"),
        ("{{ 'x' if y else 'z' }}", "z"),
        ("{% for i in y or [] %}{% else %}e{% endfor %}", "e"),
        ("{% for i in y | default([1]) %}{{ i }}{% endfor %}", "1"),
        ("{% set v = y %}{{ v | default('d') }}", "d"),
        ("{% macro m(p) %}{{ p | default('d') }}{% endmacro %}{{ m() }}{{ m(y) }}", "dd"),
    ],
)
def test_tolerated_uses(template: str, printed: str) -> None:
    assert render(template, DATA) == printed


@pytest.mark.parametrize("policy", [MissingPolicy.EMPTY, MissingPolicy.KEEP])
@pytest.mark.parametrize("template", [template for template, path in STRICT if path])
def test_the_policies_empty_and_keep_let_every_template_render(template: str, policy: MissingPolicy) -> None:
    render(template, DATA, missing=policy)


def test_empty_prints_nothing_and_keep_leaves_the_tag() -> None:
    template = "[{{ a.c }}][{{ y * 2 }}]{% for i in y %}x{% endfor %}"
    assert render(template, DATA, missing=MissingPolicy.EMPTY) == "[][]"
    assert render(template, DATA, missing=MissingPolicy.KEEP) == "[{{ a.c }}][{{ y * 2 }}]"


def test_tolerated_missing_values_are_warnings() -> None:
    compiled = compile_template(TemplateFormat.TEXT, b"{{ y }}")
    options = options_for(TemplateFormat.TEXT, missing=MissingPolicy.EMPTY)
    assert [found.severity for found in render_template(compiled, b"{}", options).diagnostics] == [Severity.WARNING]


def test_all_missing_paths_are_listed_once_with_pointer_and_suggestion() -> None:
    data = {"customer": {"name": "Ada"}, "items": [{"price": 1}, {"prise": 2}]}
    template = "{{ customer.nmae }}{{ customer.nmae }}{% for i in items %}{{ i.price }}{% endfor %}{{ total }}"
    found = complaints(template, data)
    assert [each.pointer for each in found] == ["/customer/nmae", "/items/1/price", "/total"]
    assert "'name'" in (found[0].suggestion or "")
    assert "It is also used in: text, line 1, column 20." in found[0].message
    assert "'prise'" in (found[1].suggestion or "")


@pytest.mark.parametrize(
    ("template", "advice"),
    [
        ("{{ l.length }}", "Write l | length."),
        ("{{ a.l.count }}", "Write a.l | length."),
        ("{{ l.x }}", "Write l[0].x for the first item, or loop over all of them."),
        ("{{ now.year }}", "It is a text: write {{ now | date('yyyy') }} for its year, 'MMMM' for its month."),
        ("{{ s.upper }}", "Write s.upper() with brackets."),
        ("{{ n.x }}", "Add it to the data, or write | default('…') in the template if it may be absent."),
    ],
)
def test_what_is_no_object_gets_advice_of_its_own(template: str, advice: str) -> None:
    found = complaints(template, {"l": [{"x": 1}], "a": {"l": []}, "s": "text", "n": 5})
    assert [each.suggestion for each in found] == [advice]


def test_a_tag_that_fails_in_every_round_is_told_once() -> None:
    found = complaints("{% for i in l %}{{ i / 0 }}{{ i + none }}{% endfor %}", {"l": [1, 2, 3]})
    assert [each.code for each in found] == ["division-by-zero", "value-error"]


def test_a_pointer_is_escaped() -> None:
    found = complaints("{{ x['a/b~c'].d }}", {"x": {"a/b~c": {}}})
    assert found[0].pointer == "/x/a~1b~0c/d"


def test_missing_values_and_failures_are_reported_together() -> None:
    with pytest.raises(DataInvalidError) as caught:
        render("{{ y }}{{ 1 / 0 }}{{ z }}")
    assert [found.code for found in caught.value.diagnostics] == ["missing-value", "missing-value", "division-by-zero"]
    assert str(caught.value) == "The data lacks: y, z."


def test_missing_values_before_a_failing_block_are_reported_too() -> None:
    found = complaints("{{ y }}{% for i in 5 %}{% endfor %}")
    assert [each.code for each in found] == ["missing-value", "value-error"]


def test_missing_values_of_the_file_name_are_reported_with_the_others() -> None:
    compiled = compile_template(TemplateFormat.TEXT, b"{{ y }}")
    found = validate_template(compiled, b"{}", options_for(TemplateFormat.TEXT, file_name="{{ z }}.txt"))
    assert [str(each.location) for each in found] == ["text, line 1, column 1", "file name, line 1, column 1"]


def test_the_fuel_is_not_spent_twice_by_the_second_look() -> None:
    template = "{% for i in range(30) %}{{ i }}{% endfor %}{{ y }}"
    # The second look pays double for each step, and does not pay for the first one.
    assert render(template, missing=MissingPolicy.EMPTY, limits=Limits(steps=300))
    with pytest.raises(LimitExceededError, match="to find out what"):
        render(template, missing=MissingPolicy.EMPTY, limits=Limits(steps=200))
