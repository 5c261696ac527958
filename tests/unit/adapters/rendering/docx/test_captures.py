"""Macros, set and call blocks and recursive loops hold whatever a template can hold: runs, paragraphs, rows, cells."""

from typing import Any, Final

import pytest

from domain.errors import LimitExceededError, RenderFailedError
from tests.docxtpl_oracle import oracle_file, outline, outlines
from tests.word_files import W, errors_of, lines_of, p, part_of, r, render_word, tbl, tc, tr, word_file
from tests.word_rules import assert_follows_word_rules

BOLD, ITALIC = "<w:b/>", "<w:i/>"
ITEMS: Final = [{"n": "a", "q": 1}, {"n": "b", "q": 2}]
TREE: Final = [
    {"n": "1", "of": [{"n": "1.1", "of": []}, {"n": "1.2", "of": [{"n": "1.2.1", "of": []}]}]},
    {"n": "2", "of": []},
]
DATA: Final[dict[str, Any]] = {"items": ITEMS, "tree": TREE, "name": "Ada", "x": True, "no": False, "lines": "k\nl\am"}


def seen(*blocks: str, **data: Any) -> list[str]:
    """Say what a reader sees in the document of these blocks, after holding it to Word's rules."""
    template = word_file(*blocks)
    document = render_word(template, {**DATA, **data})
    assert_follows_word_rules(document, template)
    return outline(document)[1:]


