"""Rich text and links in Word documents: in every place, in the formatting of that place."""

import io
import json
from typing import Any, Final

import docx
import pytest

from adapters.rendering.engine import render_template
from domain.diagnostics import Diagnostic
from domain.errors import DiagnosedError
from domain.formats import OutputFormat
from tests.builders import render_options
from tests.word_controls import control
from tests.word_files import (
    NAMESPACES,
    compile_word,
    lines_of,
    links_of,
    p,
    paragraph_text,
    part_of,
    r,
    render_word,
    tbl,
    tc,
    tr,
    word_file,
)
from tests.word_rules import W, assert_follows_word_rules

URL: Final = "https://example.com/?a=1&b=2"
RICH: Final = {"$richtext": ["one ", {"text": "two", "bold": True, "color": "C00000"}, {"$link": URL, "text": "three"}]}
# The place is italic, red and of 9 points.
PLACE: Final = '<w:i/><w:color w:val="0000FF"/><w:sz w:val="18"/>'
TAG: Final = r("{{ v }}", PLACE)
LINE: Final = f"<w:p>{r('before ')}{TAG}{r(' behind')}</w:p>"
HEADER: Final = '<w:p><w:pPr><w:sectPr><w:{0}Reference w:type="default" r:id="rIdPart1"/></w:sectPr></w:pPr></w:p>'
NOTE: Final = p('<w:r><w:{0}Reference w:id="2"/></w:r>')
BOX: Final = (
    '<w:p><w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml" id="s1" type="#_x0000_t202" '
    'style="width:200pt;height:40pt"><v:textbox><w:txbxContent>{0}</w:txbxContent></v:textbox></v:shape></w:pict></w:r></w:p>'
)
STYLES: Final = (
    f'<w:styles {NAMESPACES}><w:docDefaults><w:rPrDefault><w:rPr><w:lang w:val="en-GB" w:eastAsia="zh-CN"/></w:rPr>'
    '</w:rPrDefault></w:docDefaults><w:style w:type="character" w:styleId="Fett"><w:name w:val="Strong"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="b1"><w:name w:val="heading 1"/><w:link w:val="b1Zchn"/></w:style>'
    '<w:style w:type="character" w:styleId="b1Zchn"><w:name w:val="Heading 1 Char"/><w:link w:val="b1"/></w:style>'
    '<w:style w:type="character" w:styleId="Link"><w:name w:val="Hyperlink"/></w:style></w:styles>'
)


def note(kind: str) -> dict[str, str]:
    separators = "".join(
        f'<w:{kind} w:id="{number}" w:type="{name}"><w:p/></w:{kind}>'
        for number, name in enumerate(("separator", "continuationSeparator"))
    )
    return {f"word/{kind}s.xml": f'{separators}<w:{kind} w:id="2">{LINE}</w:{kind}>'}


