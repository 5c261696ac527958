"""Markdown templates as Word documents."""

import io
import json
from typing import Any

import docx
import pytest
from docx.document import Document

from adapters.rendering.engine import compile_template, render_template
from domain.asset import REFERENCE_ASSET
from domain.errors import DiagnosedError, LimitExceededError, RenderFailedError
from domain.formats import OutputFormat, TemplateFormat
from tests.builders import render_options
from tests.image_files import data_address, image_file
from tests.word_rules import assert_follows_word_rules

NOTES = """\
# Notes for {{ who }}

Some *text* by {{ who }}.

1. one
   - inner
2. {{ item }}

> quoted

```
code {{ who }}
```

| a | b |
|---|---|
| {{ who }} | 2 |
"""


def word(template: str, data: dict[str, Any]) -> Document:
    """Render a Markdown template to a Word document."""
    compiled = compile_template(TemplateFormat.MARKDOWN, template.encode())
    made = render_template(compiled, json.dumps(data).encode(), render_options(output=OutputFormat.DOCX))
    assert_follows_word_rules(made.content)
    assert made.diagnostics == ()
    return docx.Document(io.BytesIO(made.content))


def failed(template: str, data: dict[str, Any]) -> DiagnosedError:
    with pytest.raises(DiagnosedError) as caught:
        word(template, data)
    return caught.value


def test_its_blocks_have_the_styles_of_the_reference_document() -> None:
    document = word(NOTES, {"who": "A & B", "item": "*no list*"})
    assert [(each.style.name, each.text) for each in document.paragraphs] == [
        ("Heading 1", "Notes for A & B"),
        ("Normal", "Some text by A & B."),
        ("List Number", "one"),
        ("List Bullet 2", "inner"),
        ("List Number", "*no list*"),
        ("Quote", "quoted"),
        ("Code", "code A & B"),
        ("Normal", ""),
    ]
    (table,) = document.tables
    assert table.style is not None
    assert (table.style.name, table.cell(1, 0).text) == ("Table Grid", "A & B")


def test_its_title_is_the_first_heading() -> None:
    assert word("text\n\n# A *fine* title", {}).core_properties.title == "A fine title"
    assert word("text", {}).core_properties.title == ""


def test_formatted_values_and_images_stand_in_it() -> None:
    image = f"![dot]({data_address(image_file('PNG', (2, 2)))})"
    document = word("{{ a }}\n\n{{ b }}\n\n" + image, {"a": {"$markdown": "## M"}, "b": {"$html": "<h3>H</h3>"}})
    assert [each.style.name for each in document.paragraphs] == ["Heading 2", "Heading 3", "Normal"]
    assert len(document.inline_shapes) == 1


def test_a_template_that_prints_nothing_gives_an_empty_document() -> None:
    assert [each.text for each in word("{{ a }}", {"a": ""}).paragraphs] == [""]


def test_what_is_wrong_is_said_without_a_place_in_the_reference_document() -> None:
    error = failed("{{ a }}", {"a": {"$markdown": ">" * 200 + " x"}})
    assert isinstance(error, RenderFailedError)
    (found,) = error.diagnostics
    assert (found.code, found.location, found.pointer) == ("markup-invalid", None, None)
    (found,) = failed("![x](https://example.com/x.png)", {}).diagnostics
    assert found.code == "image-address"
    assert isinstance(failed("{{ a }}", {"a": "x" * 2_000_001}), LimitExceededError)


def test_missing_values_are_said_as_ever() -> None:
    (found,) = failed(NOTES, {"who": "x"}).diagnostics
    assert found.code == "missing-value"


def in_reference(reference: bytes, markdown: str = "# Title\n\nText") -> Document:
    """Render Markdown in the styles of a workspace's reference document."""
    compiled = compile_template(TemplateFormat.MARKDOWN, markdown.encode())
    options = render_options(output=OutputFormat.DOCX)
    made = render_template(compiled, b"{}", options, {REFERENCE_ASSET: reference})
    assert_follows_word_rules(made.content)
    return docx.Document(io.BytesIO(made.content))


def own_reference(*paragraphs: str) -> bytes:
    """A file of somebody's own: a page in landscape format, a header, a style for headings."""
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    section = document.sections[0]
    section.page_width, section.page_height = section.page_height, section.page_width
    section.header.paragraphs[0].text = "ACME: {{ title }}"
    document.styles["Heading 1"].font.name = "Georgia"
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_a_workspace_sets_markdown_in_its_own_styles_page_and_header() -> None:
    document = in_reference(own_reference("Words of the reference document.", "More of them."))
    assert [(each.style.name, each.text) for each in document.paragraphs] == [
        ("Heading 1", "Title"),
        ("Normal", "Text"),
    ]
    assert document.styles["Heading 1"].font.name == "Georgia"
    assert document.sections[0].page_width > document.sections[0].page_height
    assert document.sections[0].header.paragraphs[0].text == "ACME: Title"


def test_a_reference_document_keeps_its_text_around_a_tag_of_its_own() -> None:
    document = in_reference(own_reference("Cover of {{ title }}", "{{ body }}", "The end."))
    assert [each.text for each in document.paragraphs] == ["Cover of Title", "Title", "Text", "The end."]


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        (b"no zip", "not-a-word-document"),
        (own_reference("{{ body }}", "{% for x in"), "unclosed-tag"),
        (own_reference("{{ body }} {{ other }}"), "missing-value"),
    ],
    ids=["no Word file", "broken", "asks for more"],
)
def test_a_reference_document_that_cannot_be_used_is_named(reference: bytes, said: str) -> None:
    with pytest.raises(DiagnosedError) as failure:
        in_reference(reference)
    assert said in {found.code for found in failure.value.diagnostics}
