"""The rules that rendered Word files are held to find what is wrong, and nothing in a file that is right."""

import pytest

from tests.word_files import NAMESPACES, p, r, tbl, tc, tr, word_file, zip_of
from tests.word_rules import assert_follows_word_rules, broken_rules

MARK = '<w:bookmarkStart w:id="1" w:name="m"/>'
END = '<w:bookmarkEnd w:id="1"/>'


def test_a_sound_file_breaks_no_rule() -> None:
    control = f"<w:sdt><w:sdtPr/><w:sdtContent>{p('x')}</w:sdtContent></w:sdt>"
    file = word_file(
        p(MARK, r("a", "<w:b/><w:i/>"), END, properties="<w:keepNext/><w:jc/>"),
        control,
        tbl(tr(tc("a", properties='<w:gridSpan w:val="2"/>')), tr("b", tc(control))),
        parts={"word/header1.xml": p("x")},
    )
    assert broken_rules(file) == {}


@pytest.mark.parametrize(
    ("rule", "body"),
    [
        ("order", p("x", properties="<w:jc/><w:keepNext/>")),
        ("order", p(r("x", "<w:i/><w:b/>"))),
        ("first-and-last", "<w:p><w:r/><w:pPr/></w:p>"),
        ("first-and-last", f"<w:sectPr/>{p('x')}"),
        ("paragraphs", tbl("<w:tr><w:tc/></w:tr>", columns=1)),
        ("paragraphs", tbl(tr(tc(tbl(tr("a", "b")))))),
        ("paragraphs", "<w:sdt><w:sdtContent/></w:sdt>"),
        ("tables", tbl()),
        ("tables", tbl("<w:tr/>")),
        ("tables", tbl(tr("a", "b", "c"))),
        ("tables", tbl(tr(tc("a", properties='<w:gridSpan w:val="3"/>')))),
        ("nesting", f"<w:p>{p('x')}</w:p>"),
        ("nesting", "<w:p><w:t>x</w:t></w:p>"),
        ("nesting", f"<w:p>{tc('x')}</w:p>"),
        ("ids", p(MARK, END) * 2),
        ("ids", '<w:p><w:r><wp:docPr id="1"/><wp:docPr id="1"/></w:r></w:p>'),
        ("names", p(MARK, END, MARK.replace('"1"', '"2"'), END.replace('"1"', '"2"'))),
        ("ranges", p(MARK)),
        ("references", '<w:p><w:r><w:commentReference w:id="4"/></w:r></w:p>'),
        ("fields", '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r></w:p>'),
        ("numbering", p("x", properties='<w:numPr><w:numId w:val="1"/></w:numPr>')),
        ("relationships", '<w:p><w:hyperlink r:id="rId7"/></w:p>'),
    ],
)
def test_each_rule_finds_its_fault(rule: str, body: str) -> None:
    file = word_file(body)
    assert rule in broken_rules(file)
    assert_follows_word_rules(file, template=file)
    with pytest.raises(AssertionError, match=rule):
        assert_follows_word_rules(file)


def test_a_part_needs_a_content_type_and_a_relationship_its_target() -> None:
    links = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="x" Target="media/a.png"/></Relationships>'
    )
    file = word_file("x", parts={"word/media/b.png": b"", "word/_rels/document.xml.rels": links})
    assert set(broken_rules(file)) == {"content-types", "relationships"}


def test_a_part_must_be_proper_xml() -> None:
    types = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
    file = zip_of({"[Content_Types].xml": types, "word/document.xml": f"<w:document {NAMESPACES}>"})
    assert "well-formed" in broken_rules(file)
