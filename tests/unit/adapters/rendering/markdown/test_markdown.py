"""Markdown templates: values stay text, in .md and in .html."""

import html
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from adapters.rendering.engine import compile_template
from adapters.rendering.markdown.template import MAX_READ_SOURCE
from domain.errors import LimitExceededError
from domain.formats import TemplateFormat
from tests.unit.adapters.rendering.template_text import render, render_html


def markdown(template: str, value: Any) -> str:
    return render(template, {"v": value}, template_format=TemplateFormat.MARKDOWN)


def body_of(page: str) -> str:
    return page.partition("<body>\n")[2].partition("</body>")[0]


@pytest.mark.parametrize(
    "prose",
    [
        "Mr. O'Neil (2%)",
        "ada.lovelace@example.com",
        "2026-01-31",
        "31.01.2026",
        "1,234.50 €",
        "-5",
        "+49 30 123456",
        "https://example.com/a_b?c=d&e=f",
        "snake_case_name",
        "2 * 3 < 4 & 5 > 4",
        "R&D; C#; 50 ~ 60",
        'She said: "no!"',
        "Über uns…",
    ],
)
def test_prose_stays_as_it_is(prose: str) -> None:
    assert markdown("{{ v }}\n\ntext {{ v }}\n", prose) == f"{prose}\n\ntext {prose}\n"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("**bold**", "\\*\\*bold\\*\\*"),
        ("_em_", "\\_em\\_"),
        ("[a](b)", "\\[a\\](b)"),
        ("![a](b)", "!\\[a\\](b)"),
        ("<b>x</b>", "\\<b>x\\</b>"),
        ("`x`", "\\`x\\`"),
        ("a|b", "a\\|b"),
        ("&copy;", "\\&copy;"),
        ("a\\", "a\\\\"),
        ("~~x~~", "\\~\\~x\\~\\~"),
        ("a\nb", "a\\\nb"),
        ("a\n# b", "a\\\n\\# b"),
    ],
)
def test_markup_is_escaped(value: str, written: str) -> None:
    assert markdown("text {{ v }} text", value) == f"text {written} text"


@pytest.mark.parametrize(
    ("value", "written"),
    [("# a", "\\# a"), ("- a", "\\- a"), ("1. a", "1\\. a"), ("2) a", "2\\) a"), ("> a", "\\> a"), ("    a", "a"),
     ("---", "\\---"), ("+ a", "\\+ a"), ("#tag", "#tag"), ("1.5", "1.5")],
)  # fmt: skip
@pytest.mark.parametrize("prefix", ["", "- ", "> ", "1. ", "# ", "  - "])
def test_a_value_begins_no_block(value: str, written: str, prefix: str) -> None:
    assert markdown(f"{prefix}{{{{ v }}}}\n", value) == f"{prefix}{written}\n"


def test_cells_of_tables_stay_cells() -> None:
    template = "| a | b |\n|---|---|\n{% for r in v %}\n| {{ r.a }} | {{ r.b }} |\n{% endfor %}\n"
    rows = [{"a": "x|y", "b": "line\nbreak"}, {"a": "", "b": "*z*"}]
    page = render_html(template, {"v": rows})
    assert page.count("<td>") == 4
    assert "<td>x|y</td>\n<td>line break</td>" in page
    assert "<td>*z*</td>" in page


@pytest.mark.parametrize(
    ("template", "value", "written"),
    [
        ("`{{ v }}`", "a*b_`c`", "`a*b_'c'`"),
        ("```\n{{ v }}\n```\n", "*a*\n```\n<b>", "```\n*a*\n    ```\n<b>\n```\n"),
        ("[x]({{ v }})", "https://a.b/c?d=e&f=(g)", "[x](https://a.b/c?d=e&f=%28g%29)"),
        ("[x]({{ v }})", "javascript:alert(1)", "[x](javascript%3Aalert%281%29)"),
        ("[x]({{ v }})", " JaVa\tScript:alert(1)", "[x](JaVa%09Script%3Aalert%281%29)"),
        ("[x]({{ v }})", "data:text/html,<b>", "[x](data%3Atext/html,%3Cb%3E)"),
        ("[x](https://a.b/{{ v }})", "c d)", "[x](https://a.b/c%20d%29)"),
        ("[x]({{ v }})", "mailto:a@b.c", "[x](mailto:a@b.c)"),
        ('<a title="{{ v }}">', '"><script>', '<a title="&quot;&gt;&lt;script&gt;">'),
    ],
)
def test_values_fit_their_place(template: str, value: str, written: str) -> None:
    assert markdown(template, value) == written


