"""What the data may leave empty: cells, rows, tables, notes, content controls, the body itself."""

import itertools

import pytest

from tests.word_files import W, lines_of, p, part_of, r, render_word, tbl, tc, tr, word_file
from tests.word_rules import assert_follows_word_rules

OPEN, CLOSE = "{% for i in v %}", "{% endfor %}"


def control(*contents: str, number: int = 1) -> str:
    """Write a content control around blocks, rows, cells or runs."""
    return f'<w:sdt><w:sdtPr><w:id w:val="{number}"/></w:sdtPr><w:sdtContent>{"".join(contents)}</w:sdtContent></w:sdt>'


def loop(*blocks: str) -> str:
    """Write blocks with a loop around them, each tag in a paragraph of its own."""
    return p(OPEN) + "".join(blocks) + p(CLOSE)


def box(contents: str) -> str:
    """Write a paragraph with a text box."""
    return f"<w:p><w:r><w:pict><w:txbxContent>{contents}</w:txbxContent></w:pict></w:r></w:p>"


MARK = '<w:bookmarkStart w:id="1" w:name="m"/><w:bookmarkEnd w:id="1"/>'
TABLE = tbl(tr("a", "b"))
BODIES = {
    "body": loop(p("x")),
    "body that ends with a table": TABLE + loop(p("x")),
    "cell": tbl(tr(tc(loop(p("x"))), "b")),
    "cell that ends with a table": tbl(tr(tc(TABLE, loop(p("x"))), "b")),
    "cell with a repeated table": tbl(tr(tc(loop(TABLE)), "b")),
    "cell with a mark behind": tbl(tr(tc(loop(p("x")), MARK), "b")),
    "cell with a control": tbl(tr(tc(control(loop(p("x")))), "b")),
    "row": tbl(tr(tc("{%tc for i in v %}"), "x", tc("{%tc endfor %}"))),
    "rows": tbl(tr("{%tr for i in v %}"), tr("a", "b"), tr("{%tr endfor %}")),
    "rows in a control": tbl(control(tr("{%tr for i in v %}"), tr("a", "b"), tr("{%tr endfor %}"))),
    "one of two rows in a control": tbl(tr("a", "b"), control(tr(OPEN + "a", "b" + CLOSE))),
    "cells in a control": tbl(tr(control(tc("{%tc for i in v %}"), tc("x"), tc("{%tc endfor %}")))),
    "table in a cell": tbl(tr(tc(tbl(tr(OPEN + "a", "b" + CLOSE)), p("x")), "b")),
    "table in a table in a cell": tbl(tr(tc(tbl(tr(tc(tbl(tr(OPEN + "a", "b" + CLOSE))), "z"))), "b")),
    "block control": control(loop(p("x"))),
    "control in a control": control(control(loop(p("x"))), number=2),
    "control of tables": control(loop(TABLE)),
    "run control": p(control(r(OPEN + "x" + CLOSE))),
    "run control with pictures": p(control(r(OPEN), "<w:r><w:tab/><w:t>x</w:t></w:r>", r(CLOSE))),
    "text box": box(loop(p("x"))),
    "section": loop(p("x", properties="<w:sectPr/>")),
}


@pytest.mark.parametrize("kind", BODIES)
@pytest.mark.parametrize("rounds", [0, 1, 2])
def test_nothing_is_left_empty(kind: str, rounds: int) -> None:
    file = word_file(BODIES[kind])
    document = render_word(file, {"v": list(range(rounds))})
    assert_follows_word_rules(document)
    if rounds:
        assert "".join(part_of(document)[0].itertext())


@pytest.mark.parametrize("name", ["header1", "footer1", "footnotes", "comments"])
def test_every_story_keeps_a_paragraph(name: str) -> None:
    wrap = {"footnotes": '<w:footnote w:id="2">{}</w:footnote>', "comments": '<w:comment w:id="2">{}</w:comment>'}
    for contents in (loop(p("x")), TABLE + loop(p("x")), tbl(tr(OPEN + "a", "b" + CLOSE))):
        part = wrap.get(name, "{}").format(contents)
        document = render_word(word_file("text", parts={f"word/{name}.xml": part}), {"v": []})
        assert_follows_word_rules(document)


def test_a_table_goes_with_its_last_row_and_its_control() -> None:
    rows = tbl(control(tr("{%tr for i in v %}"), tr("a", "b"), tr("{%tr endfor %}")))
    document = render_word(word_file("x", rows, "y"), {"v": []})
    assert lines_of(document) == ["x", "y"]
    assert not list(part_of(document).iter(f"{{{W}}}sdt", f"{{{W}}}tbl"))


def test_an_empty_body_gets_one_paragraph_and_keeps_its_section() -> None:
    document = render_word(word_file(loop(p("x"))), {"v": []})
    assert [child.tag for child in part_of(document)[0]] == [f"{{{W}}}p", f"{{{W}}}sectPr"]


def test_a_cell_that_has_its_paragraph_gets_no_second() -> None:
    for kind, rounds in itertools.product(("cell", "cell with a mark behind"), (1, 2)):
        document = render_word(word_file(BODIES[kind]), {"v": list(range(rounds))})
        assert len(list(next(part_of(document).iter(f"{{{W}}}tc")).iter(f"{{{W}}}p"))) == rounds
