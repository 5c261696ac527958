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
