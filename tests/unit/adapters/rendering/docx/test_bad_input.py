"""What is wrong with data, or with a template, is said with its place in the template and its path in the data.

Each case stands in the cell of a table, and nothing of the document comes out; all that is wrong is said at once.
"""

import json
from dataclasses import dataclass
from typing import Any, Final

import pytest

from adapters.rendering.engine import render_template
from domain.diagnostics import Diagnostic, Severity
from domain.errors import DiagnosedError
from domain.formats import OutputFormat
from tests.builders import render_options
from tests.image_files import data_address, image_file, png_that_says
from tests.word_fields import merge_field
from tests.word_files import compile_word, lines_of, r, render_word, tbl, tc, tr, word_file
from tests.word_rules import assert_follows_word_rules


@dataclass(frozen=True)
class Case:
    """A tag (or a merge field) in a cell with its value at /list/1/v (or /day), and what is said of it."""

    tag: str
    value: Any
    code: str
    pointer: str | None = "/list/1/v"


MARKDOWN: Final = {"$markdown": "# T"}
CASES: Final = {
    "an image that is no image": Case("list[1].v", {"$image": data_address(b"hello")}, "image-invalid"),
    "an image that is cut off": Case("list[1].v", {"$image": data_address(image_file()[:60])}, "image-invalid"),
    "an image of 100 megapixels": Case(
        "list[1].v", {"$image": data_address(png_that_says(10_000, 10_000))}, "image-too-large"
    ),
    "an image elsewhere": Case("list[1].v", {"$image": "https://example.com/a.png"}, "image-address"),
    "an image of a size that is none": Case(
        "list[1].v", {"$image": data_address(image_file()), "width": "wide"}, "image-size"
    ),
    "a file that is no image": Case("list[1].v | image", "hello", "image-invalid"),
    "an image in Markdown that is none": Case(
        "list[1].v", {"$markdown": f"![x]({data_address(b'hello')})"}, "image-invalid"
    ),
    "an unknown locale": Case("list[1].v | date(locale='xx-YY')", "2026-01-31", "unknown-locale", None),
    "an unknown locale in the data": Case("1 | number(locale=list[1].v)", "xx-YY", "unknown-locale"),
    "an unknown currency in the data": Case("1 | currency(list[1].v)", "XXQ", "unknown-currency"),
    "a date that is none": Case("list[1].v | date", "2026-02-30", "not-a-date"),
    "a time that is none": Case("list[1].v | time", "25:00", "not-a-date"),
    "a number that is none": Case("list[1].v | number", "much", "value-error"),
    "Markdown 1,000 deep": Case("list[1].v", {"$markdown": ">" * 1_000 + " x"}, "markup-invalid"),
    "lists 1,000 deep": Case(
        "list[1].v", {"$markdown": "\n".join(" " * 2 * n + "- x" for n in range(1_000))}, "markup-invalid"
    ),
    "Markdown 1,000 deep by the filter": Case("list[1].v | markdown", ">" * 1_000 + " x", "markup-invalid"),
    "HTML 1,000 deep": Case("list[1].v", {"$html": "<blockquote>" * 1_000 + "x"}, "markup-invalid"),
    "HTML of too many columns": Case("list[1].v", {"$html": f"<table><tr>{'<td>x' * 64}</table>"}, "markup-invalid"),
    "HTML that reaches down too far": Case(
        "list[1].v",
        {"$html": f"<table><tr>{'<td rowspan=65534>' * 62}{'<tr><td>x' * 2_000}</table>"},
        "markup-invalid",
    ),
    "Markdown that is no text": Case("list[1].v", {"$markdown": ["x"]}, "markup-invalid"),
    "rich text in no colour": Case(
        "list[1].v",
        {"$richtext": ["a", {"text": "x", "color": "red"}]},
        "richtext-invalid",
        "/list/1/v/$richtext/1/color",
    ),
    "a link to a script": Case("list[1].v", {"$link": "javascript:alert(1)"}, "richtext-invalid", "/list/1/v/$link"),
    "an object": Case("list[1].v", {"a": 1}, "unprintable-value", None),
    "a date that a merge field cannot read": Case(merge_field("day", '\\@ "d MMMM"'), "soon", "not-a-date", "/day"),
    "a number that a merge field cannot read": Case(merge_field("day", '\\# "0.00"'), "much", "value-error", "/day"),
}


def template(case: Case) -> bytes:
    """Make a template with the tag, or the merge field, in the second cell of a table."""
    tag = case.tag if case.tag.startswith("<") else r(f"{{{{ {case.tag} }}}}")
    return word_file("text", tbl(tr("x", tc(f"<w:p>{tag}</w:p>"))))


def failures(file: bytes, data: Any) -> tuple[Diagnostic, ...]:
    with pytest.raises(DiagnosedError) as failed:
        render_template(compile_word(file), json.dumps(data).encode(), render_options(output=OutputFormat.DOCX))
    return failed.value.diagnostics


@pytest.mark.parametrize("name", CASES)
def test_it_is_said_with_its_place_and_the_path_of_the_value(name: str) -> None:
    case = CASES[name]
    data = {"list": [{"v": "good"}, {"v": case.value}], "day": case.value}
    found = failures(template(case), data)[0]
    assert (found.severity, found.code, found.pointer) == (Severity.ERROR, case.code, case.pointer)
    assert found.location is not None
    assert (found.location.table, found.location.row, found.location.cell) == (1, 1, 2)
    assert found.message
    assert found.snippet


def test_all_that_is_wrong_is_said_at_once() -> None:
    values = [case.value for case in CASES.values() if case.tag == "list[1].v"]
    file = word_file(*(f"{{{{ v{number} }}}}" for number in range(len(values))))
    found = failures(file, {f"v{number}": value for number, value in enumerate(values)})
    assert len(found) == len(values)
    assert [each.location and each.location.paragraph for each in found] == list(range(1, len(values) + 1))


@pytest.mark.parametrize(
    ("code", "switches"),
    [("merge-field-switch", "\\* Shout"), ("merge-field-switch", "\\# "), ("merge-field-syntax", "\\ Upper")],
)
def test_a_merge_field_with_a_broken_switch_is_said_at_upload(code: str, switches: str) -> None:
    file = word_file("text", tbl(tr("x", tc(f"<w:p>{merge_field('v', switches)}</w:p>"))))
    (found,) = compile_word(file).diagnostics
    assert (found.severity, found.code) == (Severity.ERROR, code)
    assert found.location is not None
    assert (found.location.table, found.location.row, found.location.cell) == (1, 1, 2)


def test_a_style_that_is_missing_leaves_a_whole_document() -> None:
    file = word_file("text", "{{ v }}")
    result = render_template(
        compile_word(file), json.dumps({"v": MARKDOWN}).encode(), render_options(output=OutputFormat.DOCX)
    )
    (found,) = result.diagnostics
    assert (found.severity, found.code, found.pointer) == (Severity.WARNING, "style-missing", "/v")
    assert found.location is not None
    assert found.location.paragraph == 2
    assert_follows_word_rules(result.content)
    assert lines_of(result.content) == ["text", "T"]


def test_markdown_that_nests_as_deep_as_it_may_is_a_document() -> None:
    deep = "\n".join("  " * level + "- x" for level in range(50))
    assert lines_of(render_word(word_file("{{ v }}"), {"v": {"$markdown": deep}})) == ["x"] * 50