# For each place: the body, further parts, and the part that shows the value.
PLACES: Final[dict[str, tuple[list[str], dict[str, str], str]]] = {
    "the body": ([LINE], {}, "word/document.xml"),
    "a cell": ([tbl(tr(tc(LINE), "x"))], {}, "word/document.xml"),
    "a table in a cell": ([tbl(tr(tc(tbl(tr(tc(LINE), "x")), "<w:p/>"), "x"))], {}, "word/document.xml"),
    "a header": ([HEADER.format("header")], {"word/header1.xml": LINE}, "word/header1.xml"),
    "a footer": ([HEADER.format("footer")], {"word/footer1.xml": LINE}, "word/footer1.xml"),
    "a footnote": ([NOTE.format("footnote")], note("footnote"), "word/footnotes.xml"),
    "an endnote": ([NOTE.format("endnote")], note("endnote"), "word/endnotes.xml"),
    "a footnote in a loop": (
        ["{%p for x in [1] %}", NOTE.format("footnote"), "{%p endfor %}"],
        note("footnote"),
        "word/footnotes.xml",
    ),
    "a text box": ([BOX.format(LINE)], {}, "word/document.xml"),
    "a rich control": ([f"<w:sdt><w:sdtPr/><w:sdtContent>{LINE}</w:sdtContent></w:sdt>"], {}, "word/document.xml"),
    "a rich control in a line": (
        [f"<w:p>{r('before ')}<w:sdt><w:sdtPr/><w:sdtContent>{TAG}</w:sdtContent></w:sdt>{r(' behind')}</w:p>"],
        {},
        "word/document.xml",
    ),
    "a tracked insertion": (
        [f'<w:p>{r("before ")}<w:ins w:id="1" w:author="a">{TAG}</w:ins>{r(" behind")}</w:p>'],
        {},
        "word/document.xml",
    ),
    "a loop": (["{%p for x in [1] %}", LINE, "{%p endfor %}"], {}, "word/document.xml"),
    "a macro": ([f"<w:p>{r('{% macro m() %}')}{TAG}{r('{% endmacro %}before {{ m() }} behind')}</w:p>"], {}, ""),
    "a part of a run": ([p(r("before {{ v }} behind", PLACE))], {}, "word/document.xml"),
}
CODE: Final = ' HYPERLINK "https://example.org/" '
LINKED: Final = {
    "a hyperlink": f'<w:p><w:hyperlink w:anchor="x">{TAG}</w:hyperlink></w:p>',
    "a simple field": f"<w:p><w:fldSimple w:instr='{CODE}'>{TAG}</w:fldSimple></w:p>",
    "a complex field": (
        f'<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>{CODE}</w:instrText></w:r><w:r>'
        f'<w:fldChar w:fldCharType="separate"/></w:r>{TAG}<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    ),
}


def rendered(file: bytes, value: Any, locale: str = "en") -> tuple[bytes, tuple[Diagnostic, ...]]:
    options = render_options(output=OutputFormat.DOCX, locale=locale)
    result = render_template(compile_word(file), json.dumps({"v": value}).encode(), options)
    assert_follows_word_rules(result.content, file)
    return result.content, result.diagnostics


def looks_of(document: bytes, part: str = "word/document.xml") -> dict[str, dict[str, str | None]]:
    """Give the properties of each run with text, by their names with their w:val."""
    found: dict[str, dict[str, str | None]] = {}
    for run in part_of(document, part).iter(W + "r"):
        properties = run.find(W + "rPr")
        text = "".join(each.text or "" for each in run.iter(W + "t"))
        if run.find(W + "t") is not None:
            elements = () if properties is None else properties
            found[text] = {each.tag.removeprefix(W): each.get(W + "val") for each in elements}
    return found


@pytest.mark.parametrize("place", PLACES)
def test_it_looks_like_its_place_and_its_links_are_of_that_part(place: str) -> None:
    body, parts, part = PLACES[place]
    part = part or "word/document.xml"
    content, findings = rendered(word_file(*body, parts={**parts, "word/styles.xml": STYLES}), RICH)
    assert findings == ()
    texts = map(paragraph_text, part_of(content, part).iter(W + "p"))
    assert "before one twothree behind" in texts
    looks = looks_of(content, part)
    own = {"i": None, "color": "0000FF", "sz": "18"}
    assert looks["one "] == own
    assert looks["two"] == {**own, "b": None, "bCs": None, "color": "C00000"}
    assert looks["three"] == {**own, "rStyle": "Link"}
    assert "" not in looks
    assert links_of(content, part) == [("three", URL)]
    others = {"word/document.xml", *parts} - {part}
    assert all(links_of(content, other) == [] for other in others)


@pytest.mark.parametrize("place", LINKED)
def test_in_a_link_there_is_no_other_one(place: str) -> None:
    content, _ = rendered(word_file(LINKED[place]), RICH)
    assert links_of(content) == []
    assert {name: looks_of(content)["three"].get(name) for name in ("color", "sz")} == {"color": "0000FF", "sz": "18"}
    assert lines_of(content)[0].endswith("one twothree")


def test_a_control_of_plain_text_gets_the_text_alone() -> None:
    content, _ = rendered(word_file(p(control("v", "<w:text/>", r("click here")))), RICH)
    assert lines_of(content) == [f"one twothree ({URL})"]
    assert links_of(content) == []


@pytest.mark.parametrize(
    ("piece", "name", "value"),
    [
        ({"bold": False}, "b", "0"),
        ({"italic": False}, "i", "0"),
        ({"underline": "double"}, "u", "double"),
        ({"strike": True}, "strike", None),
        ({"color": "#00ff00"}, "color", "00ff00"),
        ({"size": 10.5}, "sz", "21"),
        ({"highlight": "yellow"}, "highlight", "yellow"),
        ({"vertical_align": "subscript"}, "vertAlign", "subscript"),
        ({"style": "Strong"}, "rStyle", "Fett"),
        ({"style": "strong"}, "rStyle", "Fett"),
        ({"style": "Fett"}, "rStyle", "Fett"),
        ({"style": "Heading 1"}, "rStyle", "b1Zchn"),
    ],
)
def test_a_wish_changes_one_thing_alone(piece: dict[str, Any], name: str, value: str | None) -> None:
    file = word_file(p(r("{{ v }}", f"<w:b/>{PLACE}")), parts={"word/styles.xml": STYLES})
    content, findings = rendered(file, {"$richtext": {"text": "x", **piece}})
    assert findings == ()
    look = looks_of(content)["x"]
    assert look[name] == value
    kept = {"b": None, "i": None, "color": "0000FF", "sz": "18"}
    assert {key: look.get(key) for key in kept if key != name} == {key: kept[key] for key in kept if key != name}


def test_a_style_that_is_missing_is_said_with_its_tag_and_its_path() -> None:
    value = {"notes": [{"$richtext": [{"text": "x", "style": "Emphasis"}]}, {"$markdown": "# T"}]}
    file = word_file("text", tbl(tr("{{ v.notes[0] }}", "b")), "{{ v.notes[1] }}", parts={"word/styles.xml": STYLES})
    content, (rich,) = rendered(file, {**value, "notes": [value["notes"][0], "x"]})
    assert (rich.code, rich.pointer, rich.snippet) == ("style-missing", "/v/notes/0", "{{ v.notes[0] }}")
    assert rich.location is not None
    assert (rich.location.table, rich.location.row, rich.location.cell) == (1, 1, 1)
    assert lines_of(content)[1] == "| x | b |"
    plain = word_file("text", tbl(tr("{{ v.notes[0] }}", "b")), "{{ v.notes[1] }}")
    _, findings = rendered(plain, value)
    assert [(each.pointer, each.snippet) for each in findings] == [
        ("/v/notes/0", "{{ v.notes[0] }}"),
        ("/v/notes/1", "{{ v.notes[1] }}"),
    ]


def test_the_careful_program_says_the_same_place() -> None:
    file = word_file("text", "{{ nothing }}", "{{ v }}")
    options = render_options(output=OutputFormat.DOCX, missing="empty")
    data = json.dumps({"v": {"$richtext": [{"text": "x", "style": "Emphasis"}]}}).encode()
    found = render_template(compile_word(file), data, options).diagnostics
    (style,) = [each for each in found if each.code == "style-missing"]
    assert (style.snippet, style.location and style.location.paragraph) == ("{{ v }}", 3)


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        ({"$richtext": ["x", {"text": "x", "url": "javascript:alert(1)"}]}, "/v/$richtext/1/url"),
        ({"$richtext": ["x", {"text": "x", "color": "red"}]}, "/v/$richtext/1/color"),
        ({"$richtext": {"text": "x", "size": "big"}}, "/v/$richtext/size"),
        ({"$richtext": [{"text": "x", "blink": True}]}, "/v/$richtext/0"),
        ({"$richtext": [["x"]]}, "/v/$richtext/0/text"),
        ({"$richtext": ["x"], "bold": True}, "/v"),
        ({"$link": "javascript:alert(1)"}, "/v/$link"),
        ({"$link": "file:///etc/passwd", "text": "x"}, "/v/$link"),
        ({"$link": 5}, "/v/$link"),
        ({"$link": URL, "title": "x"}, "/v"),
        ({"$richtext": [{"$link": "vbscript:x"}]}, "/v/$richtext/0/$link"),
    ],
)
def test_what_is_wrong_is_said_with_its_place_and_path(value: Any, pointer: str) -> None:
    with pytest.raises(DiagnosedError) as failed:
        rendered(word_file("text", "{{ v }}"), value)
    (found,) = failed.value.diagnostics
    assert (found.code, found.pointer) == ("richtext-invalid", pointer)
    assert found.location is not None
    assert found.location.paragraph == 2


