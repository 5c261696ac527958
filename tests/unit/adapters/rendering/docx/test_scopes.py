"""What a block repeats or leaves out: text, paragraphs, cells, rows, as its author meant it."""

import pytest

from domain.errors import RenderFailedError
from domain.render_request import MissingPolicy
from tests.word_files import W, errors_of, lines_made, lines_of, p, part_of, r, render_word, tbl, tc, tr, word_file

ITEMS = [{"n": "a", "q": 1}, {"n": "b", "q": 2}]


def test_a_control_tag_alone_takes_its_paragraph_with_it() -> None:
    body = ("Items:", "{% for i in items %}", "{{ i.n }}", "{% endfor %}", "End")
    assert lines_made(*body, items=ITEMS) == ["Items:", "a", "b", "End"]


def test_nested_blocks_leave_no_paragraphs() -> None:
    body = (
        "{% set x = 1 %}",
        "{% for i in items %}{% if i.q > 1 %}",
        "{{ i.n }}",
        "{% else %}",
        "none",
        "{% endif %}{% endfor %}",
        "End",
    )
    assert lines_made(*body, items=ITEMS) == ["none", "b", "End"]


@pytest.mark.parametrize(("shown", "wanted"), [(True, "Hello you there"), (False, "Hello  there")])
def test_a_block_within_a_paragraph(shown: bool, wanted: str) -> None:
    runs = (r("Hello {% if "), r("shown %}", "<w:b/>"), r("you", "<w:i/>"), r("{% endif %} there"))
    assert lines_made(p(*runs), shown=shown) == [wanted]


@pytest.mark.parametrize(
    ("shown", "wanted"), [(True, ["A B", "C", "D E"]), (False, ["A  E"])], ids=["shown", "left out"]
)
def test_a_block_from_the_middle_of_one_paragraph_to_the_middle_of_another(shown: bool, wanted: list[str]) -> None:
    assert lines_made("A {% if shown %}B", "C", "D{% endif %} E", shown=shown) == wanted


@pytest.mark.parametrize(("x", "wanted"), [(True, ["A B", "C E"]), (False, ["A D", "F E"])])
def test_else_in_the_middle_of_a_paragraph(x: bool, wanted: list[str]) -> None:
    assert lines_made("A {% if x %}B", "C{% else %}D", "F{% endif %} E", x=x) == wanted


def test_an_opener_at_the_end_and_a_closer_at_the_start_leave_their_text_alone() -> None:
    body = ("Items:{% for i in items %}", "{{ i.n }}", "{% endfor %}End")
    assert lines_made(*body, items=ITEMS) == ["Items:", "a", "b", "End"]


@pytest.mark.parametrize(("x", "wanted"), [(True, ["A", "B C"]), (False, [" C"])])
def test_an_opener_alone_whose_closer_is_within_text(x: bool, wanted: list[str]) -> None:
    assert lines_made("{% if x %}", "A", "B{% endif %} C", x=x) == wanted


def test_line_breaks_and_tabs_beside_an_explicit_tag_are_no_text() -> None:
    line, tab = "<w:r><w:br/></w:r>", "<w:r><w:tab/></w:r>"
    body = (
        *(p("{%p for i in items %}", line), p(tab, "{{ i.n }}"), p(line, tab, "{%p endfor %}")),
        tbl(
            tr(tc(p("{%tr for i in items %}", line)), tc(p(tab, line))), tr("{{ i.n }}", "x"), tr("{%tr endfor %}", "")
        ),
        "z",
    )
    assert lines_made(*body, items=ITEMS) == ["\ta", "\tb", "| a | x |", "| b | x |", "z"]


def test_a_page_break_beside_an_explicit_paragraph_tag_stays() -> None:
    body = (p("{%p if x %}"), "in", p("{%p endif %}", '<w:r><w:br w:type="page"/></w:r>'), "z")
    assert lines_made(*body, x=True) == ["in", "\f", "z"]


def control(contents: str) -> str:
    """Write a content control."""
    return f"<w:sdt><w:sdtPr/><w:sdtContent>{contents}</w:sdtContent></w:sdt>"


@pytest.mark.parametrize(
    "body",
    [
        (control(p("{% for i in items %}")), "{{ i.n }}", control(p("{% endfor %}"))),
        (control(control(p("{% for i in items %}"))), "{{ i.n }}", "{% endfor %}"),
        (p(control(r("{% for i in items %}"))), "{{ i.n }}", p(control(r("{% endfor %}")))),
        (control(p("{%p for i in items %}")), "{{ i.n }}", control(p("{%p endfor %}"))),
    ],
)
def test_a_control_tag_alone_takes_its_content_control_with_it(body: tuple[str, ...]) -> None:
    document = render_word(word_file("Items:", *body, "End"), {"items": ITEMS})
    assert lines_of(document) == ["Items:", "a", "b", "End"]
    assert not list(part_of(document).iter(f"{{{W}}}sdt"))


