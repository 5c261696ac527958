"""What values become in a run: escaped text, breaks, new paragraphs, rich text; never broken XML."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.rendering.engine import render_template
from domain.errors import DiagnosedError, LimitExceededError, RenderFailedError
from domain.formats import OutputFormat
from tests.builders import render_options
from tests.word_files import (
    W,
    compile_word,
    lines_made,
    lines_of,
    links_of,
    p,
    part_of,
    r,
    render_word,
    tbl,
    tc,
    tr,
    word_file,
)

VALUE = word_file(p("a ", r("{{ v }}", "<w:b/>"), " z", properties='<w:jc w:val="center"/>'), "{{ v }}")


@given(st.text(st.characters(codec="utf-8")))
def test_any_text_gives_well_formed_xml_with_all_its_characters(text: str) -> None:
    seen = "\n".join(lines_of(render_word(word_file("{{ v }}"), {"v": text})))
    # A page break stands in a paragraph of its own.
    paragraphs = text.replace("\r\n", "\n").replace("\r", "\n").replace("\a", "\n").replace("\f", "\n\f\n")
    wanted = "".join(c for c in paragraphs if c in "\n\t\f" or (ord(c) >= 0x20 and c not in "\ufffe\uffff"))
    assert seen == wanted


def test_markup_in_data_is_text() -> None:
    text = "]]> & <w:p> \" ' &amp; {{ x }}"
    assert lines_made("{{ v }}", v=text) == [text]


def test_control_characters_and_half_characters_are_dropped() -> None:
    assert lines_made("{{ v }}", v="a\x00\x01\x02\x03\x04\x0b\x1f\ufffe\uffffb") == ["ab"]


def test_breaks_and_tabs() -> None:
    document = render_word(VALUE, {"v": "1\n2\t3\r\n4"})
    assert lines_of(document)[0] == "a 1\n2\t3\n4 z"
    assert len(list(part_of(document).iter(f"{{{W}}}b"))) == 1


def test_a_new_paragraph_has_the_properties_of_the_old_one() -> None:
    document = render_word(VALUE, {"v": "1\a2\a3"})
    assert lines_of(document) == ["a 1", "2", "3 z", "1", "2", "3"]
    first = list(part_of(document).iter(f"{{{W}}}p"))[:3]
    assert all(paragraph.find(f"{{{W}}}pPr/{{{W}}}jc") is not None for paragraph in first)
    assert len(list(part_of(document).iter(f"{{{W}}}b"))) == 3


def test_a_page_break_stands_alone() -> None:
    assert lines_of(render_word(VALUE, {"v": "1\f2"})) == ["a 1", "\f", "2 z", "1", "\f", "2"]


def test_a_new_paragraph_within_a_hyperlink_and_a_cell() -> None:
    link = f'<w:p><w:hyperlink w:anchor="x">{r("{{ v }}")}</w:hyperlink></w:p>'
    document = render_word(word_file(tbl(tr(tc(link), "b"))), {"v": "1\a2"})
    assert lines_of(document) == ["| 1/2 | b |"]
    assert len(list(part_of(document).iter(f"{{{W}}}hyperlink"))) == 2


def test_a_section_still_ends_once() -> None:
    body = p("{{ v }}", properties="<w:sectPr><w:cols/></w:sectPr>")
    root = part_of(render_word(word_file(body), {"v": "1\a2"}))
    assert len(list(root.iter(f"{{{W}}}sectPr"))) == 2
    assert len(list(root.iter(f"{{{W}}}p"))) == 2


def test_an_inline_content_control_is_not_divided() -> None:
    body = f"<w:p><w:sdt><w:sdtPr/><w:sdtContent>{r('{{ v }}')}</w:sdtContent></w:sdt></w:p>"
    root = part_of(render_word(word_file(body), {"v": "1\a2"}))
    assert len(list(root.iter(f"{{{W}}}p"))) == 1
    assert len(list(root.iter(f"{{{W}}}br"))) == 1


def test_too_many_paragraphs_are_refused() -> None:
    compiled = compile_word(VALUE)
    data = json.dumps({"v": "\a" * 2_000_000}).encode()
    with pytest.raises(LimitExceededError):
        render_template(compiled, data, render_options(output=OutputFormat.DOCX))


@pytest.mark.parametrize(
    ("value", "text"),
    [(1, "1"), (Decimal("1.50"), "1.5"), (True, "true"), (None, ""), ("", "")],
)
def test_other_values(value: object, text: str) -> None:
    plain = float(value) if isinstance(value, Decimal) else value
    assert lines_made("[{{ v }}]", v=plain) == [f"[{text}]"]


@pytest.mark.parametrize("value", [[1], {"a": 1}])
def test_lists_and_objects_cannot_be_printed(value: object) -> None:
    with pytest.raises(RenderFailedError) as caught:
        lines_made("{{ v }}", v=value)
    assert caught.value.diagnostics[0].location is not None


class TestRichText:
    def test_runs_with_their_formatting(self) -> None:
        value = {
            "$richtext": [
                "plain <",
                {"text": "all", "bold": True, "italic": True, "underline": True, "strike": True, "color": "C00000"},
                {"text": "more", "highlight": "yellow", "size": 11, "font": "Arial", "vertical_align": "superscript"},
            ]
        }
        document = render_word(word_file(p("a ", r("{{r v }}"), " z")), {"v": value})
        assert lines_of(document) == ["a plain <allmore z"]
        names = [child.tag.rpartition("}")[2] for child in part_of(document).iter() if child.getparent() is not None]
        for name in ("b", "i", "u", "strike", "color", "highlight", "sz", "rFonts", "vertAlign"):
            assert name in names

    @pytest.mark.parametrize(
        ("piece", "element", "attributes"),
        [
            ({"highlight": "Yellow"}, "highlight", {"val": "yellow"}),
            ({"highlight": "#FFEE00"}, "shd", {"val": "clear", "color": "auto", "fill": "FFEE00"}),
            ({"font": "SimSun"}, "rFonts", dict.fromkeys(("ascii", "hAnsi", "cs", "eastAsia"), "SimSun")),
            ({"font": "eastAsia:微软雅黑"}, "rFonts", dict.fromkeys(("ascii", "hAnsi", "cs", "eastAsia"), "微软雅黑")),
        ],
    )
    def test_what_a_wish_becomes(self, piece: dict[str, str], element: str, attributes: dict[str, str]) -> None:
        root = part_of(render_word(word_file("{{r v }}"), {"v": {"$richtext": [{"text": "x", **piece}]}}))
        properties = next(node for node in root.iter(f"{{{W}}}rPr") if len(node))
        assert [(node.tag, dict(node.attrib)) for node in properties if node.tag != f"{{{W}}}lang"] == [
            (f"{{{W}}}{element}", {f"{{{W}}}{name}": value for name, value in attributes.items()})
        ]

    def test_no_pieces_are_no_runs(self) -> None:
        root = part_of(render_word(word_file("[{{ v }}]"), {"v": {"$richtext": []}}))
        assert len(list(root.iter(f"{{{W}}}r"))) == 1

    def test_a_break_within_rich_text(self) -> None:
        value = {"$richtext": [{"text": "1\a2\n3", "bold": True}]}
        document = render_word(word_file(p("a ", r("{{ v }}"), " z")), {"v": value})
        assert lines_of(document) == ["a 1", "2\n3 z"]

    def test_a_link(self) -> None:
        value = {"$richtext": [{"text": "here", "url": 'https://example.com/?a=1&b="2"'}]}
        assert links_of(render_word(word_file("{{ v }}"), {"v": value})) == [
            ("here", "https://example.com/?a=1&b=%222%22")
        ]

    @pytest.mark.parametrize(
        "piece",
        [
            {"text": "x", "url": "javascript:alert(1)"},
            {"text": "x", "color": "red"},
            {"text": "x", "size": "big"},
            {"text": "x", "font": '"/>'},
            {"text": "x", "font": "north:Arial"},
            {"text": "x", "highlight": "FFF"},
            {"text": "x", "underline": "never"},
            {"text": "x", "blink": True},
            {"bold": True},
            [1],
        ],
    )
    def test_what_it_cannot_be(self, piece: object) -> None:
        with pytest.raises(DiagnosedError):
            lines_made("{{ v }}", v={"$richtext": [piece]})
