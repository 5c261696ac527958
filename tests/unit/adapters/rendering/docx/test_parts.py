"""Every part that holds text: headers, notes, comments, boxes, controls, alt texts, properties."""

import io
import zipfile

import pytest

from domain.diagnostics import Location, Part
from domain.errors import DataInvalidError
from tests.word_files import (
    NAMESPACES,
    W,
    compile_word,
    errors_of,
    lines_of,
    p,
    paragraph_text,
    part_of,
    r,
    render_word,
    tbl,
    tr,
    word_file,
    zip_of,
)

CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{}</dc:title></cp:coreProperties>'
)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("word/header1.xml", p("{{ v }}")),
        ("word/footer2.xml", p("{{ v }}")),
        ("word/footnotes.xml", f'<w:footnote w:id="1">{p("{{ v }}")}</w:footnote>'),
        ("word/comments.xml", f'<w:comment w:id="1">{p("{{ v }}")}</w:comment>'),
    ],
)
def test_tags_work_in_every_story(name: str, content: str) -> None:
    document = render_word(word_file("body", parts={name: content}), {"v": "<&>"})
    assert lines_of(document, name) == ["<&>"]


def test_properties_are_filled_in() -> None:
    document = render_word(word_file("body", parts={"docProps/core.xml": CORE.format("{{ v }}")}), {"v": "A & <B>\n"})
    assert "".join(part_of(document, "docProps/core.xml").itertext()) == "A & <B>\n"


BOX = (
    "<w:p><w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><w:txbxContent>{0}</w:txbxContent></w:drawing>"
    "</mc:Choice><mc:Fallback><w:pict><w:txbxContent>{0}</w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent>"
    "</w:r>{1}</w:p>"
)


def test_both_copies_of_a_text_box_are_filled_in() -> None:
    inner = p("{% for i in v %}") + p("{{ i }}") + p("{% endfor %}")
    root = part_of(render_word(word_file(BOX.format(inner, r("outer {{ v | length }}"))), {"v": [1, 2]}))
    boxes = [[paragraph_text(each) for each in box] for box in root.iter(f"{{{W}}}txbxContent")]
    assert boxes == [["1", "2"], ["1", "2"]]
    assert paragraph_text(root[0][0]).endswith("outer 2")


@pytest.mark.parametrize(
    ("inner", "wanted"),
    [
        (p("{% set ns.total = ns.total + i %}{{ ns.total }}"), ["1", "2"]),
        (p("{% if loop.changed(i) %}new{% endif %}"), ["new", ""]),
    ],
)
def test_a_tag_in_a_text_box_counts_once(inner: str, wanted: list[str]) -> None:
    start = "{% set ns = namespace(total=0) %}{% for i in v %}"
    root = part_of(
        render_word(word_file(start, BOX.format(inner, ""), "{% endfor %}", "{{ ns.total }}"), {"v": [1, 1]})
    )
    boxes = [paragraph_text(each[0]) for each in root.iter(f"{{{W}}}txbxContent")]
    assert boxes == wanted


def test_what_is_found_in_a_text_box_is_said_once() -> None:
    file = word_file(BOX.format(p("{{ a | uper }}") + p("{% for i in v %}") + p("{{ x"), ""))
    assert sorted(errors_of(file)) == ["unclosed-block", "unclosed-tag", "unknown-filter"]


def test_a_missing_value_in_a_text_box_has_one_place() -> None:
    with pytest.raises(DataInvalidError) as refused:
        render_word(word_file(BOX.format(p("{{ a.b }}"), "")))
    (finding,) = refused.value.diagnostics
    assert "also used" not in finding.message


def test_a_block_cannot_leave_a_text_box() -> None:
    inner = p("{% for i in v %}")
    assert "crossing-block" in errors_of(word_file(BOX.format(inner, ""), "{% endfor %}", "{% endfor %}"))


def test_content_controls_are_filled_in() -> None:
    block = f"<w:sdt><w:sdtPr/><w:sdtContent>{p('{{ v }}')}</w:sdtContent></w:sdt>"
    assert lines_of(render_word(word_file(block), {"v": "x"})) == ["x"]


