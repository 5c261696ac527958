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


@pytest.mark.parametrize("value", [markdown("a *b*\n" * 2_000), {"$richtext": [{"text": "b", "bold": True}] * 500}])
def test_printing_one_of_them_again_and_again_is_paid_for(value: Any) -> None:
    with pytest.raises(LimitExceededError):
        render_word(word_file("{%p for i in range(1000) %}", "{{ a }}", "{%p endfor %}"), {"a": value})


@pytest.mark.parametrize("lines", [20_000, 40_000])
def test_what_takes_long_to_be_read_or_written_is_paid_for(lines: int) -> None:
    with pytest.raises(LimitExceededError):
        render_word(word_file("{{ a }}"), {"a": markdown("- x\n" * lines)})


@pytest.mark.parametrize("tag", ["{{ a }}", "{{r a }}"])
def test_a_text_that_becomes_too_large_where_it_is_written_is_refused_with_its_place(tag: str) -> None:
    rich = {"$richtext": [{"text": "a\n\n" * 400_000}]}
    with pytest.raises(LimitExceededError) as failure:
        render_word(word_file("x", tag), {"a": rich})
    (found,) = failure.value.diagnostics
    assert (found.code, found.location and found.location.paragraph) == ("limit-exceeded", 2)


def test_a_text_that_is_no_markup_stays_what_it_is() -> None:
    assert lines_of(render_word(word_file("{{ a }}"), {"a": "# no **heading** <b>"})) == ["# no **heading** <b>"]


def test_texts_from_right_to_left_say_so() -> None:
    data = json.dumps({"a": markdown("- سلام **عالم**\n- Latin")}).encode()
    options = render_options(output=OutputFormat.DOCX, locale="ar")
    content = render_template(compile_word(word_file("{{ a }}")), data, options).content
    assert_follows_word_rules(content)
    runs = {run.findtext(W + "t"): run.find(f"{W}rPr/{W}rtl") is not None for run in part_of(content).iter(W + "r")}
    assert (runs["سلام "], runs["عالم"], runs["Latin"]) == (True, True, False)


def test_cells_that_reach_down_are_merged() -> None:
    rows = "<tr><th>a<th>b<th>c<tr><td rowspan=2 colspan=2>d<td>e<tr><td>f"
    content, _ = rendered(word_file("{{ a }}"), {"a": html(f"<table>{rows}</table>")})
    (table,) = opened(content).tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["a", "b", "c"],
        ["d", "d", "e"],
        ["d", "d", "f"],
    ]
    assert [each.get(W + "val") for each in part_of(content).iter(W + "vMerge")] == ["restart", None]


def test_lists_quotations_and_code_stand_in_cells_and_items() -> None:
    cell = "<td><ol><li>one<ul><li>inner</ul><li>two</ol><td><ol><li>again</ol>"
    nested = markdown("- a\n\n  > q\n  > > r\n\n      x  y\n        z\n")
    content, _ = rendered(with_styles("{{ a }}", "{{ b }}"), {"a": html(f"<table><tr>{cell}</table>"), "b": nested})
    (table,) = opened(content).tables
    first, second = table.rows[0].cells
    assert [(each.style.name, each.text) for each in first.paragraphs] == [
        ("List Number", "one"),
        ("List Bullet 2", "inner"),
        ("List Number", "two"),
    ]
    numbers = [number for number, _ in numbering_of(content)]
    assert numbers[0] == numbers[1] != numbers[2]
    assert second.paragraphs[0].text == "again"
    body = opened(content).paragraphs
    assert [(each.style.name, each.text) for each in body] == [
        ("List Bullet", "a"),
        ("Quote", "q"),
        ("Quote", "r"),
        ("macro", "x  y\n  z"),
    ]
    lefts = [each.paragraph_format.left_indent for each in body[1:]]
    assert lefts[0] < lefts[1]


