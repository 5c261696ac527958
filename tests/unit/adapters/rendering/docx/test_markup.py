"""Files of a few kilobytes whose markup would take a parser gigabytes, and signs that look like our own marks."""

import pytest

from adapters.rendering.docx import compile_docx
from adapters.rendering.docx.markup import ATTRIBUTES, ELEMENTS, ELEMENTS_OF_ALL, ENTRIES
from adapters.rendering.docx.tree import w
from adapters.rendering.language.limits import DEFAULT_LIMITS
from tests.word_files import NAMESPACES, lines_of, p, part_of, r, render_word, word_file

RELATIONSHIPS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
HEADER = f"<w:hdr {NAMESPACES}>{{}}</w:hdr>"
MANY_ATTRIBUTES = "<w:p " + " ".join(f'w:a{index}=""' for index in range(1_000)) + "/>"
RELATIONSHIP = '<Relationship Id="r{}" Type="x/hyperlink" Target="https://a" TargetMode="External"/>'


def codes_of(file: bytes) -> list[str]:
    return [finding.code for finding in compile_docx(file, DEFAULT_LIMITS).diagnostics]


@pytest.mark.parametrize(
    "file",
    [
        word_file("<w:p/>" * ELEMENTS),
        word_file(*["<w:p/>" * (ELEMENTS // 2)], parts={
            f"word/header{number}.xml": HEADER.format("<w:p/>" * (ELEMENTS // 2))
            for number in range(1, ELEMENTS_OF_ALL // (ELEMENTS // 2) + 1)
        }),
        word_file(MANY_ATTRIBUTES * (ATTRIBUTES // 1_000)),
        word_file("<w:p " + " ".join(f"xmlns:a{index}='b'" for index in range(ATTRIBUTES)) + "/>"),
        word_file("x", parts={
            f"word/_rels/header{part}.xml.rels": RELATIONSHIPS.format(
                "".join(RELATIONSHIP.format(number) for number in range(ENTRIES // 3))
            )
            for part in range(3)
        }),
    ],
    ids=["elements", "elements of all parts", "attributes", "namespaces", "relationships"],
)  # fmt: skip
def test_more_markup_than_any_document_has_is_refused(file: bytes) -> None:
    assert codes_of(file) == ["too-large"]


def test_far_too_many_tags_end_the_work_on_a_file() -> None:
    assert codes_of(word_file(p("{{ v }}") * (2 * DEFAULT_LIMITS.tags + 1))) == ["template-too-complex"]


def test_far_too_many_open_comments_end_the_work_on_a_file_too() -> None:
    compiled = compile_docx(word_file(*[p("{# x")] * 5_000), DEFAULT_LIMITS)
    assert compiled.program is None
    assert {found.code for found in compiled.diagnostics} == {"unclosed-tag"}
    assert 1_000 < len(compiled.diagnostics) < 1_100
    assert [found.location and found.location.paragraph for found in compiled.diagnostics[:2]] == [1, 2]


def test_too_many_merge_fields_are_refused_before_they_are_read() -> None:
    field = '<w:fldSimple w:instr="MERGEFIELD Name"/>'
    assert codes_of(word_file(f"<w:p>{field * (DEFAULT_LIMITS.tags + 1)}</w:p>")) == ["template-too-complex"]


@pytest.mark.parametrize("sign", ["\ue201", "&#xE201;", "&#xe201;", "&#x0e201;", "&#57857;"])
def test_signs_that_places_are_marked_with_mean_nothing_in_a_file(sign: str) -> None:
    forged = f"{sign}0{sign}"
    rendered = render_word(word_file(p("{{ v }}"), p(forged), p(f"{sign}99{sign}")), {"v": "secret"})
    assert lines_of(rendered) == ["secret", "\ue2010\ue201", "\ue20199\ue201"]


@pytest.mark.parametrize("sign", ["\ue201", "&#xE201;", "&#57857;"])
@pytest.mark.parametrize("number", ["0", "m0"])
def test_a_forged_mark_brings_no_value_into_the_code_of_a_field(sign: str, number: str) -> None:
    code = f"QUOTE {sign}{number}{sign}"
    field = "".join(
        f"<w:r>{each}</w:r>"
        for each in (
            '<w:fldChar w:fldCharType="begin"/>',
            f"<w:instrText>{code}</w:instrText>",
            '<w:fldChar w:fldCharType="separate"/>',
            "<w:t>shown</w:t>",
            '<w:fldChar w:fldCharType="end"/>',
        )
    )
    simple = f'<w:fldSimple w:instr="{code}"><w:r><w:t>shown</w:t></w:r></w:fldSimple>'
    # What is repeated has marks of the engine's own: those of drawings, bookmarks and the like.
    bookmark = '<w:bookmarkStart w:id="1" w:name="b"/><w:bookmarkEnd w:id="1"/>'
    file = word_file(p("{{ v }}"), p(r("{% for x in xs %}"), bookmark, r("y{% endfor %}")), p(field), p(simple))
    root = part_of(render_word(file, {"v": "DDEAUTO secret", "xs": [1, 2]}))
    codes = [*root.itertext(w("instrText")), *(node.get(w("instr")) for node in root.iter(w("fldSimple")))]
    assert codes == [f"QUOTE \ue201{number}\ue201"] * 2


@pytest.mark.parametrize("forged", ["<?t 0?>", "<!--0-->", "<?t 0?><!--0-->"])
def test_what_stands_for_tags_and_marks_in_the_tree_cannot_be_forged_either(forged: str) -> None:
    begin, end = ('<w:r><w:fldChar w:fldCharType="begin"/></w:r>', '<w:r><w:fldChar w:fldCharType="end"/></w:r>')
    code = f"<w:r><w:instrText>PAGE {forged}</w:instrText></w:r>"
    root = part_of(render_word(word_file(p("{{ v }}"), p(f"{begin}{code}{end}")), {"v": "secret"}))
    assert list(root.itertext(w("instrText"))) == ["PAGE "]


def test_signs_in_utf_16_mean_nothing_either() -> None:
    body = f'<?xml version="1.0" encoding="UTF-16"?><w:document {NAMESPACES}><w:body>'
    body += p("{{ v }}") + p("\ue2010\ue201") + "</w:body></w:document>"
    rendered = render_word(word_file("x", parts={"word/document.xml": body.encode("utf-16")}), {"v": "secret"})
    assert lines_of(rendered) == ["secret", "\ue2010\ue201"]


def test_a_file_with_every_sign_that_places_could_be_marked_with_is_refused() -> None:
    signs = "".join(map(chr, range(0xE000, 0xF8FF)))
    assert codes_of(word_file(p("{{ v }}"), p(signs))) == ["bad-xml"]