class TestParagraphs:
    MACRO = ("{%p macro m(a) %}", p(r("M {{ a }}", BOLD)), "{%p if x %}", "more", "{%p endif %}", "{%p endmacro %}")

    def test_alone_in_a_paragraph_they_take_its_place(self) -> None:
        wanted = ["P 'A'", "P '<b>M 1</>'", "P 'more'", "P '<b>M 2</>'", "P 'more'", "P 'z'"]
        assert seen(*self.MACRO, "A", "{{ m(1) }}", "{{p m(2) }}", "z") == wanted

    def test_beside_text_they_come_between_its_halves(self) -> None:
        centred = '<w:jc w:val="center"/>'
        wanted = ["P[jc=center] 'A '", "P '<b>M 1</>'", "P 'more'", "P[jc=center] ' B'"]
        assert seen(*self.MACRO, p("A {{ m(1) }} B", properties=centred)) == wanted

    def test_in_a_hyperlink_or_a_text_box_they_come_between_the_halves_of_the_same_paragraph(self) -> None:
        link = p('<w:hyperlink w:anchor="x"><w:r><w:t>a {{ m(1) }} b</w:t></w:r></w:hyperlink>')
        assert seen(*self.MACRO, link) == ["P 'a '", "P '<b>M 1</>'", "P 'more'", "P ' b'"]
        box = "<w:p><w:r><w:t>before</w:t><w:pict><w:txbxContent>{}</w:txbxContent></w:pict></w:r></w:p>"
        assert seen(*self.MACRO, box.format(p("{{ m(1) }}"))) == ["P 'before[<b>M 1</> / more]'"]

    def test_in_a_content_control_they_come_behind_its_paragraph(self) -> None:
        control = f"<w:sdt><w:sdtPr/><w:sdtContent>{r('in {{ m(1) }}')}</w:sdtContent></w:sdt>"
        assert seen(*self.MACRO, p("A ", control, " B"), "z") == ["P 'A in  B'", "P '<b>M 1</>'", "P 'more'", "P 'z'"]

    def test_a_cell_keeps_a_paragraph(self) -> None:
        inner = tbl(tr("i", "j"))
        table = tbl(tr(tc("{{ box() }}"), tc("{{ nothing() }}")))
        definitions = ("{%p macro box() %}", inner, "{%p endmacro %}", "{%p macro nothing() %}", "{%p endmacro %}")
        document = render_word(word_file(*definitions, table), DATA)
        cells = part_of(document).findall(f".//{{{W}}}body/{{{W}}}tbl/{{{W}}}tr/{{{W}}}tc")
        assert [[child.tag.rpartition("}")[2] for child in cell] for cell in cells] == [["tbl", "p"], ["p"]]

    def test_an_empty_piece_leaves_no_paragraph(self) -> None:
        assert seen("a", "{%p set y %}", "{%p if no %}", "b", "{%p endif %}", "{%p endset %}", "{{ y }}", "z") == [
            "P 'a'",
            "P 'z'",
        ]

    def test_a_section_still_ends_behind_what_is_printed_at_its_end(self) -> None:
        section = '<w:sectPr><w:pgSz w:w="100" w:h="200"/></w:sectPr>'
        document = render_word(word_file(*self.MACRO, p("A {{ m(1) }} B", properties=section), "z"), DATA)
        ends = [
            paragraph.find(f"{{{W}}}pPr/{{{W}}}sectPr") is not None for paragraph in part_of(document).iter(f"{{{W}}}p")
        ]
        assert ends == [False, False, False, True, False]

    @pytest.mark.parametrize(
        "around",
        [
            "{}",
            '<w:ins w:id="1" w:author="a">{}</w:ins>',
            '<w:hyperlink w:anchor="x">{}</w:hyperlink>',
            '<w:smartTag w:element="place"><w:ins w:id="1" w:author="a">{}</w:ins></w:smartTag>',
            '<w:sdt><w:sdtPr><w:id w:val="7"/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>',
        ],
    )
    @pytest.mark.parametrize(
        "tags", [("{% macro m() %}", "{% endmacro %}{{ m() }}"), ("{% set m %}", "{% endset %}{{ m }}")]
    )
    def test_those_that_go_from_one_paragraph_into_the_next_end_the_one_that_they_are_printed_in(
        self, around: str, tags: tuple[str, str]
    ) -> None:
        begin, end = (around.format(r(text)) for text in (f"A {tags[0]}", f"B {tags[1]}"))
        assert seen(p(begin), p(end, " z")) == ["P 'A '", "P 'B  z'"]

    def test_values_within_may_open_paragraphs_too(self) -> None:
        blocks = ("{%p macro m(a) %}", p(r("{{ a }}", BOLD)), "{%p endmacro %}", "A {{ m(lines) }} B")
        assert seen(*blocks) == ["P 'A '", "P '<b>k\\nl</>'", "P '<b>m</>'", "P ' B'"]

    def test_a_piece_in_a_piece(self) -> None:
        blocks = (
            "{%p set a %}",
            "one",
            "{%p endset %}",
            "{%p set b %}",
            "[",
            "{{ a }}",
            "]",
            "{%p endset %}",
            "{{ b }}",
        )
        assert seen(*blocks) == ["P '['", "P 'one'", "P ']'"]

    def test_in_a_header(self) -> None:
        header = "".join(map(p, ("{%p set y %}", "one", "two", "{%p endset %}", "{{ y }}")))
        document = render_word(word_file("z", parts={"word/header1.xml": header}), DATA)
        assert lines_of(document, "word/header1.xml") == ["one", "two"]


class TestRuns:
    def test_they_keep_their_formatting_and_that_of_the_text_around(self) -> None:
        blocks = (p("{% set y %}", r("bold", BOLD), " plain", "{% endset %}"), p(r("[{{ y }}]", ITALIC)))
        assert seen(*blocks) == ["P '<i>[</><b>bold</> plain<i>]</>'"]

    def test_line_breaks_and_rich_text_within(self) -> None:
        rich = {"$richtext": ["R", {"text": "S", "bold": True}]}
        body = p("<w:r><w:t>{% macro m() %}a</w:t><w:br/><w:t>{{ rich }}{% endmacro %}</w:t></w:r>")
        assert seen(body, "{{ m() }}!{{ m() }}", rich=rich) == ["P 'a\\nR<b>S</>!a\\nR<b>S</>'"]

    def test_a_call_block_between_runs(self) -> None:
        macro = p("{% macro m(a) %}", r("[{{ a }}", BOLD), "{{ caller() }}", "]", "{% endmacro %}")
        assert seen(macro, p("x {% call m(1) %}", r("in", ITALIC), "{% endcall %} y")) == ["P 'x <b>[1</><i>in</>] y'"]