def test_paragraphs_of_a_value_begin_on_the_right_by_their_text() -> None:
    title = "# \u0639\u0646\u0648\u0627\u0646\n\n\u0646\u0635\n\nLatin\n\n- \u0648\u0627\u062d\u062f\n\n"
    text = f"{title}|\u0627|b|\n|:-|-:|\n|\u062c|d|\n"
    data = json.dumps({"a": markdown(text)}).encode()
    for locale, wanted in (("ar-EG", True), ("de", False)):
        options = render_options(output=OutputFormat.DOCX, locale=locale)
        content = render_template(compile_word(word_file("{{ a }}", "{{ a }}")), data, options).content
        assert_follows_word_rules(content)
        root = part_of(content)
        turned = {
            "".join(each.text or "" for each in paragraph.iter(W + "t")): paragraph.find(f"{W}pPr/{W}bidi") is not None
            for paragraph in root.iter(W + "p")
        }
        turned.pop("", None)
        assert turned == {
            "\u0639\u0646\u0648\u0627\u0646": wanted,
            "\u0646\u0635": wanted,
            "Latin": False,
            "\u0648\u0627\u062d\u062f": wanted,
            "\u0627": wanted,
            "b": False,
            "\u062c": wanted,
            "d": False,
        }
        assert all((table.find(f"{W}tblPr/{W}bidiVisual") is not None) is wanted for table in root.iter(W + "tbl"))


LANGUAGE = (
    '<w:styles xmlns:w="{}"><w:docDefaults><w:rPrDefault><w:rPr><w:lang w:val="{}" w:eastAsia="{}"/></w:rPr>'
    "</w:rPrDefault></w:docDefaults></w:styles>"
)


@pytest.mark.parametrize(
    ("document", "locale", "text", "expected"),
    [
        (("en-US", "en-US"), "de-DE", "Wort", {"val": "de-DE"}),
        (("de-AT", "en-US"), "de-DE", "Wort", {}),
        (("en-US", "en-US"), "ja-JP", "\u6587\u5b57", {"eastAsia": "ja-JP"}),
        (("en-US", "ja-JP"), "ja-JP", "\u6587\u5b57", {}),
        (("en-US", "ja-JP"), "zh-TW", "\u6587\u5b57", {"eastAsia": "zh-TW"}),
        (("en-US", "ja-JP"), "ja-JP", "word", {}),
        (("en-US", "en-US"), "de-DE", "\u6587\u5b57", {}),
        (("en-US", "en-US"), "he-IL", "\u05e9\u05dc\u05d5\u05dd", {"bidi": "he-IL"}),
        (("en-US", "en-US"), "he-IL", "word", {}),
        (("en-US", "en-US"), "de-DE", "12", {}),
    ],
)
@pytest.mark.parametrize("kind", ["$markdown", "$html", "$richtext"])
def test_formatted_texts_are_in_the_language_of_the_locale(
    kind: str, document: tuple[str, str], locale: str, text: str, expected: dict[str, str]
) -> None:
    styles = LANGUAGE.format(W.strip("{}"), *document)
    file = word_file(p(r("{{ a }}")), parts={"word/styles.xml": styles})
    options = render_options(output=OutputFormat.DOCX, locale=locale)
    content = render_template(compile_word(file), json.dumps({"a": {kind: text}}).encode(), options).content
    assert_follows_word_rules(content)
    found = [
        {name.removeprefix(W): value for name, value in each.attrib.items()}
        for each in part_of(content).iter(W + "lang")
    ]
    assert found == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("document", "locale", "languages"),
    [("zh-CN", "ja-JP", ["ja-JP"]), ("ja-JP", "ja-JP", []), ("zh-CN", "de-DE", [])],
)
def test_plain_values_in_east_asian_letters_get_a_run_of_that_language(
    document: str, locale: str, languages: list[str]
) -> None:
    styles = LANGUAGE.format(W.strip("{}"), "en-US", document)
    file = word_file(p(r("No. {{ a }} / {{ b }}", "<w:i/>")), parts={"word/styles.xml": styles})
    options = render_options(output=OutputFormat.DOCX, locale=locale)
    data = json.dumps({"a": "\u6587\u5b57", "b": "word"}).encode()
    content = render_template(compile_word(file), data, options).content
    assert lines_of(content) == ["No. \u6587\u5b57 / word"]
    assert [each.get(W + "eastAsia") for each in part_of(content).iter(W + "lang")] == languages
    assert all(run.find(f"{W}rPr/{W}i") is not None for run in part_of(content).iter(W + "r"))