def test_links_show_their_text_or_their_address() -> None:
    shown = {"$link": "mailto:ada@example.com"}
    content, _ = rendered(word_file("{{ v }} {{ v | link('write') }} {{ 'https://example.com/ü' | link }}"), shown)
    assert links_of(content) == [
        ("ada@example.com", "mailto:ada@example.com"),
        ("write", "mailto:ada@example.com"),
        ("https://example.com/ü", "https://example.com/%C3%BC"),
    ]
    paragraph = docx.Document(io.BytesIO(content)).paragraphs[0]
    assert [link.url for link in paragraph.hyperlinks] == [url for _, url in links_of(content)]


def test_templates_may_write_them_themselves() -> None:
    tags = p(
        "{{ {'$link': 'https://example.com/', 'text': v} }}", "{{ {'$richtext': ['a', {'text': v, 'bold': true}]} }}"
    )
    content, _ = rendered(word_file(tags), "here")
    assert links_of(content) == [("here", "https://example.com/")]
    assert lines_of(content) == ["hereahere"]


def test_one_address_is_one_relationship_of_its_part() -> None:
    link = {"$link": URL, "text": "x"}
    content, _ = rendered(word_file("{%p for i in v %}", "{{ i }}", "{%p endfor %}"), [link] * 3)
    assert links_of(content) == [("x", URL)] * 3
    assert len({each.get(f"{{{_OFFICE}}}id") for each in part_of(content).iter(W + "hyperlink")}) == 1


_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def test_a_link_that_is_broken_into_paragraphs_stays_one_in_each() -> None:
    content, _ = rendered(word_file("a {{ v }} z"), {"$link": URL, "text": "x\ay"})
    assert lines_of(content) == ["a x", "y z"]
    assert links_of(content) == [("x", URL), ("y", URL)]


@pytest.mark.parametrize("tag", ["{{ x }}", "{{r x }}"])
def test_a_blank_before_or_behind_parts_the_words(tag: str) -> None:
    file = word_file(p("{{ a }} " + tag + " {{ b }}"), p(" " + tag + " "))
    document = render_word(file, {"a": "one", "b": "three", "x": {"$richtext": ["two"]}})
    assert lines_of(document) == ["one two three", " two "]