def test_alt_texts_are_filled_in() -> None:
    picture = '<wp:docPr id="1" name="n" descr="{% if v %}Logo of {{ v }}{% endif %}"/>'
    drawing = f"<w:p><w:r><w:drawing>{picture}</w:drawing></w:r></w:p>"
    root = part_of(render_word(word_file(drawing), {"v": 'A "&" <B>\n'}))
    assert (
        next(element for element in root.iter() if element.tag.endswith("docPr")).get("descr") == 'Logo of A "&" <B> '
    )


def test_a_tag_in_another_attribute_is_an_error() -> None:
    assert errors_of(word_file(p("x", properties='<w:pStyle w:val="{{ v }}"/>'))) == ["tag-in-attribute"]


def test_a_block_may_not_begin_in_an_alt_text() -> None:
    drawing = '<w:p><w:r><w:drawing><wp:docPr id="1" descr="{% if v %}"/></w:drawing></w:r></w:p>'
    assert "crossing-block" in errors_of(word_file(drawing, "{% endif %}"))


class TestIdentifiers:
    def test_drawings_in_loops_get_numbers_of_their_own(self) -> None:
        drawing = '<w:p><w:r><w:drawing><wp:docPr id="7" name="n"/></w:drawing></w:r></w:p>'
        root = part_of(render_word(word_file("{% for i in v %}", drawing, "{% endfor %}", drawing), {"v": [1, 2, 3]}))
        numbers = [element.get("id") for element in root.iter() if element.tag.endswith("docPr")]
        assert len(numbers) == len(set(numbers)) == 4

    def test_bookmarks_in_loops_get_numbers_and_names_of_their_own(self) -> None:
        marked = '<w:bookmarkStart w:id="3" w:name="m"/>' + r("{{ i }}") + '<w:bookmarkEnd w:id="3"/>'
        root = part_of(render_word(word_file(p("{% for i in v %}", marked, "{% endfor %}")), {"v": [1, 2, 3]}))
        starts = list(root.iter(f"{{{W}}}bookmarkStart"))
        ends = [end.get(f"{{{W}}}id") for end in root.iter(f"{{{W}}}bookmarkEnd")]
        assert [start.get(f"{{{W}}}id") for start in starts] == ends
        assert len(set(ends)) == 3
        assert len({start.get(f"{{{W}}}name") for start in starts}) == 3

    def test_paragraph_ids_do_not_repeat(self) -> None:
        body = f'<w:p w14:paraId="00000001" w:rsidR="00000002">{r("{% for i in v %}{{ i }}{% endfor %}")}</w:p>'
        root = part_of(render_word(word_file(body), {"v": [1]}))
        assert not [name for element in root.iter() for name in element.attrib if "paraId" in name or "rsid" in name]


class TestBytes:
    def test_a_file_without_tags_comes_out_as_it_went_in(self) -> None:
        file = word_file("plain {text}", parts={"word/media/a.bin": bytes(range(256))})
        assert render_word(file, {}) == file

    def test_parts_without_tags_are_what_they_were_packed_bytes_included(self) -> None:
        styles = f"<w:styles {NAMESPACES}><!-- kept -->\r\n</w:styles>" * 1
        file = word_file("{{ v }}", parts={"word/styles.xml": styles, "word/media/a.png": b"\x89PNG" * 100})
        document = render_word(file, {"v": 1})
        with zipfile.ZipFile(io.BytesIO(file)) as before, zipfile.ZipFile(io.BytesIO(document)) as after:
            assert after.testzip() is None
            assert after.namelist()[0] == "[Content_Types].xml"
            assert set(after.namelist()) == set(before.namelist())
            for name in before.namelist():
                if name != "word/document.xml":
                    assert after.read(name) == before.read(name)
                    assert packed(document, after.getinfo(name)) == packed(file, before.getinfo(name))

    def test_the_same_input_gives_the_same_bytes(self) -> None:
        file = word_file("{{ v }}", parts={"word/header1.xml": p("{{ v }}")})
        assert render_word(file, {"v": "x"}) == render_word(file, {"v": "x"})

    def test_stored_members_and_names_beyond_ascii_are_kept(self) -> None:
        file = word_file("{{ v }}", parts={"word/media/bild-\u00e4.png": b"x" * 50})
        with zipfile.ZipFile(io.BytesIO(file)) as archive:
            stored = zip_of({name: archive.read(name) for name in archive.namelist()}, method=zipfile.ZIP_STORED)
        with zipfile.ZipFile(io.BytesIO(render_word(stored, {"v": 1}))) as document:
            assert document.read("word/media/bild-\u00e4.png") == b"x" * 50

    @pytest.mark.parametrize("rows", [0, 1, 3_000])
    def test_long_documents_are_whole(self, rows: int) -> None:
        long = [f"static paragraph number {number}" for number in range(400)]
        row = tr("{% for i in v %}{{ i }}", "{{ i }}{% endfor %}")
        file = word_file(*long, tbl(tr("a", "b"), row), "{{ v | length }}", *long)
        lines = lines_of(render_word(file, {"v": list(range(rows))}))
        assert lines == [*long, "| a | b |", *(f"| {i} | {i} |" for i in range(rows)), str(rows), *long]


