"""Markdown and HTML in Word documents: paragraphs, lists, tables and links in the template's styles."""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import docx
import pytest
from docx.document import Document

from adapters.rendering.engine import render_template
from domain.diagnostics import Diagnostic
from domain.errors import DiagnosedError, LimitExceededError
from domain.formats import OutputFormat
from tests.builders import render_options
from tests.image_files import data_address, image_file
from tests.word_files import NAMESPACES, compile_word, lines_of, p, part_of, r, render_word, tbl, tc, tr, word_file
from tests.word_rules import W, assert_follows_word_rules

MARKDOWN = """\
# Release *notes*

Version **2.1** with [a link](https://example.com/?a=1&b=2), `code`, ~~old~~\\
things.

1. First
2. Second
   - inner

     more
3. Third

> quoted

```
x = 1
  y
```

| Item | Price |
|------|------:|
| Tea | **3.20** |

1. again
"""


def markdown(text: str) -> dict[str, str]:
    return {"$markdown": text}


def html(text: str) -> dict[str, str]:
    return {"$html": text}


def rendered(template: bytes, data: Mapping[str, Any]) -> tuple[bytes, tuple[Diagnostic, ...]]:
    """Render and hold the document to Word's rules."""
    result = render_template(
        compile_word(template), json.dumps(data).encode(), render_options(output=OutputFormat.DOCX)
    )
    assert_follows_word_rules(result.content)
    return result.content, result.diagnostics


def with_styles(*paragraphs: str, drop: tuple[str, ...] = ()) -> bytes:
    """Make a template of python-docx's own document, which has Word's styles, without those of these names."""
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    for style in list(document.styles):
        if str(style.name).startswith(drop):
            style.delete()
    packed = io.BytesIO()
    document.save(packed)
    return packed.getvalue()


def opened(document: bytes) -> Document:
    return docx.Document(io.BytesIO(document))


def failures(template: bytes, value: Any) -> tuple[Diagnostic, ...]:
    with pytest.raises(DiagnosedError) as failed:
        render_template(
            compile_word(template), json.dumps({"a": value}).encode(), render_options(output=OutputFormat.DOCX)
        )
    return failed.value.diagnostics


def numbering_of(document: bytes) -> list[tuple[str | None, str | None]]:
    """Return the number and the level of the lists that paragraphs name themselves."""
    found = part_of(document).iter(W + "numPr")
    return [(each.find(W + "numId").get(W + "val"), each.find(W + "ilvl").get(W + "val")) for each in found]


def test_markdown_takes_the_template_s_styles() -> None:
    content, findings = rendered(with_styles("{{ a }}", "after"), {"a": markdown(MARKDOWN)})
    paragraphs = [(each.style.name, each.text) for each in opened(content).paragraphs]
    assert paragraphs == [
        ("Heading 1", "Release notes"),
        ("Normal", "Version 2.1 with a link, code, old\nthings."),
        ("List Number", "First"),
        ("List Number", "Second"),
        ("List Bullet 2", "inner"),
        ("Normal", "more"),
        ("List Number", "Third"),
        ("Quote", "quoted"),
        ("macro", "x = 1\n  y"),
        ("List Number", "again"),
        ("Normal", "after"),
    ]
    assert findings == ()


def test_lists_are_numbered_by_their_own_lists() -> None:
    content, _ = rendered(with_styles("{{ a }}{{ a }}"), {"a": markdown("1. a\n2. b\n\ntext\n\n7. c\n   1. d")})
    numbers = numbering_of(content)
    lists = [number for number, _ in numbers]
    assert lists[0] == lists[1]
    assert len(set(lists)) == 6
    numbering = part_of(content, "word/numbering.xml")
    starts = {
        num.get(W + "numId"): num.find(f"{W}lvlOverride/{W}startOverride").get(W + "val")
        for num in numbering.iter(W + "num")
        if num.get(W + "numId") in lists
    }
    assert [starts[number] for number in lists] == ["1", "1", "7", "1", "1", "1", "7", "1"]


def test_a_template_without_styles_gets_direct_formatting_and_one_warning_for_each() -> None:
    content, findings = rendered(word_file(p(r("{{ a }}")), p(r("{{ a }}"))), {"a": markdown(MARKDOWN)})
    assert [found.code for found in findings] == ["style-missing"] * 5
    said = " ".join(found.message for found in findings)
    assert all(name in said for name in ("Heading 1", "List Number", "List Bullet", "Quote", "Code"))
    root = part_of(content)
    heading = next(root.iter(W + "p"))
    assert heading.find(f"{W}pPr/{W}outlineLvl").get(W + "val") == "0"
    assert heading.find(f"{W}r/{W}rPr/{W}sz").get(W + "val") == "32"
    assert root.find(f".//{W}tbl/{W}tblPr/{W}tblBorders") is not None
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert "word/numbering.xml" in archive.namelist()
        assert b"numbering.xml" in archive.read("word/_rels/document.xml.rels")
        assert b"numbering+xml" in archive.read("[Content_Types].xml")
    assert [level for _, level in numbering_of(content)] == ["0", "0", "1", "0", "0"] * 2


