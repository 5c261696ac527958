"""A kind that was only inferred refuses nothing that can be taken for it."""

import json
from typing import Any

import pytest

from adapters.rendering.engine import render_template
from domain.formats import TemplateFormat
from tests.unit.adapters.rendering.template_text import codes, compiled, options_for, render


def warnings(template: str, data: Any) -> list[tuple[str, str | None]]:
    done = render_template(compiled(template), json.dumps(data).encode(), options_for(TemplateFormat.TEXT))
    return [(found.code, found.pointer) for found in done.diagnostics]


@pytest.mark.parametrize(
    ("template", "data", "text"),
    [
        ("{{ p * 2 }} {{ p }}", {"p": "12.50"}, "25.00 12.50"),
        ("{{ p / 4 }}", {"p": "1"}, "0.25"),
        ("{{ p > 3 }}", {"p": "10"}, "true"),
        ("{{ p | round(1) }}", {"p": "-1.25"}, "-1.3"),
        ("{{ a + b }}", {"a": "1", "b": 2}, "3"),
        ("{{ code | upper }}", {"code": 5}, "5"),
        ("{% for x in xs %}{{ x.n * 2 }};{% endfor %}", {"xs": [{"n": 1}, {"n": "2"}, {"n": "3"}]}, "2;4;6;"),
        ("{{ xs | sum(attribute='n') }}", {"xs": [{"n": "1"}, {"n": 2}]}, "3"),
        ("{% for i in range(n) %}.{% endfor %}", {"n": "3"}, "..."),
    ],
)
def test_a_value_is_taken_for_what_the_template_needs(template: str, data: Any, text: str) -> None:
    assert render(template, data) == text
    assert {code for code, _ in warnings(template, data)} == {"data-coerced"}


def test_each_path_is_named_once_with_its_first_place() -> None:
    data = {"xs": [{"n": 1}, {"n": "2"}, {"n": "3"}], "name": 7}
    template = "{{ name }}{% for x in xs %}{{ x.n * 2 }}{% endfor %}"
    assert warnings(template, data) == [("data-coerced", "/xs/1/n")]


@pytest.mark.parametrize("text", ["007", "1,5", "1e3", " 5", "+5", "", "five", "0x1", "٣"])
def test_a_text_that_would_print_otherwise_is_no_number(text: str) -> None:
    assert codes("{{ p - 2 }}", {"p": text}) == ["value-error"]


def test_what_works_is_left_alone() -> None:
    """A number for a text that is only printed, or the repetition of a text, is nothing to warn of."""
    assert warnings("{{ a }}{{ b ~ 1 }}{{ c * 3 }}{{ '0' * n }}", {"a": 1, "b": 2, "c": "ab", "n": 2}) == []
    assert render("{{ c * 2 }}{{ '0' * n }}{% set z = '1' %}{{ z * 2 }}", {"c": "ab", "n": 2}) == "abab0011"


def test_other_failures_stay_what_they_are() -> None:
    assert codes("{{ 1 / z }}{{ p * 2 }}", {"z": 0, "p": "1"}) == ["division-by-zero"]
    assert codes("{{ q }}{{ p * 2 }}", {"p": "1"}) == ["missing-value"]
    assert codes("{{ p * 2 }}", {"p": {"q": "1"}}) == ["value-error"]


def test_a_declared_kind_is_not_bent() -> None:
    assert codes("{# @field p: number #}{{ p * 2 }}", {"p": "1"}) == ["data-unfit"]
