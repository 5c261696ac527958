"""Footnotes and endnotes on repeated text: each round has a note of its own, which knows its loop."""

from typing import Any

import pytest

from domain.diagnostics import Location, Part
from tests.word_files import (
    W,
    compile_word,
    errors_of,
    lines_of,
    p,
    part_of,
    r,
    render_word,
    tbl,
    tc,
    tr,
    word_file,
)
from tests.word_rules import assert_follows_word_rules

FOOTNOTES, ENDNOTES = "word/footnotes.xml", "word/endnotes.xml"
ITEMS = {"items": [{"n": "a", "why": "x & y"}, {"n": "b", "why": "z"}], "total": 2}


def note(number: int, *contents: str, kind: str = "footnote") -> str:
    """Write a note of paragraphs."""
    paragraphs = "".join(each if each.startswith("<") else p(each) for each in contents)
    return f'<w:{kind} w:id="{number}">{paragraphs}</w:{kind}>'


def reference(number: int, kind: str = "footnote") -> str:
    """Write the reference to a note."""
    return f'<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:{kind}Reference w:id="{number}"/></w:r>'


SEPARATOR = f'<w:footnote w:id="0" w:type="separator">{p("-")}</w:footnote>'
LOOP = "{% for i in items %}", "{% endfor %}"


def template(*body: str, notes: str = "", endnotes: str = "") -> bytes:
    """Build a template with footnotes, and endnotes if there are any."""
    parts = {FOOTNOTES: SEPARATOR + notes} | ({ENDNOTES: endnotes} if endnotes else {})
    return word_file(*body, parts=parts)


def rendered(file: bytes, **data: Any) -> bytes:
    """Render a template; the document follows Word's rules."""
    document = render_word(file, {**ITEMS, **data})
    assert_follows_word_rules(document)
    return document


def texts_by_reference(document: bytes, kind: str = "footnote") -> list[str]:
    """List the texts of the notes in the order of their references."""
    notes = part_of(document, f"word/{kind}s.xml")
    by_id = {each.get(f"{{{W}}}id"): "/".join(map("".join, (q.itertext() for q in each))) for each in notes}
    return [by_id[each.get(f"{{{W}}}id")] for each in part_of(document).iter(f"{{{W}}}{kind}Reference")]


def test_each_round_has_its_own_note() -> None:
    body = (LOOP[0], p("{{ i.n }}", reference(1)), LOOP[1], p("end", reference(2)))
    file = template(*body, notes=note(1, "Because {{ i.why }}", "of {{ total }}") + note(2, "Last of {{ total }}"))
    document = rendered(file)
    assert texts_by_reference(document) == ["Because x & y/of 2", "Because z/of 2", "Last of 2"]
    assert lines_of(document) == ["a", "b", "end"]


def test_rows_cells_and_endnotes() -> None:
    row = tr("{%tr for i in items %}"), tr(tc(p("{{ i.n }}", reference(5, "endnote")))), tr("{%tr endfor %}")
    inferred = tr(tc(p(reference(6, "endnote"), "{% for i in items %}{{ i.n }}")), "{% endfor %}")
    notes = note(5, "{{ i.why }}", kind="endnote") + note(6, "same", kind="endnote")
    document = rendered(template(tbl(*row), tbl(inferred), endnotes=notes))
    assert texts_by_reference(document, "endnote")[:2] == ["x & y", "z"]


def test_blocks_and_breaks_within_a_note() -> None:
    contents = (p("{% if i.n == 'a' %}"), p("only {{ i.n }}"), p("{% endif %}"), p("{{ text }}"))
    file = template(LOOP[0], p("{{ i.n }}", reference(1)), LOOP[1], "end", notes=note(1, *contents))
    assert texts_by_reference(rendered(file, text="1\a2")) == ["only a/1/2", "1/2"]


def test_a_note_that_the_data_empties_keeps_a_paragraph() -> None:
    contents = (p("{% for j in none %}"), p("x"), p("{% endfor %}"))
    file = template(LOOP[0], p("{{ i.n }}", reference(1)), LOOP[1], notes=note(1, *contents))
    assert texts_by_reference(rendered(file, none=[])) == ["", ""]


def test_no_round_leaves_no_note() -> None:
    file = template(LOOP[0], p("{{ i.n }}", reference(1)), LOOP[1], "end", notes=note(1, "{{ i.why }}"))
    assert lines_of(rendered(file, items=[]), FOOTNOTES) == ["-"]