def test_a_style_is_found_by_its_name_whatever_its_id() -> None:
    styles = (
        f'<w:styles {NAMESPACES}><w:style w:type="paragraph" w:styleId="berschrift1">'
        '<w:name w:val="heading 1"/></w:style></w:styles>'
    )
    content, findings = rendered(word_file("{{ a }}", parts={"word/styles.xml": styles}), {"a": markdown("# T")})
    assert next(part_of(content).iter(W + "pStyle")).get(W + "val") == "berschrift1"
    assert findings == ()


def test_one_paragraph_stands_in_its_line_and_looks_like_it() -> None:
    template = word_file(p(r("a {{ x }} z", '<w:i/><w:color w:val="FF0000"/>'), properties='<w:jc w:val="center"/>'))
    content, _ = rendered(template, {"x": markdown("one **two**")})
    assert lines_of(content) == ["a one two z"]
    bold = next(run for run in part_of(content).iter(W + "r") if run.findtext(W + "t") == "two")
    assert [child.tag for child in bold.find(W + "rPr")] == [W + name for name in ("b", "bCs", "i", "color", "lang")]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one\n\ntwo", ["a one", "two z"]),
        ("# one\n\ntwo", ["a ", "one", "two z"]),
        ("one\n\n- two", ["a one", "two", " z"]),
        ("# one", ["a ", "one", " z"]),
        ("one\n\ntwo\n\nthree", ["a one", "two", "three z"]),
        ("", ["a  z"]),
    ],
)
def test_several_blocks_divide_the_text_around_them(text: str, lines: list[str]) -> None:
    content, _ = rendered(word_file(p("a {{ x }} z")), {"x": markdown(text)})
    assert lines_of(content) == lines


def test_a_paragraph_that_holds_nothing_else_is_replaced_and_is_the_base() -> None:
    template = word_file(p(r("{{ x }}"), properties='<w:ind w:left="300"/>'), p("after"))
    content, _ = rendered(template, {"x": markdown("# one\n\ntwo\n\nthree")})
    assert lines_of(content) == ["one", "two", "three", "after"]
    indents = [each.find(f"{W}pPr/{W}ind") is not None for each in part_of(content).iter(W + "p")]
    assert indents == [False, True, True, False]


def test_a_table_in_a_cell_is_followed_by_a_paragraph_and_stays_apart_from_others() -> None:
    table = html("<table><tr><th>A<th>B<tr><td colspan=2>wide</table><table><tr><td>other</table>")
    content, _ = rendered(word_file(tbl(tr(tc("{{ x }}"), "z"))), {"x": table})
    outer = next(part_of(content).iter(W + "tc"))
    assert [child.tag.removeprefix(W) for child in outer] == ["tbl", "p", "tbl", "p"]
    wide = [span for span in part_of(content).iter(W + "gridSpan") if span.get(W + "val") == "2"]
    assert len(wide) == 1
    head = next(outer.iter(W + "tr"))
    assert head.find(f"{W}trPr/{W}tblHeader") is not None


def test_rows_of_different_lengths_are_filled_up() -> None:
    content, _ = rendered(word_file("{{ x }}", "end"), {"x": html("<table><tr><td>1<tr><td>1<td>2<td>3</table>")})
    assert [len(row.findall(W + "tc")) for row in part_of(content).iter(W + "tr")] == [3, 3]


def test_it_works_in_headers_footnotes_loops_and_macros() -> None:
    text = markdown("# T\n\n- a\n- b")
    tag = p("{{ x }}")
    parts = {
        "word/header1.xml": tag,
        "word/footnotes.xml": f'<w:footnote w:id="1">{tag}</w:footnote>',
    }
    reference = '<w:r><w:footnoteReference w:id="1"/></w:r>'
    body = (
        p("text", reference), "{% macro m(v) %}({{ v }}){% endmacro %}", "{{ m(x) }}",
        "{% for i in list %}", "{{ i }}", "{% endfor %}",
    )  # fmt: skip
    content, _ = rendered(word_file(*body, parts=parts), {"x": text, "list": [text, markdown("plain")]})
    assert lines_of(content) == ["text", "(", "T", "a", "b", ")", "T", "a", "b", "plain"]
    assert lines_of(content, "word/header1.xml") == ["T", "a", "b"]
    assert lines_of(content, "word/footnotes.xml") == ["T", "a", "b"]