def packed(file: bytes, info: zipfile.ZipInfo) -> bytes:
    """Return a member's bytes as they lie in the zip."""
    name_size, extra_size = file[info.header_offset + 26], file[info.header_offset + 28]
    start = info.header_offset + 30 + name_size + extra_size
    return file[start : start + info.compress_size]


class TestPlaces:
    FILE = word_file(
        "Dear {{ customer.name }},",
        tbl(tr("Name", "Price"), tr("{% for i in items %}{{ i.name }}", "{{ i.price }}{% endfor %}")),
        "Bye",
        parts={
            "word/header1.xml": p("x"),
            "word/header2.xml": p("{{ ref }}"),
            "docProps/core.xml": CORE.format("{{ t }}"),
        },
    )

    def test_placeholders_of_all_parts_with_their_places(self) -> None:
        found = {each.path: each for each in compile_word(self.FILE).placeholders}
        assert set(found) == {"customer.name", "items", "items[].name", "items[].price", "ref", "t"}
        assert found["customer.name"].occurrences[0].location == Location(Part.BODY, paragraph=1)
        assert found["customer.name"].occurrences[0].snippet == "Dear {{ customer.name }},"
        assert found["items[].price"].occurrences[0].location == Location(
            Part.BODY, table=1, row=2, cell=2, paragraph=1
        )
        assert found["ref"].occurrences[0].location == Location(Part.HEADER, 2, paragraph=1)
        assert found["t"].occurrences[0].location == Location(Part.PROPERTIES)

    def test_all_missing_values_of_all_parts_are_reported_at_once(self) -> None:
        with pytest.raises(DataInvalidError) as caught:
            render_word(self.FILE, {"items": [{"name": "a"}]})
        places = {str(found.location) for found in caught.value.diagnostics if found.location}
        assert len(caught.value.diagnostics) == 4
        assert {"header 2, paragraph 1", "body, table 1, row 2, cell 2, paragraph 1"} <= places


class TestFindings:
    def test_all_findings_of_all_parts_come_at_once(self) -> None:
        file = word_file(
            "{{ a b }}",
            "{% for x in y %}",
            tbl(tr("{{ open", "{% endif %}")),
            parts={"word/footer1.xml": p("{{ n | nofilter }}")},
        )
        found = [finding for finding in compile_word(file).diagnostics if finding.severity == "error"]
        assert len(found) >= 4
        assert all(finding.location is not None and finding.snippet for finding in found)
        assert {str(finding.location) for finding in found} >= {
            "body, paragraph 1",
            "body, table 1, row 1, cell 1, paragraph 1",
            "footer 1, paragraph 1",
        }

    def test_a_tag_over_two_paragraphs_is_said_to_be_one(self) -> None:
        assert errors_of(word_file("a {{ name", "| upper }} b")) == ["tag-over-paragraphs"]

    def test_a_tag_never_closed(self) -> None:
        assert errors_of(word_file("a {{ name", "b")) == ["unclosed-tag"]
