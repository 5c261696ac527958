"""Markdown and HTML in Markdown and in text."""

import pytest

from domain.formats import TemplateFormat
from tests.unit.adapters.rendering.template_text import complaints, render, render_html

LIST = {"$html": "<p>Some <b>bold</b> &amp; <a href='https://example.com/'>link</a></p><ul><li>one<li>two * #</ul>"}


def markdown(template: str, data: object) -> str:
    return render(template, data, template_format=TemplateFormat.MARKDOWN)


def test_markdown_stays_markdown() -> None:
    assert markdown("# T\n\n{{ a }}\n\nend\n", {"a": {"$markdown": "- *x*\n- y\n"}}) == "# T\n\n- *x*\n- y\n\nend\n"
    assert markdown("{{ a | markdown }}\r\n", {"a": "- x\n- y"}) == "- x\r\n- y\r\n"
    assert markdown("{{ a }}", {"a": "- *x*"}) == "\\- \\*x\\*"


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("- {{ a }}\n- z", "- x\n\n  - y\n- z"),
        ("12. Notes: {{ a }}\n", "12. Notes: x\n\n    - y\n"),
        ("> {{ a }}\n", "> x\n>\n> - y\n"),
        ("> 1. {{ a }}\n", "> 1. x\n>\n>    - y\n"),
        ("{% for i in [1, 2] %}- {{ a }}\n{% endfor %}", "- x\n\n  - y\n- x\n\n  - y\n"),
        ("{% macro m() %}- {{ a }}{% endmacro %}  {{ m() }}\n", "  - x\n\n    - y\n"),
        ("-5 {{ a }}\n", "-5 x\n\n- y\n"),
    ],
)
def test_further_lines_stand_as_far_in_as_the_first_one(template: str, expected: str) -> None:
    assert markdown(template, {"a": {"$markdown": "x\n\n- y"}}) == expected


def test_in_an_item_it_stays_in_the_item_of_the_page() -> None:
    page = render_html("- {{ a }}\n- z\n", {"a": {"$markdown": "x\n\n```\ncode\n```"}})
    assert page.count("<ul>") == 1
    assert "<li>\n<p>x</p>\n<pre><code>code" in page


def test_rich_text_and_links_become_markdown() -> None:
    rich = {"$richtext": ["a*", {"text": "b", "bold": True}, {"$link": "https://example.com/", "text": "c"}]}
    assert markdown("{{ a }} {{ b }}\n", {"a": rich, "b": {"$link": "tel:112"}}) == (
        "a\\***b**[c](<https://example.com/>) [112](<tel:112>)\n"
    )
    assert markdown("[x]({{ b }})\n", {"b": {"$link": "https://example.com/a b"}}) == "[x](https://example.com/a%20b)\n"
    assert render("{{ a }}\n", {"a": rich}) == "a*bc (https://example.com/)\n"


def test_html_becomes_markdown() -> None:
    expected = "Some **bold** & [link](<https://example.com/>)\n\n- one\n- two * #\n"
    assert markdown("{{ a }}\n", {"a": LIST}) == expected


def test_both_become_html() -> None:
    page = render_html("{{ a }}\n\n{{ b }}\n", {"a": LIST, "b": {"$markdown": "**m** <script>x</script>"}})
    assert "<strong>bold</strong> &amp; <a href" in page
    assert "<li>one</li>" in page
    assert "<strong>m</strong> &lt;script&gt;" in page


def test_in_a_table_and_in_code_it_is_one_line_or_its_text() -> None:
    table = "| a | b |\n|---|---|\n| {{ a }} | x |\n"
    assert "| *x* \\| y | x |" in markdown(table, {"a": {"$markdown": "*x* |\ny"}})
    assert markdown("`{{ a }}`", {"a": {"$markdown": "**x**"}}) == "`x`"


def test_in_text_it_is_its_text() -> None:
    text = render("{{ a }}\n{{ b }}\n", {"a": {"$markdown": "# T\n\n3. a\n4. b\n   - c"}, "b": LIST})
    assert text == "T\n\n3. a\n4. b\n   - c\nSome bold & link (https://example.com/)\n\n- one\n- two * #\n"


@pytest.mark.parametrize("template", ["[x]({{ a }})", "<b title='{{ a }}'>"])
def test_it_stands_in_no_address_and_no_attribute(template: str) -> None:
    (found,) = complaints(template, {"a": {"$markdown": "x"}}, template_format=TemplateFormat.MARKDOWN)
    assert found.code == "unprintable-value"
    assert "Markdown or HTML" in found.message