def test_a_tracked_insertion_is_divided_into_two() -> None:
    inserted = f'<w:ins w:id="7" w:author="A" w:date="2026-01-01T00:00:00Z">{r("a {{ x }} z")}</w:ins>'
    content, _ = rendered(word_file(f"<w:p>{inserted}</w:p>"), {"x": markdown("# T")})
    assert lines_of(content) == ["a ", "T", " z"]


def test_a_content_control_gets_the_text_alone() -> None:
    control = f"<w:sdt><w:sdtPr><w:text/></w:sdtPr><w:sdtContent>{r('{{ x }}')}</w:sdtContent></w:sdt>"
    content, _ = rendered(word_file(f"<w:p>{control}</w:p>"), {"x": markdown("# T\n\n- a **b**")})
    assert lines_of(content) == ["T\n\n- a b"]


def test_sections_end_once() -> None:
    section = '<w:sectPr><w:type w:val="nextPage"/></w:sectPr>'
    content, _ = rendered(word_file(p(r("{{ x }}"), properties=section)), {"x": markdown("# T\n\none\n\ntwo")})
    assert len([each for each in part_of(content).iter(W + "sectPr") if len(each)]) == 1


def test_filters_make_it_of_texts() -> None:
    content, _ = rendered(word_file(p("{{ a | markdown }}{{ none | markdown }}"), p("{{ b | html }}")), {
        "a": "**x**", "b": "<i>y</i>", "none": None,
    })  # fmt: skip
    assert lines_of(content) == ["x", "y"]
    assert part_of(content).find(f".//{W}i") is not None


def test_the_template_sees_an_object_that_is_false_where_it_is_empty() -> None:
    template = word_file("{% if x %}yes{% else %}no{% endif %}")
    assert lines_of(render_word(template, {"x": markdown("")})) == ["no"]
    assert lines_of(render_word(template, {"x": markdown("a")})) == ["yes"]


def test_images_stand_in_it() -> None:
    address = data_address(image_file("PNG", (20, 10)))
    content, _ = rendered(word_file("{{ x }}"), {"x": markdown(f"see ![a *logo*]({address})")})
    described = next(
        part_of(content).iter("{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr")
    )
    assert described.get("descr") == "a logo"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert len([name for name in archive.namelist() if "/media/" in name]) == 1


@pytest.mark.parametrize(
    ("value", "code", "said"),
    [
        (markdown(">" * 1000 + "x"), "markup-invalid", "nest more than 50"),
        (markdown("[" * 20_000), "markup-invalid", "brackets"),
        ({"$markdown": ["x"]}, "markup-invalid", "has to be a text"),
        ({"$markdown": "x", "size": 3}, "markup-invalid", "'size'"),
        (html("<div>" * 20_000), "markup-invalid", "open at once"),
        (markdown("![x](https://example.com/x.png)"), "image-address", "fetch nothing"),
        (html('<img src="data:image/png;base64,AAAA">'), "image-invalid", "no image"),
    ],
)
def test_what_is_wrong_is_said_with_its_place_and_path(value: Any, code: str, said: str) -> None:
    (found,) = failures(word_file("text", "{{ a }}"), value)
    assert (found.code, found.pointer) == (code, "/a")
    assert said in found.message
    assert found.location is not None
    assert found.location.paragraph == 2


def test_it_stands_in_no_attribute() -> None:
    shape = '<w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml" title="{{ a }}"/></w:pict></w:r>'
    (found,) = failures(word_file(p(shape)), markdown("x"))
    assert found.code == "unprintable-value"
    assert "Markdown or HTML" in found.message


def test_too_much_of_it_is_refused() -> None:
    with pytest.raises(LimitExceededError):
        render_word(word_file("{{ a }}"), {"a": markdown("a * b\n" * 300_000)})


def test_a_text_that_is_no_markup_stays_what_it_is() -> None:
    assert lines_of(render_word(word_file("{{ a }}"), {"a": "# no **heading** <b>"})) == ["# no **heading** <b>"]


def test_texts_from_right_to_left_say_so() -> None:
    data = json.dumps({"a": markdown("- سلام **عالم**\n- Latin")}).encode()
    options = render_options(output=OutputFormat.DOCX, locale="ar")
    content = render_template(compile_word(word_file("{{ a }}")), data, options).content
    assert_follows_word_rules(content)
    runs = {run.findtext(W + "t"): run.find(f"{W}rPr/{W}rtl") is not None for run in part_of(content).iter(W + "r")}
    assert (runs["سلام "], runs["عالم"], runs["Latin"]) == (True, True, False)
