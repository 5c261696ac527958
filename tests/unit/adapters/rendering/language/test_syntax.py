"""Syntax errors: all of them, in words, with their place."""

import pytest

from tests.unit.adapters.rendering.template_text import compiled


def said(template: str) -> list[tuple[str, int | None]]:
    return [(found.code, found.location.line if found.location else None) for found in compiled(template).diagnostics]


@pytest.mark.parametrize(
    ("template", "findings"),
    [
        (
            "{{ a b }}\n{{ }}\n{% fro x in y %}\n{{ a && b }}",
            [("syntax-error", 1), ("syntax-error", 2), ("unknown-tag", 3), ("syntax-error", 4)],
        ),
        ("{% for x in y %}\ntext", [("unclosed-block", 1)]),
        ("text\n{% endfor %}", [("stray-tag", 2)]),
        ("{% else %}", [("stray-tag", 1)]),
        ("{% for x in y %}\n{% if z %}\n{% endfor %}\n{% endif %}", [("crossed-blocks", 2)]),
        ("{% if a %}\n{% for x in y %}\n{% endfor %}", [("unclosed-block", 1)]),
        ("{% if a %}\n{% endfor %}", [("stray-tag", 2), ("unclosed-block", 1)]),
        ("{% set x %}a", [("unclosed-block", 1)]),
        ("{% macro m( %}{% endmacro %}", [("syntax-error", 1)]),
        ("{% for x %}{% endfor %}", [("syntax-error", 1)]),
        ("{{ a\n\n| b c }}", [("syntax-error", 1)]),
        ("{{ 'open }}", [("syntax-error", 1)]),
        ("x\n{{ a", [("unclosed-tag", 2)]),
        ("{% break %}", [("stray-tag", 1)]),
        ("{% trans %}{% endtrans %}", [("unknown-tag", 1), ("unknown-tag", 1)]),
    ],
)
def test_errors(template: str, findings: list[tuple[str, int]]) -> None:
    assert said(template) == findings


def test_an_unclosed_loop_is_told_at_its_opening() -> None:
    found = compiled("Dear {{ name }},\n  {% for x in items %}").diagnostics[0]
    assert found.message == "The loop opened here is never closed."
    assert found.suggestion == "Add {% endfor %} where it ends."
    assert str(found.location) == "text, line 2, column 3"
    assert found.snippet == "{% for x in items %}"


def test_a_template_with_errors_still_tells_its_placeholders() -> None:
    result = compiled("{{ customer.name }}{{ a b }}{% for x in items %}")
    assert result.program is None
    assert [each.path for each in result.placeholders] == ["customer.name"]


def test_a_tag_may_span_lines() -> None:
    result = compiled('{{ a |\n default("x\ny") }}\n{{ b c }}')
    assert [found.location.line for found in result.diagnostics if found.location] == [4]
