"""Tables whose columns the data decides: the grid and the widths follow."""

from typing import Any

import pytest

from domain.errors import LimitExceededError
from tests.word_files import W, p, part_of, render_word, tc, tr, word_file
from tests.word_rules import assert_follows_word_rules

WIDE = tuple(f"m{number}" for number in range(7))


def cell(text: str, width: int = 1000, span: int = 1, kind: str = "dxa") -> str:
    """Write a cell with its width."""
    spans = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    return tc(text, properties=f'<w:tcW w:w="{width}" w:type="{kind}"/>{spans}')


def table(widths: tuple[int, ...], *rows: str) -> str:
    """Write a table with a grid of these widths."""
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    properties = '<w:tblPr><w:tblW w:w="5000" w:type="pct"/></w:tblPr>'
    return f"<w:tbl>{properties}<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"


def rendered(*blocks: str, **data: Any) -> Any:
    """Render a template of these blocks and return its body; the document follows Word's rules."""
    document = render_word(word_file(*blocks, "end"), data)
    assert_follows_word_rules(document)
    return part_of(document)[0]


def grid_of(body: Any, number: int = 0) -> list[int]:
    """Return the widths of a table's grid."""
    found = list(body.iter(f"{{{W}}}tbl"))[number]
    return [int(column.get(f"{{{W}}}w", 0)) for column in found.find(f"{{{W}}}tblGrid")]


def widths_of(body: Any) -> list[list[int]]:
    """Return the widths of all cells, row by row."""
    return [[int(width.get(f"{{{W}}}w")) for width in row.iter(f"{{{W}}}tcW")] for row in body.iter(f"{{{W}}}tr")]


def spans_of(body: Any) -> list[list[str | None]]:
    """Return what the cells of each row span, None for those that do not say it."""
    return [
        [None if (span := each.find(f".//{{{W}}}gridSpan")) is None else span.get(f"{{{W}}}val") for each in row]
        for row in body.iter(f"{{{W}}}tr")
    ]


LOOP = tr(
    cell("Name", 2000), cell("{%tc for m in months %}", 500), cell("{{ m }}"), cell("{%tc endfor %}", 500), cell("Sum")
)
DRAWN = (2000, 500, 1000, 500, 1000)


@pytest.mark.parametrize("months", [(), ("a",), ("a", "b", "c"), WIDE])
def test_a_loop_over_cells_keeps_the_width_of_the_table_and_the_proportions(months: tuple[str, ...]) -> None:
    body = rendered(table(DRAWN, LOOP), months=months)
    grid = grid_of(body)
    assert len(grid) == 2 + len(months)
    assert sum(grid) == sum(DRAWN)
    assert grid == pytest.approx([2 * grid[-1], *[grid[-1]] * (1 + len(months))], abs=2)
    assert widths_of(body) == [grid]


def test_rows_may_differ_the_grid_holds_the_widest() -> None:
    rows = (
        tr(cell("{%tr for r in rows %}")),
        tr(cell("a"), cell("{%tc for v in r %}"), cell("{{ v }}"), cell("{%tc endfor %}")),
        tr(cell("{%tr endfor %}")),
    )
    body = rendered(table((1000, 1000, 1000, 1000), *rows), rows=[[1], [1, 2, 3], []])
    assert grid_of(body) == [1000] * 4
    assert widths_of(body) == [[1000] * 2, [1000] * 4, [1000]]


@pytest.mark.parametrize(("months", "span"), [((), "2"), (("a",), "3"), (WIDE, "9")])
def test_a_heading_over_all_columns_stays_over_all_columns(months: tuple[str, ...], span: str) -> None:
    body = rendered(table(DRAWN, tr(cell("Year", 5000, 5)), LOOP), months=months)
    assert spans_of(body)[0] == [span]
    assert [sum(row) for row in widths_of(body)] == [5000, 5000]
    assert len(grid_of(body)) == int(span)


def test_a_heading_that_was_not_merged_stays_as_it_is() -> None:
    repeated = tr(cell("Name"), cell("{%tc for m in months %}{{ m }}{%tc endfor %}"), cell("Sum"))
    heading = tr(cell("a"), cell("Months"), cell("b"))
    for months in (WIDE, ["x"], []):
        body = rendered(table((1000, 1000, 1000), heading, repeated), months=months)
        assert spans_of(body)[0] == [None] * 3
        assert sum(grid_of(body)) == 3000
        assert sum(widths_of(body)[1]) == (3000 if months else pytest.approx(2000))


def test_a_loop_of_two_cells_repeats_their_widths() -> None:
    row = tr(cell("{%tc for m in months %}"), cell("{{ m }}", 1000), cell("%", 2000), cell("{%tc endfor %}"))
    body = rendered(table((1, 1000, 2000, 1), row), months=["a", "b"])
    assert widths_of(body) == [grid_of(body)]
    assert sum(grid_of(body)) == 3002
    assert grid_of(body) == pytest.approx([500, 1000, 500, 1000], abs=2)


def test_two_loops_in_one_row() -> None:
    row = tr(
        cell("{%tc for a in x %}"), cell("{{ a }}"), cell("{%tc endfor %}"), cell("|"),
        cell("{%tc for b in y %}"), cell("{{ b }}"), cell("{%tc endfor %}"),
    )  # fmt: skip
    heading = tr(cell("X", 3000, 3), cell("|"), cell("Y", 3000, 3))
    body = rendered(table((1000,) * 7, heading, row), x=[1, 2], y=[1, 2, 3, 4, 5])
    assert spans_of(body)[0] == ["2", None, "5"]
    assert len(grid_of(body)) == 8
    assert [sum(each) for each in widths_of(body)] == [7000, 7000]


