"""Documents within documents: their blocks in place, with what they need, and the host as it was."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import docx
import pytest
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.shared import Mm, Pt
from lxml import etree

from adapters.rendering.engine import check_piece, compile_template, render_template
from adapters.rendering.language.limits import Limits
from domain.diagnostics import Diagnostic
from domain.errors import AssetsNeededError, DataInvalidError, DiagnosedError, LimitExceededError
from domain.formats import OutputFormat, TemplateFormat
from tests.builders import render_options
from tests.image_files import image, image_file
from tests.word_files import NAMESPACES, W, compile_word, lines_of, p, part_of, r, tbl, tc, tr, word_file, zip_of
from tests.word_rules import assert_follows_word_rules

R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def w(name: str) -> str:
    return f"{{{W}}}{name}"


def packed(document: Document) -> bytes:
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def opened(document: bytes) -> Document:
    return docx.Document(io.BytesIO(document))


def template(name: str, /, **data: Any) -> dict[str, Any]:
    """Make the value of a rendered template."""
    return {"$document": {"template": name, "data": data}}


def asset(name: str) -> dict[str, Any]:
    return {"$document": f"asset:{name}"}


def made(host: bytes, files: Mapping[str, bytes | None], /, **data: Any) -> tuple[bytes, tuple[Diagnostic, ...]]:
    """Render and hold the document to Word's rules; templates are files with a name that has no ending."""
    named = {name if "." in name else f"template:{name}": content for name, content in files.items()}
    result = render_template(
        compile_word(host), json.dumps(data).encode(), render_options(output=OutputFormat.DOCX), named
    )
    assert_follows_word_rules(result.content)
    return result.content, result.diagnostics


def failures(host: bytes, files: Mapping[str, bytes | None], /, **data: Any) -> tuple[Diagnostic, ...]:
    with pytest.raises(DiagnosedError) as failed:
        made(host, files, **data)
    return failed.value.diagnostics


def lines(host: bytes, files: Mapping[str, bytes | None], /, **data: Any) -> list[str]:
    return lines_of(made(host, files, **data)[0])


# -- where it stands


def test_a_template_takes_the_place_of_its_paragraph() -> None:
    clause = word_file("{{ a }}", tbl(tr("x", "{{ b }}")), "end")
    assert lines(word_file("before", "{{ d }}", "after"), {"clause": clause}, d=template("clause", a=1, b="<&>")) == [
        "before", "1", "| x | <&> |", "end", "after",
    ]  # fmt: skip


def test_an_asset_is_put_in_as_it_is() -> None:
    terms = word_file("{{ not }} a tag", "{% if broken")
    for value in (asset("t.docx"), {"$document": {"asset": "t.docx"}}):
        assert lines(word_file("{{ d }}"), {"t.docx": terms}, d=value) == ["{{ not }} a tag", "{% if broken"]


def test_beside_text_it_divides_the_paragraph() -> None:
    assert lines(word_file("a {{ d }} b"), {"c": word_file("1", "2")}, d=template("c")) == ["a ", "1", "2", " b"]


def test_it_stands_in_loops_conditions_macros_and_set_blocks() -> None:
    host = word_file(
        "{% for d in all %}", "{{ d }}", "{% endfor %}",
        "{% if all %}{{ all[0] }}{% endif %}",
        "{% set s %}{{ all[1] }}{% endset %}", "{{ s }}", "{{ s }}",
        "{% macro m(x) %}{{ x }}{% endmacro %}", "{{ m(all[0]) }}",
    )  # fmt: skip
    clause = word_file("Clause {{ n }}")
    assert lines(host, {"c": clause}, all=[template("c", n=1), template("c", n=2)]) == [
        f"Clause {number}" for number in (1, 2, 1, 2, 2, 1)
    ]


def test_a_cell_keeps_its_last_paragraph() -> None:
    host = word_file(tbl(tr("{{ d }}", "x")), "end")
    assert lines(host, {"c": word_file("1", tbl(tr("a", "b")))}, d=template("c"))[-1] == "end"
    assert lines(host, {"c": word_file("1", "2")}, d=template("c")) == ["| 1/2 | x |", "end"]


def test_two_tables_stay_two() -> None:
    host = word_file(tbl(tr("1", "2")), "{{ d }}", tbl(tr("3", "4")))
    document, _ = made(host, {"c": word_file(tbl(tr("a", "b")))}, d=template("c"))
    assert lines_of(document) == ["| 1 | 2 |", "", "| a | b |", "", "| 3 | 4 |"]


def test_an_empty_document_leaves_its_paragraph() -> None:
    empty = zip_of(
        {**unzipped(word_file("x")), "word/document.xml": f"<w:document {NAMESPACES}><w:body/></w:document>"}
    )
    document, _ = made(word_file("a", "{{ d }}", "b"), {"c.docx": empty}, d=asset("c.docx"))
    assert [line for line in lines_of(document) if line] == ["a", "b"]


