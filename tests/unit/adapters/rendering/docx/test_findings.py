"""Findings that only Word documents have: where tags stand, and what Word does with their places."""

from domain.diagnostics import Diagnostic
from tests.word_files import compile_word, p, r, tbl, tc, tr, word_file


def findings(*blocks: str, **parts: str) -> list[tuple[str, str]]:
    named = {f"word/{name}.xml": content for name, content in parts.items()}
    return [(found.code, str(found.location)) for found in found_in(*blocks, parts=named)]


def found_in(*blocks: str, parts: dict[str, str | bytes] | None = None) -> tuple[Diagnostic, ...]:
    return compile_word(word_file(*blocks, parts=parts)).diagnostics


def test_a_tag_over_paragraphs_is_told_from_one_that_never_ends() -> None:
    assert findings("a {{ name", "}} b") == [("tag-over-paragraphs", "body, paragraph 1")]
    assert findings("a {{ customer.", "first", "name }} b") == [("tag-over-paragraphs", "body, paragraph 1")]
    assert findings("a {{ name", "b {{ other }}") == [("unclosed-tag", "body, paragraph 1")]


def test_a_tag_over_cells_is_named() -> None:
    assert findings(tbl(tr("{{ name", "}}"))) == [("tag-over-cells", "body, table 1, row 1, cell 1, paragraph 1")]
    assert findings(tbl(tr("{{ name", "x"))) == [("unclosed-tag", "body, table 1, row 1, cell 1, paragraph 1")]


def test_placeholders_of_other_programs_are_pointed_out_in_any_paragraph() -> None:
    found = findings("Dear &lt;&lt;name&gt;&gt;", tbl(tr("[[a]]", tc(p("{b} {{ c }}")))))
    assert [code for code, _ in found] == ["foreign-placeholder"] * 3


def field(code: str, *result: str) -> str:
    def char(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    code_run = f"<w:r><w:instrText>{code}</w:instrText></w:r>"
    return char("begin") + code_run + char("separate") + "".join(result) + char("end")


def test_a_tag_in_deleted_text_is_pointed_out() -> None:
    deleted = "<w:del><w:r><w:delText>Dear {{ name }}</w:delText></w:r></w:del>"
    assert findings(p(deleted, "x")) == [("tag-in-deleted-text", "body, paragraph 1")]
    assert findings(p("<w:del><w:r><w:delText>Dear</w:delText></w:r></w:del>", "{{ x }}")) == []


def test_a_value_in_hidden_text_is_pointed_out() -> None:
    assert findings(p(r("{{ name }}", "<w:vanish/>"))) == [("tag-in-hidden-text", "body, paragraph 1")]
    assert findings(p(r("{{ name }}", '<w:vanish w:val="0"/>'))) == []
    # Authors hide the tags of blocks on purpose: they print nothing.
    assert findings(p(r("{% if a %}", "<w:vanish/>"), "x", r("{% endif %}", "<w:vanish/>"))) == []


def test_a_tag_in_a_field_that_word_computes_is_warned_of() -> None:
    assert findings(p(field(" REF name \\h ", r("{{ name }}")))) == [("tag-in-computed-field", "body, paragraph 1")]
    simple = f'<w:fldSimple w:instr=" DATE ">{r("{{ day }}")}</w:fldSimple>'
    assert findings(p(simple)) == [("tag-in-computed-field", "body, paragraph 1")]
    assert findings(p(field(' HYPERLINK "https://example.com" ', r("{{ name }}")))) == []
    assert findings(p(field(" PAGE ", r("1")), "{{ name }}")) == []


def test_a_tag_in_a_bound_content_control_is_warned_of() -> None:
    def control(properties: str) -> str:
        return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{p('{{ name }}')}</w:sdtContent></w:sdt>"

    assert findings(control('<w:dataBinding w:xpath="/a" w:storeItemID="{1}"/>')) == [
        ("tag-in-bound-control", "body, paragraph 1")
    ]
    assert findings(control('<w:lock w:val="sdtContentLocked"/>')) == []


def test_a_loop_that_repeats_a_heading_row_is_warned_of() -> None:
    heading = "<w:tr><w:trPr><w:tblHeader/></w:trPr>" + tc("Name") + tc("Price") + "</w:tr>"
    row = tr("{{ x.name }}", "{{ x.price }}")
    opener, closer = tr("{%tr for x in xs %}", ""), tr("{%tr endfor %}", "")
    assert findings(tbl(opener, heading, row, closer)) == [
        ("repeated-heading-row", "body, table 1, row 1, cell 1, paragraph 1")
    ]
    assert findings(tbl(heading, opener, row, closer)) == []
    assert findings("{% for x in xs %}", tbl(heading, row), "{% endfor %}") == []


def test_a_tag_in_the_code_of_a_field_is_told_once() -> None:
    simple = f'<w:fldSimple w:instr=" DATE {{{{ x }}}} ">{r("day")}</w:fldSimple>'
    assert findings(p(simple)) == [("tag-in-field", "body, paragraph 1")]


def test_tags_about_cells_are_told_once_where_they_are_wrong() -> None:
    assert findings("{% cellbg x %}a") == [("scope-outside-table", "body, paragraph 1")]
    found = found_in(tbl(tr("{% cellbg %}a", "{% colspan %}b")))
    assert [(each.code, each.message) for each in found] == [
        ("syntax-error", "Something is missing behind 'cellbg'."),
        ("syntax-error", "Something is missing behind 'colspan'."),
    ]


def test_errors_of_structure_are_told_together_and_once() -> None:
    rows = tbl(tr("{%tr for i in items %} text", "x"), tr("{{ i }}", "b"), tr("{%tr endfor %}", ""))
    crossing = ["a {% for j in items %}", tbl(tr("{{ j }}", "{% endfor %}"))]
    found = findings("{% cellbg x %}", rows, *crossing, "{%tr if a %}", "b", "{%tr endif %}")
    assert sorted(code for code, _ in found) == ["crossing-block", *["scope-outside-table"] * 3, "swallowed-text"]


def test_a_row_that_swallows_text_hides_none_of_its_other_tags() -> None:
    rows = tbl(
        tr("{%tr for i in items %} text {% if a %}", "{% endif %}"), tr("{{ i }}", "b"), tr("{%tr endfor %}", "")
    )
    assert [code for code, _ in findings(rows)] == ["swallowed-text"]