def test_control_tags_within_a_paragraph_take_their_content_controls_with_them() -> None:
    body = p("a ", control(r("{% if x %}")), "b", control(r("{% endif %}")), " c")
    assert [lines_made(body, x=x) for x in (True, False)] == [["a b c"], ["a  c"]]


def test_rows_of_tags_take_their_content_controls_with_them() -> None:
    rows = control(tr("{% for i in items %}", "")), tr("{{ i.n }}", "x"), control(tr("{% endfor %}", ""))
    assert lines_made(tbl(*rows), items=ITEMS) == ["| a | x |", "| b | x |"]


def test_a_block_within_a_content_control_leaves_it_there() -> None:
    document = render_word(word_file(control(p("{% if x %}") + p("{% endif %}")), "End"), {"x": True})
    assert lines_of(document) == ["", "End"]


class TestPrintedParagraphs:
    @pytest.mark.parametrize(("value", "wanted"), [("x", ["a", "x", "z"]), ("", ["a", "z"]), (None, ["a", "z"])])
    def test_a_paragraph_tag_that_prints_nothing_takes_its_paragraph_with_it(
        self, value: object, wanted: list[str]
    ) -> None:
        assert lines_made("a", "{{p v }}", "z", v=value) == wanted

    def test_text_beside_it_stays(self) -> None:
        assert lines_made("a {{p v }} b", "{{ v }}", v="") == ["a  b", ""]

    def test_what_it_stands_in_keeps_a_paragraph(self) -> None:
        control = f"<w:sdt><w:sdtPr/><w:sdtContent>{p('{{p v }}')}</w:sdtContent></w:sdt>"
        body = (tbl(tr(tc("{{p v }}"), tc("{{p v }}", "{{p x }}"))), control)
        document = render_word(word_file(*body), {"v": "", "x": "y"})
        cells = part_of(document).iter(f"{{{W}}}tc")
        assert [len(list(cell.iter(f"{{{W}}}p"))) for cell in cells] == [1, 1]
        assert lines_of(document) == ["|  | y |", ""]

    def test_the_end_of_a_section_stays(self) -> None:
        document = render_word(word_file(p("{{p v }}", properties="<w:sectPr/>"), "z"), {"v": ""})
        assert len(list(part_of(document).iter(f"{{{W}}}sectPr"))) == 2

    def test_what_a_macro_prints_takes_its_place(self) -> None:
        body = ("{%p macro m(list) %}", "{%p for i in list %}", "{{ i.n }}", "{%p endfor %}", "{%p endmacro %}")
        assert lines_made(*body, "{{p m(items) }}", "{{p m([]) }}", "z", items=ITEMS) == ["a", "b", "z"]


def test_text_beside_an_explicit_paragraph_tag_stays_as_its_own_paragraph() -> None:
    body = ("before {%p for i in items %} after", "{{ i.n }}", "{%p endfor %} end")
    assert lines_made(*body, items=ITEMS) == ["before ", " after", "a", " after", "b", " end"]


def test_the_end_of_a_section_is_kept() -> None:
    section = '<w:sectPr><w:pgSz w:w="100" w:h="200"/></w:sectPr>'
    document = render_word(word_file("{% if x %}", "a", p("{% endif %}", properties=section), "b"), {"x": False})
    assert part_of(document).find(f".//{{{W}}}pPr/{{{W}}}sectPr") is not None