def test_a_cell_that_is_left_out_leaves_no_column() -> None:
    row = tr(cell("a"), cell("{%tc if x %}"), cell("b"), cell("{%tc endif %}"), cell("c"))
    for x, columns in ((True, 3), (False, 2)):
        body = rendered(table((1000, 10, 1000, 10, 1000), row), x=x)
        assert len(grid_of(body)) == columns
        assert sum(grid_of(body)) == 3020


@pytest.mark.parametrize("number", [1, 2, 9])
def test_colspan_widens_the_grid(number: int) -> None:
    rows = tr(cell("{% colspan n %}wide"), cell("b")), tr(cell("a"), cell("b"))
    body = rendered(table((1000, 1000), *rows), n=number)
    assert len(grid_of(body)) == number + 1
    assert sum(grid_of(body)) == 2000
    assert sum(widths_of(body)[0]) == 2000


def test_colspan_that_is_missing_and_may_be_is_one() -> None:
    file = word_file(table((1000, 1000), tr(cell("{% colspan n %}wide"), cell("b"))))
    document = render_word(file, {}, missing="empty")
    assert_follows_word_rules(document)
    assert grid_of(part_of(document)) == [1000, 1000]


def test_hm_spans_its_rounds() -> None:
    heading = tr(cell("Name"), cell("{%tc for m in months %}"), cell("{% hm %}Months"), cell("{%tc endfor %}"))
    row = tr(cell("a"), cell("{%tc for m in months %}"), cell("{{ m }}"), cell("{%tc endfor %}"))
    body = rendered(table((1000,) * 4, heading, row), months=WIDE)
    assert spans_of(body) == [[None, "7"], [None] * 8]
    assert [sum(each) for each in widths_of(body)] == [4000, 4000]


def test_percentages_and_unknown_widths() -> None:
    row = tr(cell("{%tc for m in months %}", 1000, 1, "pct"), cell("{{ m }}", 3000, 1, "pct"), cell("{%tc endfor %}"))
    assert widths_of(rendered(table((1000,) * 3, row), months=["a", "b"])) == [[2500, 2500]]
    bare = tr("{%tc for m in months %}", "{{ m }}", "{%tc endfor %}", "x")
    body = rendered(table((0, 0, 0, 0), bare), months=["a", "b"])
    assert grid_of(body) == [0, 0, 0]


def test_columns_before_and_behind_a_row_are_counted() -> None:
    margins = '<w:trPr><w:gridBefore w:val="1"/><w:gridAfter w:val="1"/><w:wBefore w:w="1000" w:type="dxa"/></w:trPr>'
    short = tr(cell("{%tc for m in months %}{{ m }}{%tc endfor %}")).replace("<w:tr>", f"<w:tr>{margins}")
    full = tr(cell("a"), cell("b"), cell("c"))
    body = rendered(table((1000, 1000, 1000), full, short), months=["x", "y", "z"])
    assert len(grid_of(body)) == 5
    assert next(body.iter(f"{{{W}}}wBefore")).get(f"{{{W}}}w") == str(grid_of(body)[0])


def test_nested_tables_are_counted_for_themselves() -> None:
    inner = table(
        (100, 100, 100), tr(cell("{%tc for v in m %}", 100), cell("{{ v }}", 100), cell("{%tc endfor %}", 100))
    )
    row = tr(
        cell("{%tc for m in months %}"),
        tc(inner, p("x"), properties='<w:tcW w:w="1" w:type="dxa"/>'),
        cell("{%tc endfor %}"),
    )
    body = rendered(table((1000, 1000, 1000), row), months=[[1], [1, 2], [1, 2, 3, 4]])
    assert [len(grid_of(body, number)) for number in range(4)] == [3, 1, 2, 4]
    assert [sum(grid_of(body, number)) for number in range(4)] == [3000, 300, 300, 300]


def test_cells_in_content_controls_and_tables_in_headers() -> None:
    control = f"<w:sdt><w:sdtPr/><w:sdtContent>{cell('{{ m }}')}</w:sdtContent></w:sdt>"
    row = tr(cell("{%tc for m in months %}"), control, cell("{%tc endfor %}"), cell("z"))
    document = render_word(
        word_file("x", parts={"word/header1.xml": table((1000,) * 4, row) + p("")}), {"months": ["a", "b", "c"]}
    )
    assert_follows_word_rules(document)
    assert grid_of(part_of(document, "word/header1.xml")) == [1000] * 4


def test_a_table_that_the_data_does_not_widen_keeps_its_grid() -> None:
    body = rendered(table((1500, 700), tr(cell("{% for r in rows %}{{ r }}"), cell("b{% endfor %}"))), rows=[1, 2])
    assert grid_of(body) == [1500, 700]


def test_more_columns_than_word_opens_are_an_error() -> None:
    file = word_file(table(DRAWN, LOOP))
    with pytest.raises(LimitExceededError, match="102 columns"):
        render_word(file, {"months": list(range(100))})


def test_cells_that_a_macro_prints_in_another_table() -> None:
    macro = tr(cell("{%tc macro pair(x) %}"), cell("{{ x }}"), cell("{{ x }}!"), cell("{%tc endmacro %}"), cell("last"))
    other = tr(cell("{%tc for m in months %}"), cell("{{ pair(m) }}"), cell("{%tc endfor %}"), cell("z"))
    document = render_word(word_file(table((1000,) * 5, macro), table((500,) * 4, other), "end"), {"months": [1, 2]})
    body = part_of(document)[0]
    assert len(grid_of(body, 1)) >= 5
    assert_follows_word_rules(document)