def unzipped(file: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("part", ["header1", "footer1", "comments", "footnotes"])
def test_it_stands_in_every_part_with_its_pictures(part: str) -> None:
    kind, numbered = part.rstrip("1"), part in ("comments", "footnotes")
    inner = p("{{ d }}")
    content = f'<w:{kind[:-1]} w:id="2">{inner}</w:{kind[:-1]}>' if numbered else inner
    body = "" if not numbered else f'<w:p><w:r><w:{kind[:-1]}Reference w:id="2"/></w:r></w:p>'
    host = word_file("x", body or "y", parts={f"word/{part}.xml": content})
    document, _ = made(host, {"c": word_file("Hi", "{{ i }}")}, d=template("c", i=image()))
    root = part_of(document, f"word/{part}.xml")
    assert "Hi" in ["".join(each.itertext()) for each in root.iter(w("p"))]
    (blip,) = root.iter("{http://schemas.openxmlformats.org/drawingml/2006/main}blip")
    relations = part_of(document, f"word/_rels/{part}.xml.rels")
    (target,) = [each.get("Target") for each in relations if each.get("Id") == blip.get(f"{R}embed")]
    assert unzipped(document)[f"word/{target}"] == image_file()


def box(content: str) -> str:
    """Write a paragraph with a text box in both of its forms."""
    inner = f"<w:txbxContent>{content}</w:txbxContent>"
    wps = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
    return (
        '<w:p><w:r><mc:AlternateContent><mc:Choice Requires="wps">'
        f'<w:drawing><wp:inline><wp:docPr id="7" name="b"/><wps:wsp><wps:txbx>{inner}</wps:txbx></wps:wsp></wp:inline>'
        f"</w:drawing></mc:Choice><mc:Fallback><w:pict>{inner}</w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
    ).replace("<w:p>", f'<w:p xmlns:wps="{wps}">', 1)


def test_it_stands_in_both_copies_of_a_text_box() -> None:
    document, _ = made(word_file(box(p("{{ d }}"))), {"c": word_file("1", "2")}, d=template("c"))
    texts = [["".join(q.itertext()) for q in each] for each in part_of(document).iter(w("txbxContent"))]
    assert texts == [["1", "2"]] * 2


NOTED = {"word/footnotes.xml": '<w:footnote w:id="3"><w:p><w:r><w:t>note</w:t></w:r></w:p></w:footnote>'}
REFERENCE = '<w:p><w:r><w:t>on</w:t></w:r><w:r><w:footnoteReference w:id="3"/></w:r></w:p>'


@pytest.mark.parametrize(
    ("host", "piece", "place", "words"),
    [
        (word_file("x", parts={"word/header1.xml": p("a {{ d }}")}), word_file(REFERENCE, parts=NOTED),
         "header 1, paragraph 1", "in a header"),
        (word_file(box(p("{{ d }}"))), word_file(REFERENCE, parts=NOTED), "body, paragraph 1", "in a text box"),
        (word_file("x", box(p("{{ d }}"))), word_file(box(p("y"))), "body, paragraph 2", "in a text box"),
        (word_file(f"<w:p><w:sdt><w:sdtContent>{r('{{ d }}')}</w:sdtContent></w:sdt></w:p>"), word_file("y"),
         "body, paragraph 1", "content control"),
        (word_file(f"<w:sdt><w:sdtPr><w:text/></w:sdtPr><w:sdtContent>{p('{{ d }}')}</w:sdtContent></w:sdt>"),
         word_file("y"), "body, paragraph 1", "content control"),
    ],
)  # fmt: skip
def test_what_a_place_cannot_hold_is_refused_with_both_places(
    host: bytes, piece: bytes, place: str, words: str
) -> None:
    found = failures(host, {"c.docx": piece}, d=asset("c.docx"))
    assert {each.code for each in found} == {"document-place"}
    assert (str(found[0].location), found[0].pointer) == (place, "/d")
    assert words in found[0].message


@pytest.mark.parametrize("attribute", ["title", "descr"])
@pytest.mark.parametrize("text", ["a {{ d }}", "{{ d }}"])
def test_attributes_take_none(attribute: str, text: str) -> None:
    drawing = f'<wp:inline><wp:docPr id="1" name="n" {attribute}="{text}"/></wp:inline>'
    host = word_file(f"<w:p><w:r><w:drawing>{drawing}</w:drawing></w:r></w:p>")
    (found,) = failures(host, {"c": word_file("x")}, d=template("c"))
    assert (found.code, found.suggestion) == (
        "unprintable-value",
        "Print it in the text of a Word document, best in a paragraph of its own.",
    )


def test_text_and_markdown_templates_take_none() -> None:
    for kind, output in ((TemplateFormat.TEXT, OutputFormat.TEXT), (TemplateFormat.MARKDOWN, OutputFormat.MARKDOWN)):
        compiled = compile_template(kind, b"{{ d }}")
        with pytest.raises(DiagnosedError) as failed:
            render_template(compiled, json.dumps({"d": template("c")}).encode(), render_options(output=output))
        assert [each.code for each in failed.value.diagnostics] == ["unprintable-value"]


# -- styles, lists, notes, ids


def clause_with_styles() -> bytes:
    document = docx.Document()
    based = document.styles.add_style("Clause Base", WD_STYLE_TYPE.PARAGRAPH)
    based.font.size = Pt(9)
    style = document.styles.add_style("Clause Text", WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = based
    style.next_paragraph_style = document.styles["Normal"]
    document.styles["Heading 2"].font.size = Pt(40)
    document.add_heading("Clause", 2)
    document.add_paragraph("text", style="Clause Text")
    return packed(document)


def test_the_host_s_styles_win_and_others_come_along_with_those_that_they_are_based_on() -> None:
    host = docx.Document()
    host.styles["Heading 2"].font.size = Pt(11)
    host.add_paragraph("{{ d }}")
    before = {style.style_id for style in host.styles}
    document, _ = made(packed(host), {"c.docx": clause_with_styles()}, d=asset("c.docx"))
    made_one = opened(document)
    assert made_one.styles["Heading 2"].font.size == Pt(11)
    assert [paragraph.style.name for paragraph in made_one.paragraphs] == ["Heading 2", "Clause Text"]
    brought = made_one.styles["Clause Text"]
    assert (brought.base_style.name, brought.base_style.font.size) == ("Clause Base", Pt(9))
    assert brought.next_paragraph_style.name == "Normal"
    assert {style.style_id for style in made_one.styles} - before == {"ClauseText", "ClauseBase"}


def test_a_style_of_the_same_id_and_another_name_is_another_style() -> None:
    host, clause = docx.Document(), docx.Document()
    for document, name, size in ((host, "Other", 8), (clause, "Clause Text", 30)):
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.element.set(w("styleId"), "S1")
        style.font.size = Pt(size)
    host.add_paragraph("{{ d }}", style="Other")
    host.add_paragraph("x", style="Other")
    clause.add_paragraph("y", style="Clause Text")
    document = opened(made(packed(host), {"c.docx": packed(clause)}, d=asset("c.docx"))[0])
    found = [(paragraph.text, paragraph.style.name, paragraph.style.font.size.pt) for paragraph in document.paragraphs]
    assert found == [("y", "Clause Text", 30), ("x", "Other", 8)]


def test_a_host_without_styles_gets_those_that_are_used() -> None:
    document, _ = made(word_file("{{ d }}"), {"c.docx": clause_with_styles()}, d=asset("c.docx"))
    names = {style.find(w("name")).get(w("val")) for style in part_of(document, "word/styles.xml").iter(w("style"))}
    assert {"Clause Text", "Clause Base", "heading 2"} <= names


def numbers_of(document: bytes) -> list[tuple[str, str]]:
    """Count as Word does: the text and the number of each paragraph in a numbered list."""
    numbering = part_of(document, "word/numbering.xml")
    nums = {num.get(w("numId")): num for num in numbering.iter(w("num"))}
    styles = part_of(document, "word/styles.xml") if "word/styles.xml" in unzipped(document) else []
    by_style = {
        style.get(w("styleId")): number.get(w("val"))
        for style in styles
        if (number := style.find(f"{w('pPr')}/{w('numPr')}/{w('numId')}")) is not None
    }
    counters: dict[str, int] = {}
    begun: set[str] = set()
    found = []
    for paragraph in part_of(document).iter(w("p")):
        properties = paragraph.find(w("pPr"))
        if properties is None:
            continue
        own, style = properties.find(f"{w('numPr')}/{w('numId')}"), properties.find(w("pStyle"))
        number = own.get(w("val")) if own is not None else by_style.get("" if style is None else style.get(w("val")))
        if number is None:
            continue
        abstract = nums[number].find(w("abstractNumId")).get(w("val"))
        start = nums[number].find(f"{w('lvlOverride')}/{w('startOverride')}")
        if start is not None and number not in begun:
            begun.add(number)
            counters[abstract] = int(start.get(w("val"))) - 1
        counters[abstract] = counters.get(abstract, 0) + 1
        found.append(("".join(each.text or "" for each in paragraph.iter(w("t"))), str(counters[abstract])))
    return found


@pytest.mark.parametrize("in_host", [True, False])
def test_lists_begin_anew_in_each_copy_and_the_host_s_go_on(in_host: bool) -> None:
    host, clause = docx.Document(), docx.Document()
    for text in ("h1", "h2") if in_host else ():
        host.add_paragraph(text, style="List Number")
    host.add_paragraph("{{ d }}")
    host.add_paragraph("{{ d }}")
    for text in ("h3",) if in_host else ():
        host.add_paragraph(text, style="List Number")
    if not in_host:
        host.styles["List Number"].delete()
    for text in ("c1", "c2", "c3"):
        clause.add_paragraph(text, style="List Number")
    document, _ = made(packed(host), {"c.docx": packed(clause)}, d=asset("c.docx"))
    own = [("h1", "1"), ("h2", "2")] if in_host else []
    copies = [("c1", "1"), ("c2", "2"), ("c3", "3")] * 2
    assert numbers_of(document) == [*own, *copies, *([("h3", "3")] if in_host else [])]


NUMBERING = (
    f'<w:numbering {NAMESPACES}><w:abstractNum w:abstractNumId="4"><w:nsid w:val="12345678"/>'
    '<w:multiLevelType w:val="multilevel"/><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/>'
    '<w:lvlText w:val="%1."/></w:lvl></w:abstractNum><w:num w:numId="5"><w:abstractNumId w:val="4"/></w:num>'
    '<w:num w:numId="6"><w:abstractNumId w:val="4"/></w:num></w:numbering>'
)


def item(text: str, number: int = 5) -> str:
    return p(text, properties=f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr>')


def test_lists_that_count_on_within_a_document_do_so_in_another_one() -> None:
    parts = {"word/numbering.xml": NUMBERING}
    piece = word_file(item("a"), item("b", 6), item("c"), item("none", 9), parts=parts)
    host = word_file(item("h"), "{{ d }}", "{{ d }}", item("i"), parts=parts)
    document, _ = made(host, {"c.docx": piece}, d=asset("c.docx"))
    copy = [("a", "1"), ("b", "2"), ("c", "3")]
    assert numbers_of(document) == [("h", "1"), *copy, *copy, ("i", "2")]
    # Copies share one definition, and a host without lists gets the part.
    assert len(list(part_of(document, "word/numbering.xml").iter(w("abstractNum")))) == 2
    assert numbers_of(made(word_file("{{ d }}"), {"c.docx": piece}, d=asset("c.docx"))[0]) == copy


def notes_of(document: bytes) -> list[str]:
    """Return the texts of the footnotes in the order of their references."""
    notes = {
        note.get(w("id")): "".join(note.itertext())
        for note in part_of(document, "word/footnotes.xml")
        if note.get(w("type")) is None
    }
    return [notes[each.get(w("id"))] for each in part_of(document).iter(w("footnoteReference"))]


def test_notes_come_along_behind_the_host_s() -> None:
    def note(number: int, text: str) -> str:
        return f'<w:footnote w:id="{number}"><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:footnote>'

    def on(number: int) -> str:
        return f'<w:p><w:r><w:footnoteReference w:id="{number}"/></w:r></w:p>'

    piece = word_file(on(1), on(3), parts={"word/footnotes.xml": note(1, "one") + note(3, "{{ x }}") + note(4, "not")})
    host = word_file(on(1), "{{ d }}", "{{ d }}", on(2), parts={"word/footnotes.xml": note(1, "h1") + note(2, "h2")})
    document, _ = made(host, {"c": piece}, d=template("c", x="filled"))
    assert notes_of(document) == ["h1", "one", "filled", "one", "filled", "h2"]
    assert notes_of(made(word_file("{{ d }}"), {"c": piece}, d=template("c", x="y"))[0]) == ["one", "y"]


def test_notes_of_documents_and_documents_in_notes_stand_side_by_side() -> None:
    host = word_file(
        "{{ noted }}", REFERENCE, parts={"word/footnotes.xml": f'<w:footnote w:id="3">{p("{{ plain }}")}</w:footnote>'}
    )
    files = {
        "n.docx": word_file(REFERENCE, parts=NOTED),
        "p.docx": word_file("p1", p("p2", properties='<w:pStyle w:val="S"/>')),
    }
    document, _ = made(host, files, noted=asset("n.docx"), plain=asset("p.docx"))
    assert notes_of(document) == ["note", "p1p2"]


def test_ids_and_names_are_renewed_and_followed() -> None:
    content = (
        '<w:p><w:bookmarkStart w:id="0" w:name="here"/><w:r><w:t>x</w:t></w:r><w:bookmarkEnd w:id="0"/>'
        '<w:ins w:id="0" w:author="a"><w:r><w:t>new</w:t></w:r></w:ins></w:p>'
        '<w:p><w:hyperlink w:anchor="here"><w:r><w:t>to</w:t></w:r></w:hyperlink>'
        '<w:fldSimple w:instr=" REF here \\h "><w:r><w:t>x</w:t></w:r></w:fldSimple>'
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> PAGEREF he</w:instrText></w:r>'
        '<w:r><w:instrText>re \\h </w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
        '<w:sdt><w:sdtPr><w:id w:val="5"/><w:dataBinding w:xpath="/a" w:storeItemID="{1}"/></w:sdtPr>'
        "<w:sdtContent><w:p/></w:sdtContent></w:sdt>"
    )
    host = word_file(content.replace('<w:ins w:id="0"', '<w:ins w:id="1"'), "{{ d }}", "{{ d }}")
    document, _ = made(host, {"c.docx": word_file(content)}, d=asset("c.docx"))
    root = part_of(document)
    names = [each.get(w("name")) for each in root.iter(w("bookmarkStart"))]
    assert names == ["here", "here_2", "here_3"]
    assert [each.get(w("anchor")) for each in root.iter(w("hyperlink"))] == names
    codes = [each.get(w("instr")).split() for each in root.iter(w("fldSimple"))]
    assert codes == [["REF", name, "\\h"] for name in names]
    joined = [(each.text or "").split() for each in root.iter(w("instrText")) if (each.text or "").strip()]
    assert joined[-2:] == [["PAGEREF", "here_2", "\\h"], ["PAGEREF", "here_3", "\\h"]]
    assert len(list(root.iter(w("dataBinding")))) == 1


@pytest.mark.parametrize(("field", "asks"), [(" TOC \\o ", True), (" PAGE ", False)])
def test_word_computes_a_table_of_contents_anew(field: str, asks: bool) -> None:
    clause = word_file(f'<w:p><w:fldSimple w:instr="{field}"><w:r><w:t>old</w:t></w:r></w:fldSimple></w:p>')
    host = docx.Document()
    host.add_paragraph("{{ d }}")
    document, _ = made(packed(host), {"c.docx": clause}, d=asset("c.docx"))
    assert (part_of(document, "word/settings.xml").find(w("updateFields")) is not None) == asks


def test_what_the_host_has_is_byte_for_byte_what_it_was() -> None:
    host = docx.Document()
    host.add_paragraph("before", style="List Number")
    host.add_paragraph("{{ d }}")
    plain = unzipped(packed(host))
    styled = word_file(p("x", properties='<w:pStyle w:val="Normal"/>'))
    document = unzipped(made(packed(host), {"c": styled}, d=template("c"))[0])
    assert {name for name in plain if document[name] != plain[name]} == {"word/document.xml"}


def test_page_settings_headers_and_comments_stay_behind() -> None:
    clause = docx.Document()
    clause.sections[0].page_width = Mm(100)
    clause.sections[0].header.paragraphs[0].text = "header of the clause"
    clause.add_paragraph("one")
    clause.add_section()
    paragraph = clause.add_paragraph("two")
    clause.add_comment(paragraph.runs, text="talk")
    host = docx.Document()
    host.add_paragraph("{{ d }}")
    document, _ = made(packed(host), {"c.docx": packed(clause)}, d=asset("c.docx"))
    assert len(opened(document).sections) == 1
    assert opened(document).sections[0].page_width == host.sections[0].page_width
    assert lines_of(document) == ["one", "two"]
    root = part_of(document)
    assert not list(root.iter(w("commentReference"), w("commentRangeStart"), w("commentRangeEnd")))
    assert not [name for name in unzipped(document) if "header" in name or "comments" in name]


def pages(document: bytes) -> list[tuple[int, str, list[str]]]:
    """Say what sections a document has: the width in mm, the text of the header, and that of the paragraphs."""
    found, waiting = [], opened(document).paragraphs
    for section in opened(document).sections:
        last = next(
            (index for index, each in enumerate(waiting) if each._p.find(f"{w('pPr')}/{w('sectPr')}") is not None),
            len(waiting) - 1,
        )
        texts = [each.text for each in waiting[: last + 1] if each.text]
        header = "".join(each.text for each in section.header.paragraphs)
        found.append((round(section.page_width.mm), header, texts))
        waiting = waiting[last + 1 :]
    return found


def with_page(*texts: str, width: int = 210, header: str = "") -> bytes:
    document = docx.Document()
    document.sections[0].page_width = Mm(width)
    if header:
        document.sections[0].header.paragraphs[0].text = header
    for text in texts:
        document.add_paragraph(text)
    return packed(document)


WITH_SECTIONS = {"$document": {"asset": "c.docx", "sections": True}}


@pytest.mark.parametrize(
    ("host", "piece", "expected"),
    [
        (with_page("a", "{{ d }}", "b", header="H"), with_page("x", "y", width=100, header="P"),
         [(210, "H", ["a"]), (100, "P", ["x", "y"]), (210, "H", ["b"])]),
        (with_page("a", "{{ d }}", "b", header="H"), with_page("x", width=100),
         [(210, "H", ["a"]), (100, "H", ["x"]), (210, "H", ["b"])]),
        (with_page("a", "{{ d }}", "b"), with_page("x", width=100, header="P"),
         [(210, "", ["a"]), (100, "P", ["x"]), (210, "", ["b"])]),
        (with_page("a", "{{ d }}", header="H"), with_page("x", width=100, header="P"),
         [(210, "H", ["a"]), (100, "P", ["x"])]),
        (with_page("{{ d }}", "b", header="H"), with_page("x", width=100, header="P"),
         [(100, "P", ["x"]), (210, "H", ["b"])]),
        (with_page("{{ d }}", "{{ d }}", header="H"), with_page("x", width=100, header="P"),
         [(100, "P", ["x"]), (100, "P", ["x"])]),
    ],
)  # fmt: skip
def test_page_settings_come_along_where_they_are_asked_for(
    host: bytes, piece: bytes, expected: list[tuple[int, str, list[str]]]
) -> None:
    document, _ = made(host, {"c.docx": piece}, d=WITH_SECTIONS)
    assert pages(document) == expected
    assert not list(part_of(document).xpath("//@*[starts-with(name(), 'docgen')]"))


def test_headers_of_a_rendered_document_come_along_with_styles_and_pictures() -> None:
    clause = docx.Document()
    style = clause.styles.add_style("Head Line", WD_STYLE_TYPE.PARAGRAPH)
    clause.sections[0].header.paragraphs[0].text = "{{ h }} {{ i }}"
    clause.sections[0].header.paragraphs[0].style = style
    clause.add_table(1, 1).cell(0, 0).text = "{{ t }}"
    data = {"$document": {"template": "c", "data": {"h": "Hi", "t": "x", "i": image()}, "sections": True}}
    host = with_page("a", "{{ d }}", "b")
    document, _ = made(host, {"c": packed(clause)}, d=data)
    header = opened(document).sections[1].header
    assert [(each.text, each.style.name) for each in header.paragraphs] == [("Hi ", "Head Line")]
    assert [part.blob for part in header.part.related_parts.values()] == [image_file()]


@pytest.mark.parametrize("host", [
    word_file(tbl(tr("{{ d }}", "x"))),
    word_file("x", parts={"word/header1.xml": p("{{ d }}")}),
])  # fmt: skip
def test_page_settings_stand_in_the_text_alone(host: bytes) -> None:
    (found,) = failures(host, {"c.docx": with_page("x")}, d=WITH_SECTIONS)
    assert (found.code, found.pointer) == ("document-place", "/d")


# -- pictures, links and other parts


def test_a_picture_is_there_once_for_all_copies() -> None:
    clause = docx.Document()
    clause.add_picture(io.BytesIO(image_file()), width=Mm(20))
    files = {"a.docx": packed(clause), "b.docx": packed(clause)}
    document, _ = made(word_file("{{ d }}", "{{ e }}", "{{ d }}"), files, d=asset("a.docx"), e=asset("b.docx"))
    media = [name for name in unzipped(document) if "/media/" in name]
    assert len(media) == 1
    assert len(list(part_of(document).iter(f"{WP}docPr"))) == 3


def test_pictures_of_the_host_and_of_the_data_stay_apart() -> None:
    host, clause = docx.Document(), docx.Document()
    host.add_picture(io.BytesIO(image_file(color="blue")))
    host.add_paragraph("{{ i }}")
    host.add_paragraph("{{ d }}")
    clause.add_picture(io.BytesIO(image_file()))
    document, _ = made(packed(host), {"c.docx": packed(clause)}, d=asset("c.docx"), i=image(color="green"))
    images = [shape._inline.graphic.graphicData.pic.blipFill.blip.embed for shape in opened(document).inline_shapes]
    parts = [opened(document).part.related_parts[number].blob for number in images]
    assert parts == [image_file(color="blue"), image_file(color="green"), image_file()]


def test_links_come_along() -> None:
    links = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId7" Type="{OFFICE}/hyperlink" Target="https://example.com/?a=1&amp;b" '
        'TargetMode="External"/></Relationships>'
    )
    link = '<w:p><w:hyperlink r:id="rId7"><w:r><w:t>x</w:t></w:r></w:hyperlink></w:p>'
    piece = word_file(link, parts={"word/_rels/document.xml.rels": links})
    document, _ = made(word_file("{{ d }}"), {"c.docx": piece}, d=asset("c.docx"))
    (found,) = part_of(document).iter(w("hyperlink"))
    relations = {each.get("Id"): each for each in part_of(document, "word/_rels/document.xml.rels")}
    relation = relations[found.get(f"{R}id")]
    assert (relation.get("Target"), relation.get("TargetMode")) == ("https://example.com/?a=1&b", "External")


def test_links_of_the_data_lead_where_they_should_in_both() -> None:
    link = {"$link": "https://example.com/inner", "text": "i"}
    host = word_file("{{ l }}", "{{ d }}", "{{ l }}")
    document, _ = made(
        host,
        {"c": word_file("{{ l }}")},
        l={"$link": "https://example.com/outer", "text": "o"},
        d=template("c", l=link),
    )
    targets = {each.get("Id"): each.get("Target") for each in part_of(document, "word/_rels/document.xml.rels")}
    found = [targets[each.get(f"{R}id")].rpartition("/")[2] for each in part_of(document).iter(w("hyperlink"))]
    assert found == ["outer", "inner", "outer"]


def test_a_chart_comes_along_with_its_workbook() -> None:
    chart = '<c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" r:id="rId9"/>'
    drawing = f'<w:p><w:r><w:drawing><wp:inline><wp:docPr id="1" name="c"/>{chart}</wp:inline></w:drawing></w:r></w:p>'
    rels = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
    link = '<Relationship Id="{}" Type="{}/{}" Target="{}"/>'
    parts: dict[str, str | bytes] = {
        "word/_rels/document.xml.rels": rels.format(link.format("rId9", OFFICE, "chart", "charts/chart1.xml")),
        "word/charts/chart1.xml": '<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"/>',
        "word/charts/_rels/chart1.xml.rels": rels.format(
            link.format("rId1", OFFICE, "package", "../embeddings/b.xlsx")
        ),
        "word/embeddings/b.xlsx": zip_of({"xl/workbook.xml": "<workbook/>"}),
    }
    piece = word_file(drawing, parts=parts)
    kinds = part_of(piece, "[Content_Types].xml")
    kinds.insert(0, etree.fromstring(
        '<Default xmlns="http://schemas.openxmlformats.org/package/2006/content-types" Extension="xlsx" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"/>'
    ))  # fmt: skip
    piece = zip_of({**unzipped(piece), "[Content_Types].xml": etree.tostring(kinds)})
    document, _ = made(word_file("{{ d }}", "{{ d }}"), {"c.docx": piece}, d=asset("c.docx"))
    assert {"word/charts/chart1.xml", "word/embeddings/b.xlsx"} <= set(unzipped(document))
    (related,) = part_of(document, "word/charts/_rels/chart1.xml.rels")
    assert related.get("Target") == "../embeddings/b.xlsx"


def test_namespaces_that_the_host_lacks_come_along() -> None:
    prefixed = word_file(box(p("in a box"))).replace(b"", b"")
    piece = zip_of({
        **unzipped(prefixed),
        "word/document.xml": (
            f'<x:document xmlns:x="{W}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
            'xmlns:s="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" xmlns:z="urn:z" '
            'mc:Ignorable="z"><x:body><x:p z:mark="1"><x:r><mc:AlternateContent><mc:Choice Requires="s"><s:wsp/>'
            "</mc:Choice><mc:Fallback/></mc:AlternateContent><x:t>x</x:t></x:r></x:p></x:body></x:document>"
        ),
    })  # fmt: skip
    document, _ = made(word_file("{{ d }}"), {"c.docx": piece}, d=asset("c.docx"))
    root = part_of(document)
    (choice,) = root.iter("{http://schemas.openxmlformats.org/markup-compatibility/2006}Choice")
    assert choice.nsmap[choice.get("Requires")] == choice[0].nsmap[choice[0].prefix]
    assert not [each for each in root.iter(w("p")) if "{urn:z}mark" in each.attrib]
    assert lines_of(document) == ["x"]


# -- documents within documents, and what goes wrong in them


def test_documents_hold_documents_images_and_markdown() -> None:
    outer = word_file("outer", "{{ d }}", "{{ m }}")
    data = {"d": template("inner", i=image(), t="deep"), "m": {"$markdown": "**bold**"}}
    document, _ = made(
        word_file("{{ d }}"), {"outer": outer, "inner": word_file("{{ i }}{{ t }}")}, d=template("outer", **data)
    )
    assert lines_of(document) == ["outer", "deep", "bold"]
    assert len([name for name in unzipped(document) if "/media/" in name]) == 1


def test_a_markdown_template_becomes_a_document_within_one() -> None:
    document, _ = made(word_file("{{ d }}"), {"notes": b"# Hi {{ n }}\n\n- a\n- b\n"}, d=template("notes", n="Ada"))
    assert lines_of(document) == ["Hi Ada", "a", "b"]


def test_locale_time_and_missing_values_are_those_of_the_request() -> None:
    compiled = compile_word(word_file("{{ d }}"))
    data = json.dumps({"d": template("c", n=1234.5)}).encode()
    files = {"template:c": word_file("{{ n | number }} {{ today }}", "{{ gone.x }}!")}
    options = render_options(output=OutputFormat.DOCX, locale="de-DE", missing="empty")
    result = render_template(compiled, data, options, files)
    assert lines_of(result.content) == ["1.234,5 2026-03-14", "!"]
    (found,) = result.diagnostics
    assert (found.severity, found.code, found.pointer) == ("warning", "missing-value", "/d/$document/data/gone")


def test_what_is_missing_within_is_said_with_both_places() -> None:
    host = word_file("x", "{{ list[0].d }}")
    with pytest.raises(DataInvalidError) as failed:
        made(host, {"c": word_file("{{ a.b }}", "{{ e }}")}, list=[{"d": template("c", a={"x": 1})}])
    found = failed.value.diagnostics
    assert [(each.code, each.pointer) for each in found] == [
        ("missing-value", "/list/0/d/$document/data/a/b"),
        ("missing-value", "/list/0/d/$document/data/e"),
    ]
    assert {str(each.location) for each in found} == {"body, paragraph 2"}
    assert "In the template 'c' (body, paragraph 2, «{{ e }}»)" in found[1].message


def test_what_fails_within_a_document_within_a_document_has_its_whole_path() -> None:
    files = {"a": word_file("{{ x }}"), "b": word_file("{{ 1 / n }}")}
    (found,) = failures(word_file("{{ d }}"), files, d=template("a", x=template("b", n=0)))
    assert (found.code, found.pointer) == ("division-by-zero", "/d/$document/data/x")
    assert found.message.startswith("In the template 'a' (body, paragraph 1, «{{ x }}»): In the template 'b'")


def test_files_that_are_lacking_are_asked_for_together() -> None:
    host = word_file("{{ a }}{{ b }}{{ i }}")
    data = {"a": template("x"), "b": asset("y.docx"), "i": {"$image": "asset:z.png"}}
    with pytest.raises(AssetsNeededError) as needed:
        made(host, {}, **data)
    assert needed.value.names == ("template:x", "y.docx", "z.png")
    inner = word_file("{{ i }}{{ d }}")
    with pytest.raises(AssetsNeededError) as needed:
        made(word_file("{{ d }}"), {"x": inner}, d=template("x", i={"$image": "asset:z.png"}, d=template("w")))
    assert needed.value.names == ("template:w", "z.png")


def test_a_version_is_asked_for_by_its_number() -> None:
    with pytest.raises(AssetsNeededError) as needed:
        made(word_file("{{ d }}"), {}, d={"$document": {"template": "x", "version": 3}})
    assert needed.value.names == ("template:x@3",)


@pytest.mark.parametrize(
    ("value", "code", "words"),
    [
        (template("x"), "unknown-template", "There is no template 'x'"),
        (asset("x.docx"), "unknown-asset", "There is no asset 'x.docx'"),
        (asset("x.png"), "document-invalid", "no Word file"),
        (asset("template:c"), "document-invalid", "no Word file"),
        ({"$document": 5}, "document-invalid", "is a number"),
        ({"$document": {}}, "document-invalid", "neither or both"),
        ({"$document": {"template": "c", "asset": "x.docx"}}, "document-invalid", "neither or both"),
        ({"$document": {"template": ["c"]}}, "document-invalid", "has to be a text"),
        ({"$document": {"template": "c", "data": []}}, "document-invalid", "is a list"),
        ({"$document": {"template": "c", "version": 1.5}}, "document-invalid", "whole number"),
        ({"$document": {"template": "c", "sections": "yes"}}, "document-invalid", "'sections'"),
        ({"$document": {"template": "c", "colour": 1}}, "document-invalid", "'colour'"),
        ({"$document": {"template": "c"}, "width": 1}, "document-invalid", "'width'"),
    ],
)  # fmt: skip
def test_what_is_no_document_is_said_with_its_path(value: Any, code: str, words: str) -> None:
    files = {"x": None, "x.docx": None, "c": word_file("c")}
    (found,) = failures(word_file("{{ a.d }}"), files, a={"d": value})
    assert (found.code, found.pointer, str(found.location)) == (code, "/a/d", "body, paragraph 1")
    assert words in found.message


def test_a_value_that_is_not_printed_is_not_looked_at() -> None:
    assert lines(word_file("{{ x }}"), {}, x=1, d=asset("none.docx")) == ["1"]


def test_a_circle_is_refused_and_named() -> None:
    a, b = word_file("a {{ d }}"), word_file("b {{ d }}")
    data = template("a", d=template("b", d=template("a", d=1)))
    (found,) = failures(word_file("{{ d }}"), {"a": a, "b": b}, d=data)
    assert found.code == "document-cycle"
    assert "this template > a > b > a" in found.message
    assert found.pointer == "/d/$document/data/d/$document/data/d"


def test_the_template_itself_is_known_again() -> None:
    host = word_file("{{ d }}")
    data = json.dumps({"d": template("me", d=1)}).encode()
    files, sha256 = {"template:me": host}, hashlib.sha256(host).hexdigest()
    with pytest.raises(DiagnosedError) as failed:
        render_template(compile_word(host), data, render_options(output=OutputFormat.DOCX), files, sha256)
    (found,) = failed.value.diagnostics
    assert (found.code, "this template > me" in found.message) == ("document-cycle", True)


def test_documents_nest_to_a_depth() -> None:
    files = {f"t{number}": word_file(f"{number} {{{{ d }}}}") for number in range(4)}
    deep = template("t0", d=template("t1", d=template("t2", d=template("t3", d="end"))))
    assert lines(word_file("{{ d }}"), files, d=deep) == ["0 ", "1 ", "2 ", "3 end"]
    compiled = compile_template(TemplateFormat.DOCX, word_file("{{ d }}"), Limits(document_depth=2))
    named = {f"template:{name}": content for name, content in files.items()}
    with pytest.raises(DiagnosedError) as failed:
        render_template(compiled, json.dumps({"d": deep}).encode(), render_options(output=OutputFormat.DOCX), named)
    (found,) = failed.value.diagnostics
    assert found.code == "document-depth"
    assert "this template > t0 > t1 > t2" in found.message


# -- hostile files and values


@pytest.mark.parametrize(
    ("piece", "code"),
    [
        (b"no zip", "not-a-word-document"),
        (word_file("x", parts={"word/vbaProject.bin": b"\xd0\xcf\x11\xe0V\0B\0A"}), "macros"),
        (word_file("x", '<w:altChunk r:id="rId1"/>'), "alt-chunk"),
        (word_file('<w:p><w:fldSimple w:instr="INCLUDETEXT c:\\x"/></w:p>'), "forbidden-field"),
        (word_file("x", parts={"word/_rels/document.xml.rels": (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
            f'Id="rId1" Type="{OFFICE}/image" Target="file:///etc/passwd" TargetMode="External"/></Relationships>'
        )}), "external-reference"),
        (zip_of({**unzipped(word_file("x")), "word/bomb.xml": b" " * 100_000_001}), "file-too-large"),
    ],
)  # fmt: skip
def test_an_asset_passes_the_gate(piece: bytes, code: str) -> None:
    found = failures(word_file("{{ d }}"), {"c.docx": piece}, d=asset("c.docx"))
    assert found[0].code == code
    assert (found[0].pointer, str(found[0].location)) == ("/d", "body, paragraph 1")
    assert "asset 'c.docx'" in found[0].message
    assert check_piece(piece)[0].code == code


def test_braces_in_an_asset_are_no_tags() -> None:
    assert check_piece(word_file("{% if", '<w:p><w:fldSimple w:instr=" REF {{ x }} "/></w:p>')) == ()


def test_a_broken_template_is_said_with_its_own_findings() -> None:
    (found,) = failures(word_file("{{ d }}"), {"c": word_file("ok", "{% if x %}")}, d=template("c"))
    assert (found.code, found.pointer) == ("unclosed-block", "/d")
    assert "In the template 'c' (body, paragraph 2" in found.message


def test_steps_are_those_of_the_whole() -> None:
    loop = word_file("{% for i in range(100) %}{% for j in range(100) %}x{% endfor %}{% endfor %}")
    host = word_file(*(f"{{{{ d{number} }}}}" for number in range(20)))
    compiled = compile_template(TemplateFormat.DOCX, host, Limits(steps=300_000))
    for count, fits in ((1, True), (20, False)):
        data = {f"d{number}": template("loop") if number < count else "" for number in range(20)}
        wishes, files = render_options(output=OutputFormat.DOCX), {"template:loop": loop}
        if fits:
            assert render_template(compiled, json.dumps(data).encode(), wishes, files).content
            continue
        with pytest.raises(LimitExceededError) as failed:
            render_template(compiled, json.dumps(data).encode(), wishes, files)
        assert failed.value.diagnostics[0].location is not None


@pytest.mark.parametrize(("limits", "copies"), [(Limits(), 1_000_000), (Limits(output_bytes=100_000), 5)])
def test_each_copy_is_paid_for(limits: Limits, copies: int) -> None:
    host = word_file("{% for i in range(n) %}{{ d }}{% endfor %}")
    data = json.dumps({"n": copies, "d": asset("c.docx")}).encode()
    with pytest.raises(LimitExceededError):
        render_template(
            compile_template(TemplateFormat.DOCX, host, limits),
            data,
            render_options(output=OutputFormat.DOCX),
            {"c.docx": word_file(*["x" * 100] * 300)},
        )


def test_hundreds_of_pictures_are_no_trouble() -> None:
    clause = docx.Document()
    for number in range(250):  # python-docx takes 13 times as long for a thousand
        clause.add_picture(io.BytesIO(image_file(size=(4, 4), color=(number % 256, number // 256, 0))), width=Mm(2))
    document, _ = made(word_file("{{ d }}"), {"c.docx": packed(clause)}, d=asset("c.docx"))
    assert len(list(part_of(document).iter(f"{WP}docPr"))) == 250


def test_forged_ids_and_ranges_come_out_whole() -> None:
    forged = (
        '<w:p><w:bookmarkStart w:id="1" w:name="a"/><w:bookmarkStart w:id="1" w:name="A"/><w:bookmarkEnd w:id="1"/>'
        '<w:bookmarkEnd w:id="1"/><w:bookmarkEnd w:id="9"/><w:bookmarkStart w:id="&lt;x" w:name="&quot;&lt;"/>'
        '<w:r><w:drawing><wp:inline><wp:docPr id="1" name="a"/></wp:inline></w:drawing></w:r>'
        '<w:r><w:drawing><wp:inline><wp:docPr id="1" name="b"/></wp:inline></w:drawing></w:r></w:p>'
    )
    styled = p(
        "x", properties='<w:pStyle w:val="No&quot;ne"/><w:numPr><w:ilvl w:val="0"/><w:numId w:val="77"/></w:numPr>'
    )
    broken = f'<w:p><w:hyperlink r:id="rId404"><w:r><w:t>{chr(0xE201)}</w:t></w:r></w:hyperlink></w:p>'
    document, _ = made(
        word_file('<w:p><w:bookmarkStart w:id="1" w:name="a"/><w:bookmarkEnd w:id="1"/></w:p>', "{{ d }}", "{{ d }}"),
        {"c.docx": word_file(forged, styled, broken)},
        d=asset("c.docx"),
    )
    assert lines_of(document)[-1] == chr(0xE201)


def test_relationships_to_the_text_of_a_document_are_not_followed() -> None:
    links = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/image" Target="document.xml"/>'
        f'<Relationship Id="rId2" Type="{OFFICE}/image" Target="NULL"/></Relationships>'
    )
    drawing = (
        '<w:p><w:r><w:drawing><wp:inline><wp:docPr id="1" name="c"/>'
        '<a:blip xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" r:embed="rId{}"/>'
        "</wp:inline></w:drawing></w:r></w:p>"
    )
    piece = word_file(drawing.format(1), drawing.format(2), parts={"word/_rels/document.xml.rels": links})
    document, _ = made(word_file("{{ d }}"), {"c.docx": piece}, d=asset("c.docx"))
    assert [name for name in unzipped(document) if name.endswith("document.xml")] == ["word/document.xml"]


def test_the_same_input_gives_the_same_bytes() -> None:
    files = {"c.docx": clause_with_styles()}
    host = word_file("{{ d }}", "{{ d }}")
    assert made(host, files, d=asset("c.docx")) == made(host, files, d=asset("c.docx"))


def test_cells_and_runs_around_stay() -> None:
    host = word_file(tbl(tr(tc(p("a")), tc(p("x {{ d }} y")))))
    assert lines(host, {"c": word_file("1")}, d=template("c")) == ["| a | x /1/ y |"]