class TestRows:
    @pytest.mark.parametrize(
        "rows",
        [
            (tr("{%tr for i in items %}", ""), tr("{{ i.n }}", "{{ i.q }}"), tr("{%tr endfor %}", "")),
            (tr("{% for i in items %}", ""), tr("{{ i.n }}", "{{ i.q }}"), tr("", "{% endfor %}")),
            (tr("{% for i in items %}{{ i.n }}", "{{ i.q }}{% endfor %}"),),
            (tr("{%tr for i in items %}{{ i.n }}", "{{ i.q }}{%tr endfor %}"),),
            (tr(tc("{% for i in items %}", "{{ i.n }}"), tc("{{ i.q }}", "{% endfor %}")),),
        ],
        ids=["explicit rows", "rows of their own", "first and last cell", "explicit in one row", "paragraphs in cells"],
    )
    def test_a_loop_repeats_its_rows(self, rows: tuple[str, ...]) -> None:
        assert lines_made(tbl(tr("Name", "Qty"), *rows, tr("Sum", "3")), items=ITEMS) == [
            "| Name | Qty |",
            "| a | 1 |",
            "| b | 2 |",
            "| Sum | 3 |",
        ]

    def test_a_loop_over_two_rows(self) -> None:
        rows = (tr("{% for i in items %}{{ i.n }}", "x"), tr("y", "{{ i.q }}{% endfor %}"))
        assert lines_made(tbl(*rows), items=ITEMS) == ["| a | x |", "| y | 1 |", "| b | x |", "| y | 2 |"]

    def test_conditions_and_loops_in_rows(self) -> None:
        rows = (
            tr("{%tr for i in items %}", ""),
            tr("{%tr if i.q > 1 %}", ""),
            tr("{{ i.n }}", "many"),
            tr("{%tr else %}", ""),
            tr("{{ i.n }}", "one"),
            tr("{%tr endif %}", ""),
            tr("{%tr endfor %}", ""),
        )
        assert lines_made(tbl(*rows), items=ITEMS) == ["| a | one |", "| b | many |"]

    def test_tables_in_tables(self) -> None:
        inner = tbl(tr("{% for i in g.items %}{{ i.n }}", "{{ i.q }}{% endfor %}"))
        outer = tbl(tr(tc("{% for g in groups %}{{ g.name }}"), tc(inner, "{% endfor %}")))
        groups = [{"name": "G1", "items": ITEMS}, {"name": "G2", "items": ITEMS[:1]}]
        document = render_word(word_file(outer), {"groups": groups})
        texts = ["".join(table.itertext()) for table in part_of(document).iter(f"{{{W}}}tbl")]
        assert texts == ["G1a1b2G2a1", "a1b2", "a1"]
        assert_every_cell_has_a_paragraph(document)

    def test_a_table_without_rows_is_not_left_behind(self) -> None:
        rows = tr("{% for i in items %}{{ i.n }}", "{{ i.q }}{% endfor %}")
        document = render_word(word_file("before", tbl(rows), "after"), {"items": []})
        assert lines_of(document) == ["before", "after"]
        assert part_of(document).find(f".//{{{W}}}tbl") is None

    def test_a_cell_that_loses_its_table_keeps_a_paragraph(self) -> None:
        inner = tbl(tr("{% for i in items %}{{ i.n }}", "{{ i.q }}{% endfor %}"))
        document = render_word(
            word_file(tbl(tr(tc(inner, "{% if x %}", "y", "{% endif %}"), "z"))), {"items": [], "x": 0}
        )
        assert_every_cell_has_a_paragraph(document)


