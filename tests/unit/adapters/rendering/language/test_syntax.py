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
        ("{% if a %}\n{% endfor %}", [("unclosed-block", 1), ("stray-tag", 2)]),
        ("{% set x %}a", [("unclosed-block", 1)]),
        ("{% macro m( %}{% endmacro %}", [("syntax-error", 1)]),
        ("{% for x %}{% endfor %}", [("syntax-error", 1)]),
        ("{{ a\n\n| b c }}", [("syntax-error", 1)]),
        ("{{ 'open }}", [("syntax-error", 1)]),
        ("x\n{{ a", [("unclosed-tag", 2)]),
        ("{% break %}", [("stray-tag", 1)]),
        (
            "{% if a %}{% end %}\n{% for x in y %}{{ x | f }}\n{% next %}",
            [("unknown-tag", 1), ("unknown-filter", 2), ("unknown-tag", 3)],
        ),
        ("{% if a %}\n{% else %}\n{% else %}{% endif %}", [("stray-tag", 3)]),
        ("{% for x in y %}{% if a %}{% else %}{% elif b %}{% endif %}{% else %}{% endfor %}", [("stray-tag", 1)]),
        ("a\n{% endraw %}", [("stray-tag", 2)]),
        ("{{ a[] }}", [("syntax-error", 1)]),
        ("{{ a[0] }}\n{{ b | f }}\n{{ c", [("unknown-filter", 2), ("unclosed-tag", 3)]),
        ("{{ c\n{{ b | f }}", [("unclosed-tag", 1), ("unknown-filter", 2)]),
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


def test_a_branch_behind_else_names_the_else() -> None:
    found = compiled("{% if a %}1{% else %}2\n{% elif b %}3{% endif %}").diagnostics
    assert [each.message for each in found] == [
        "This {% elif %} stands behind the {% else %} at text, line 1, column 12, and that ends a condition."
    ]
    assert found[0].suggestion == "Move it before that {% else %}."