class TestRowsAndCells:
    ROWS = (tr("{%tr macro row(i) %}", ""), tr("{{ i.n }}", "{{ i.q }}"), tr("{%tr endmacro %}", ""))

    @pytest.mark.parametrize("call", ["{{tr row(i) }}", "{{ row(i) }}"])
    def test_rows_take_the_place_of_the_row_that_prints_them(self, call: str) -> None:
        rows = (*self.ROWS, tr("{%tr for i in items %}", ""), tr(call, ""), tr("{%tr endfor %}", ""))
        document = render_word(word_file(tbl(*rows)), DATA)
        assert lines_of(document) == ["| a | 1 |", "| b | 2 |"]

    def test_rows_come_behind_a_row_that_holds_more(self) -> None:
        document = render_word(word_file(tbl(*self.ROWS, tr("X {{ row(items[0]) }}", "Y"))), DATA)
        assert lines_of(document) == ["| X  | Y |", "| a | 1 |"]

    def test_cells(self) -> None:
        cells = (
            "{%tc macro c(i) %}",
            "{{ i.n }}",
            "{%tc endmacro %}",
            "{%tc for i in items %}",
            "{{ c(i) }}",
            "{%tc endfor %}",
        )
        assert lines_of(render_word(word_file(tbl(tr("H", *cells))), DATA)) == ["| H | a | b |"]

    def test_rows_outside_of_a_table_are_an_error_with_its_place(self) -> None:
        assert errors_of(word_file(tbl(*self.ROWS, tr("a", "b")), "{{ row(items[0]) }}")) == ["captured-structure"]
        hidden = ("{% set y = row %}{{ y(items[0]) }}",)
        with pytest.raises(RenderFailedError, match="rows is printed outside of a table"):
            render_word(word_file(tbl(*self.ROWS, tr("a", "b")), *hidden), DATA)


class TestRecursion:
    def test_over_paragraphs(self) -> None:
        blocks = (
            "{% for t in tree recursive %}",
            "{{ loop.depth }} {{ t.n }}",
            "{{ loop(t.of) }}",
            "{% endfor %}",
            "z",
        )
        assert seen(*blocks) == ["P '1 1'", "P '2 1.1'", "P '2 1.2'", "P '3 1.2.1'", "P '1 2'", "P 'z'"]

    def test_over_rows(self) -> None:
        rows = (tr("{%tr for t in tree recursive %}", ""), tr("{{ t.n }}", "x"), tr("{{ loop(t.of) }}", ""))
        document = render_word(word_file(tbl(*rows, tr("{%tr endfor %}", ""))), DATA)
        assert lines_of(document) == [f"| {number} | x |" for number in ("1", "1.1", "1.2", "1.2.1", "2")]

    def test_within_a_paragraph(self) -> None:
        runs = p("{% for t in tree recursive %}", r("{{ t.n }}", BOLD), " ({{ loop(t.of) }}) ", "{% endfor %}")
        text = "1 (1.1 () 1.2 (1.2.1 () ) ) 2 () "
        assert lines_of(render_word(word_file(runs), DATA)) == [text]

    def test_without_an_end_it_is_stopped(self) -> None:
        tree: list[Any] = [{"of": []}]
        for _ in range(90):
            tree = [{"of": tree}]
        blocks = ("{% for t in tree recursive %}", "x", "{{ loop(tree) }}", "{% endfor %}")
        with pytest.raises(LimitExceededError):
            render_word(word_file(*blocks), {"tree": tree})