class TestCells:
    def test_columns_repeat(self) -> None:
        row = tr("Head", "{%tc for i in items %}", "{{ i.n }}", "{%tc endfor %}")
        assert lines_made(tbl(row), items=ITEMS) == ["| Head | a | b |"]

    def test_columns_repeat_by_plain_tags(self) -> None:
        row = tr("Head", "{% for i in items %}", "{{ i.n }}", "{% endfor %}", "Foot")
        assert lines_made(tbl(row), items=ITEMS) == ["| Head | a | b | Foot |"]

    @pytest.mark.parametrize(("items", "wanted"), [([], "head"), ([1, 2], "head12")])
    def test_a_fixed_cell_in_a_content_control_is_a_cell(self, items: list[int], wanted: str) -> None:
        control = f"<w:sdt><w:sdtPr/><w:sdtContent>{tc('head')}</w:sdtContent></w:sdt>"
        row = f"<w:tr>{control}{tc('{% for i in v %}')}{tc('{{ i }}')}{tc('{% endfor %}')}</w:tr>"
        root = part_of(render_word(word_file(tbl(row, columns=4)), {"v": items}))
        assert "".join(root.itertext()) == wanted

    def test_a_row_without_cells_is_not_left_behind(self) -> None:
        row = tr("{%tc for i in items %}", "{{ i.n }}", "{%tc endfor %}")
        document = render_word(word_file(tbl(tr("kept"), row)), {"items": []})
        assert lines_of(document) == ["| kept |"]
        assert len(list(part_of(document).iter(f"{{{W}}}tr"))) == 1

    def test_every_cell_keeps_a_paragraph(self) -> None:
        cells = (tc("{% if x %}", "shown", "{% endif %}"), tc("{% set y = 1 %}"))
        document = render_word(word_file(tbl(tr(*cells))), {"x": False})
        assert_every_cell_has_a_paragraph(document)

    def test_colour_and_width(self) -> None:
        cell = tc("{% cellbg color %}{% colspan 1 + 1 %}text", properties='<w:tcW w:w="1"/><w:vAlign w:val="top"/>')
        document = render_word(word_file(tbl(tr(cell))), {"color": "#FF00aa"})
        properties = part_of(document).find(f".//{{{W}}}tcPr")
        assert [child.tag.rpartition("}")[2] for child in properties] == ["tcW", "gridSpan", "shd", "vAlign"]
        assert properties.find(f"{{{W}}}gridSpan").get(f"{{{W}}}val") == "2"
        assert properties.find(f"{{{W}}}shd").get(f"{{{W}}}fill") == "FF00aa"
        assert lines_of(document) == ["| text |"]

    @pytest.mark.parametrize("tag", ["{% cellbg v %}", "{% colspan v %}"])
    @pytest.mark.parametrize("value", ['"/><w:evil/>', -1, 64, "red", 1.5])
    def test_values_that_would_break_the_table_are_refused(self, tag: str, value: object) -> None:
        with pytest.raises(RenderFailedError):
            render_word(word_file(tbl(tr(tag))), {"v": value})

    @pytest.mark.parametrize("policy", [MissingPolicy.EMPTY, MissingPolicy.KEEP])
    def test_a_tolerated_missing_value_changes_nothing(self, policy: MissingPolicy) -> None:
        file = word_file(tbl(tr("{% cellbg v %}{% colspan v %}text")))
        root = part_of(render_word(file, {}, missing=policy))
        assert root.find(f".//{{{W}}}gridSpan").get(f"{{{W}}}val") == "1"
        assert root.find(f".//{{{W}}}shd").get(f"{{{W}}}fill") == "auto"

    def test_vertical_merge(self) -> None:
        row = tr("{%tr for i in items %}"), tr(tc("Group{% vm %}"), tc("{{ i.n }}")), tr("{%tr endfor %}")
        document = render_word(word_file(tbl(*row)), {"items": ITEMS})
        assert lines_of(document) == ["| Group | a |", "|  | b |"]
        merges = [merge.get(f"{{{W}}}val") for merge in part_of(document).iter(f"{{{W}}}vMerge")]
        assert merges == ["restart", "continue"]

    def test_horizontal_merge(self) -> None:
        row = tr("{%tc for i in items %}", "{% hm %}Head", "{%tc endfor %}")
        document = render_word(word_file(tbl(row)), {"items": ITEMS})
        assert lines_of(document) == ["| Head |"]
        assert part_of(document).find(f".//{{{W}}}gridSpan").get(f"{{{W}}}val") == "2"


class TestJoining:
    @pytest.mark.parametrize(
        ("town", "wanted"), [(True, "I live in town happily."), (False, "I live outside happily.")]
    )
    def test_minus_joins_paragraphs(self, town: bool, wanted: str) -> None:
        body = ("I live {% if town -%}", "in town", "{%- else -%}", "outside", "{%- endif %} happily.")
        assert lines_made(*body, town=town) == [wanted]


class TestImpossibleScopes:
    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ((tbl(tr("a{% if x %}b", "c{% endif %}d", "e")),), "crossing-block"),
            (("{% if x %}a", tbl(tr("b{% endif %}", "c"))), "crossing-block"),
            ((tbl(tr("a", "b{% for i in x %}c")), "d{% endfor %}"), "crossing-block"),
            ((tbl(tr("{%tr for i in x %}", ""), tr("{{ i }}", ""), tr("{% endfor %}", "")),), "mixed-scopes"),
            ((tbl(tr("{%tr for i in x %}", "lost"), tr("{{ i }}", ""), tr("{%tr endfor %}", "")),), "swallowed-text"),
            (("{%tr for i in x %}", "{%tr endfor %}"), "scope-outside-table"),
            (("{% cellbg x %}",), "scope-outside-table"),
        ],
    )
    def test_it_is_an_error_and_never_broken_xml(self, body: tuple[str, ...], code: str) -> None:
        assert code in errors_of(word_file(*body))

    def test_macros_within_one_text_work(self) -> None:
        assert lines_made(
            "{% macro m(x) %}<{{ x }}>{% endmacro %}{{ m('&') }}".replace("<", "&lt;").replace("'&'", "'&amp;'")
        ) == ["<&>"]


def assert_every_cell_has_a_paragraph(document: bytes) -> None:
    for cell in part_of(document).iter(f"{{{W}}}tc"):
        assert len(cell), "an empty cell"
        assert cell[-1].tag == f"{{{W}}}p"