def test_a_note_outside_of_loops_stays_where_it_is() -> None:
    file = template(p("{{ total }}", reference(1)), notes=note(1, "plain"))
    document = rendered(file)
    assert texts_by_reference(document) == ["plain"]
    assert part_of(document, FOOTNOTES)[1].get(f"{{{W}}}id") == "1"


@pytest.mark.parametrize("endnotes", [False, True])
def test_a_note_on_text_that_is_left_out_goes_with_it_and_needs_no_data(*, endnotes: bool) -> None:
    kind = "endnote" if endnotes else "footnote"
    inner = note(1, "{{ gift.reason }}", kind=kind)
    body = p("a{% if gift %}b", reference(1, kind), "{% endif %}")
    file = template(body, endnotes=inner) if endnotes else template(body, notes=inner)
    without = rendered(file, gift=None)
    assert texts_by_reference(without, kind) == []
    assert "reason" not in "".join(part_of(without, f"word/{kind}s.xml").itertext())
    assert texts_by_reference(rendered(file, gift={"reason": "x"}), kind) == ["x"]


def test_a_note_knows_the_names_that_were_set_before() -> None:
    body = p("{% set who = 'Ada' %}a", reference(1), "{% with b = total %}", reference(2), "{% endwith %}")
    file = template(body, notes=note(1, "{{ who }}") + note(2, "{{ b }}"))
    assert texts_by_reference(rendered(file)) == ["Ada", "2"]


def test_a_macro_prints_its_note_each_time() -> None:
    macro = p("{% macro line(x) %}", "{{ x }}", reference(1), "{% endmacro %}")
    file = template(macro, p("{{ line('a') }}"), p("{{ line('b') }}"), notes=note(1, "note on {{ x }}"))
    assert texts_by_reference(rendered(file)) == ["note on a", "note on b"]


def test_tags_of_moved_notes_have_their_place_in_the_notes() -> None:
    file = template(LOOP[0], p("{{ i.n }}", reference(1)), LOOP[1], notes=note(1, "x", "{{ who }}"))
    found = {each.path: each.occurrences[0].location for each in compile_word(file).placeholders}
    assert found["who"] == Location(Part.FOOTNOTES, paragraph=3)


def test_what_a_moved_note_holds_is_checked_too() -> None:
    field = '<w:p><w:fldSimple w:instr="INCLUDETEXT secret"/></w:p>'
    assert "forbidden-field" in errors_of(template(LOOP[0], p(reference(1)), LOOP[1], notes=note(1, field)))
    broken = template(LOOP[0], p(reference(1)), LOOP[1], notes=note(1, "{% if x %}"))
    assert errors_of(broken)


def test_names_of_namespaces_that_the_notes_do_not_have() -> None:
    picture = '<w:r><w:drawing><wp:inline><wp:docPr id="3" name="n" descr="{{ i.n }}"/></wp:inline></w:drawing></w:r>'
    own = note(1, p(picture, "x")).replace("<wp:", "<d:").replace("</wp:", "</d:")
    wordprocessing = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
    part = f'<w:footnotes xmlns:w="{W}" xmlns:d="{wordprocessing}">{own}</w:footnotes>'.encode()
    document = rendered(word_file(LOOP[0], p("{{ i.n }}", reference(1)), LOOP[1], parts={FOOTNOTES: part}))
    pictures = list(part_of(document, FOOTNOTES).iter(f"{{{wordprocessing}}}docPr"))
    assert [each.get("descr") for each in pictures] == ["a", "b"]


def test_links_of_notes_stay_links_of_their_part() -> None:
    def links(target: str) -> str:
        kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        notes = f'<Relationship Id="rId8" Type="{kind}/footnotes" Target="footnotes.xml"/>' if "i.n" in target else ""
        return (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId9" Type="{kind}/hyperlink" Target="{target}" TargetMode="External"/>'
            f"{notes}</Relationships>"
        )

    link = f'<w:hyperlink r:id="rId9">{r("here")}</w:hyperlink>'
    file = word_file(
        LOOP[0], p("{{ i.n }}", link, reference(1)), LOOP[1],
        parts={
            FOOTNOTES: note(1, p("{{ i.why }}", link)),
            "word/_rels/document.xml.rels": links("https://example.com/{{ i.n }}"),
            "word/_rels/footnotes.xml.rels": links("https://example.com/{{ total }}"),
        },
    )  # fmt: skip
    document = rendered(file)
    targets = [each.get("Target") for each in part_of(document, "word/_rels/footnotes.xml.rels")]
    assert targets == ["https://example.com/2"]
    assert texts_by_reference(document) == ["x & yhere", "zhere"]