@pytest.mark.parametrize(
    "definition",
    [
        p("{% macro m(a) %}[{{ a }}]{% endmacro %} {% set y %} v {% endset %}{% set z = 3 %}"),
        p(
            "{% macro m(a) %}",
            r("[{{ a }}"),
            "]{% endmacro %}",
            " ",
            "{% set y %}",
            r(" v "),
            "{% endset %}{% set z = 3 %}",
        ),
        p(
            "{# all #}{% macro m(a) %}{% if a %}[{{ a }}]{% endif %}{% endmacro %}",
            "{% set y %} v {% endset %}{% set z = 3 %}",
        ),
    ],
    ids=["in one run", "over runs", "with a comment"],
)
def test_a_paragraph_that_only_defines_is_gone(definition: str) -> None:
    assert seen("a", definition, "{{ m(1) }}{{ y }}{{ z }}") == ["P 'a'", "P '[1] v 3'"]
    assert seen(tbl(tr(tc(definition), "{{ z }}"))) == ["TBL", "  TR", "    TC", "      P ''", "    TC", "      P '3'"]


@pytest.mark.parametrize(
    ("inner", "wanted"),
    [
        ("{% for i in rows %}b ", ["P 'a b '", "P 'c b '", "P 'c '", "P 'd '"]),
        ("{% for i in none %}b ", ["P 'a '", "P 'd '"]),
        ("{% if rows %}b ", ["P 'a b '", "P 'c '", "P 'd '"]),
        ("b{% if none %}x", ["P 'a b'", "P 'd '"]),
    ],
)
def test_a_set_block_that_ends_in_the_middle_of_another_paragraph(inner: str, wanted: list[str]) -> None:
    end = "{% endfor %}" if "for" in inner else "{% endif %}"
    blocks = ("{% set z %}a " + inner, "c " + end)
    data: dict[str, Any] = {"rows": [1, 2], "none": []}
    assert seen(*blocks, "d {% endset %}{{ z }}", **data) == wanted
    assert seen(*blocks, p("d {% endset %}", "{{ z }}"), **data) == wanted


def test_what_a_macro_repeats_gets_numbers_of_its_own() -> None:
    bookmark = '<w:bookmarkStart w:id="1" w:name="here"/><w:bookmarkEnd w:id="1"/>'
    template = word_file("{%p macro m() %}", f"<w:p>{bookmark}{r('x')}</w:p>", "{%p endmacro %}", *["{{ m() }}"] * 3)
    document = render_word(template)
    assert_follows_word_rules(document, template)
    names = [node.get(f"{{{W}}}name") for node in part_of(document).iter(f"{{{W}}}bookmarkStart")]
    assert names == ["here", "here_2", "here_3"]


def test_large_static_text_in_a_set_block_is_paid_for_each_time() -> None:
    blocks = ("{%p set y %}", "a" * 3_000, "{%p endset %}", "{% for i in range(30000) %}{{ y }}{% endfor %}")
    with pytest.raises(LimitExceededError):
        render_word(word_file(*blocks))


LIKE_DOCXTPL: Final = {
    "macro over paragraphs": ["{%p macro m(a) %}", "x {{ a }}", "{%p endmacro %}", "{{p m(1) }}", "z"],
    "set block over paragraphs": [
        *("{%p set y %}", "one {{ name }}", "{%p if x %}", "two", "{%p endif %}", "{%p endset %}"),
        *("A", "{{p y }}", "z"),
    ],
    "macro over runs": [p("{%r macro m(t) %}", r("x {{ t }}", BOLD), "{%r endmacro %}", "{{r m('a') }}", " z")],
    "set block over runs": [p("{%r set y %}", r("x", BOLD), "{%r endset %}", "{{r y }}", " z")],
    "recursive loop over paragraphs": [
        *("{%p for t in tree recursive %}", "n {{ t.n }}", "{{p loop(t.of) }}", "{%p endfor %}", "z"),
    ],
}


@pytest.mark.parametrize("blocks", LIKE_DOCXTPL.values(), ids=LIKE_DOCXTPL.keys())
def test_it_is_like_docxtpl(blocks: list[str]) -> None:
    ours, theirs = outlines(oracle_file(*blocks), DATA)
    assert ours == theirs