_nasty = st.text(alphabet="ab \n*_[]()<>!`|#-+=~&;:\\\"'.1/", max_size=40)


@given(_nasty)
def test_no_value_makes_markup(value: str) -> None:
    """In .md read by a CommonMark reader, raw HTML and all: the page holds the paragraph, its text, line breaks."""
    source = markdown("before {{ v }} after\n", value)
    read = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(source)
    assert set(re.findall(r"<(/?\w+)", read)) <= {"p", "/p", "br"}


@given(_nasty)
def test_no_value_at_the_beginning_of_a_line_makes_markup(value: str) -> None:
    source = markdown("{{ v }}after\n\n- {{ v }}after\n\n| x |\n|---|\n| {{ v }} |\n", value)
    read = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(source)
    expected = {"p", "br", "ul", "li", "table", "thead", "tbody", "tr", "th", "td"}
    assert {name.strip("/") for name in re.findall(r"<(/?\w+)", read)} <= expected
    assert read.count("<li>") == 1
    assert read.count("<td>") == 1


@given(st.text(alphabet="ab*_[]<>!`|#-+=~&;\\\"'.1", min_size=1, max_size=30))
def test_the_page_shows_the_value_itself(value: str) -> None:
    shown = html.unescape(body_of(render_html("x{{ v }}x\n", {"v": value})))
    assert shown == f"<p>x{value}x</p>\n"


@pytest.mark.parametrize(
    "template",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg><animate onbegin=alert(1)>",
        "[x](javascript:alert(1))",
        "![x](data:text/html;base64,AAAA)",
        "<javascript:alert(1)>",
        "{{ v }}",
        "[{{ v }}]({{ v }})",
    ],
)
def test_no_script_reaches_a_page(template: str) -> None:
    page = body_of(render_html(template, {"v": "<script>alert(1)</script>"}))
    for tag in re.findall(r"<[^>]*>", page):
        assert re.fullmatch(r'</?(p|a|br|img)( (href|rel|alt|src)="[^"<>]*")*>', tag)
        assert "javascript:" not in tag
        assert "data:" not in tag


def test_a_page_is_complete() -> None:
    page = render_html("# Minutes *of* {{ v }}\n\n| a |\n|--:|\n| 1 |\n", {"v": "R&D"}, locale="de-DE")
    assert page.startswith('<!DOCTYPE html>\n<html lang="de-DE">\n<head>\n<meta charset="utf-8">')
    assert "<title>Minutes of R&amp;D</title>" in page
    assert '<td style="text-align:right">1</td>' in page
    assert page.endswith("</body>\n</html>\n")


def test_deep_nesting_does_no_harm() -> None:
    assert render_html(">" * 5_000 + "x").endswith("</html>\n")


def test_too_much_markdown_for_a_page_is_refused() -> None:
    with pytest.raises(LimitExceededError):
        render_html("{{ v }}", {"v": "a" * (MAX_READ_SOURCE + 1)})


def test_diagnostics_have_line_and_column() -> None:
    compiled = compile_template(TemplateFormat.MARKDOWN, b"# A\n\n- {{ x | uper }}\n")
    assert [str(found.location) for found in compiled.diagnostics] == ["text, line 3, column 3"]


@pytest.mark.parametrize("text", ["- a\n" * 46_000, "[" * 50_000])
def test_markdown_that_takes_long_to_read_is_refused(text: str) -> None:
    with pytest.raises(LimitExceededError, match="Making a page of this Markdown would run"):
        render_html(text)
