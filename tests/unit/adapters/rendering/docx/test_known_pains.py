"""What users of other engines have suffered from, by their own threads, and do not suffer from here."""

import pytest

from domain.diagnostics import Part
from domain.errors import DiagnosedError, RenderFailedError
from domain.render_request import MissingPolicy
from tests.word_files import (
    NAMESPACES,
    W,
    compile_word,
    errors_of,
    lines_made,
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

SIGNS = "R&D <b> \"Q\" & 'x' &amp;"
TYPES = {"data": [{"type": "Fruit", "names": ["Apple", "Banana"]}, {"type": "Vegetable", "names": ["Carrot"]}]}


class TestValues:
    def test_signs_of_xml_are_text(self) -> None:
        """docxtpl #557, docxtpl #594: & and < vanish from values, from the template's own text, from cells."""
        body = (p("{{ v }} and R&amp;D &lt;x&gt;"), tbl(tr("{{ v }}", "R&amp;D {{ v }}")))
        document = render_word(word_file(*body, parts={"word/footer1.xml": p("{{ v }}")}), {"v": SIGNS})
        assert lines_of(document) == [f"{SIGNS} and R&D <x>", f"| {SIGNS} | R&D {SIGNS} |"]
        assert lines_of(document, "word/footer1.xml") == [SIGNS]

    def test_forbidden_characters_are_dropped(self) -> None:
        """carbone #253: U+FFFE or U+FFFF in the data make a file that nothing opens."""
        document = render_word(word_file(p("[{{ v }}]"), p("{{ w }}")), {"v": "a\ufffe\uffff\x00\x0b\x1fb", "w": "é𝄞"})
        assert lines_of(document) == ["[ab]", "é𝄞"]

    @pytest.mark.parametrize(
        ("policy", "wanted"), [(MissingPolicy.EMPTY, ["[] x"]), (MissingPolicy.KEEP, ["[{{ a.b }}] x"])]
    )
    def test_what_is_missing_is_left_empty_or_kept_on_request(self, policy: MissingPolicy, wanted: list[str]) -> None:
        """docxtpl #79: an undefined value should fail, stay or be blank, as the caller wishes."""
        assert lines_of(render_word(word_file("[{{ a.b }}] {{ c }}"), {"a": {}, "c": "x"}, missing=policy)) == wanted

    def test_what_is_missing_fails_otherwise(self) -> None:
        """docxtpl #79: all of it is named, and nothing comes out."""
        with pytest.raises(DiagnosedError) as caught:
            lines_made("{{ a.b }} {{ c }}", a={})
        assert [finding.code for finding in caught.value.diagnostics] == ["missing-value"] * 2

    def test_a_key_named_items(self) -> None:
        """A dict key named `items` is the method of that name in Jinja: nothing is printed, or a loop fails."""
        body = ("{{ order.items[0].n }}", "{% for i in order.items %}", "{{ i.n }}", "{% endfor %}")
        assert lines_made(*body, order={"items": [{"n": "a"}, {"n": "b"}]}) == ["a", "a", "b"]

    def test_targets_of_hyperlinks(self) -> None:
        """docxtpl #80: the address of a link stays as it is in the template."""
        kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
        links = (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
            f'Id="rId9" Type="{kind}" Target="https://example.com/%7B%7B%20v%20%7D%7D" TargetMode="External"/>'
            "</Relationships>"
        )
        file = word_file(
            f'<w:p><w:hyperlink r:id="rId9">{r("{{ v }}")}</w:hyperlink></w:p>',
            parts={"word/_rels/document.xml.rels": links},
        )
        document = render_word(file, {"v": "a b"})
        assert part_of(document, "word/_rels/document.xml.rels")[0].get("Target") == "https://example.com/a%20b"


class TestBlocks:
    def test_percent_and_brace_within_a_paragraph_tag(self) -> None:
        """docxtpl #644: % or } within {%p %} makes invalid XML."""
        body = ("{%p set d = {'a': {'b': 5}} %}", "{%p if d.a.b % 2 and '%}' != '}}' %}", "{{ d.a.b }}", "{%p endif %}")
        assert lines_made(*body) == ["5"]

    def test_no_blank_paragraphs_are_left(self) -> None:
        """docxtpl #296, docxtemplater #272: each tag leaves an empty line."""
        body = (
            *("a", "{% set y = 1 %}", "{# a note #}", "{% for i in v %}", "{% if i > y %}", "{{ i }}", "{% endif %}"),
            *(
                "{% endfor %}",
                tbl(tr(tc("{% if y %}", "in", "{% endif %}"), "x")),
                "{%p if not y %}",
                "b",
                "{%p endif %}",
            ),
        )
        assert lines_made(*body, "z", v=[1, 2, 3]) == ["a", "2", "3", "| in | x |", "z"]

    def test_text_beside_a_row_tag_is_not_dropped_silently(self) -> None:
        """Text beside {%tr is dropped silently: here it is refused."""
        assert errors_of(
            word_file(tbl(tr("{%tr for i in v %}", "lost"), tr("{{ i }}", "x"), tr("{%tr endfor %}", "")))
        ) == ["swallowed-text"]

    def test_the_begin_and_the_end_of_a_row_loop_in_one_row(self) -> None:
        """Start and end {%tr in one row: a syntax error about tags that are there."""
        assert lines_made(tbl(tr("{%tr for i in v %}{{ i }}", "x{%tr endfor %}")), "z", v=[1, 2]) == [
            "| 1 | x |",
            "| 2 | x |",
            "z",
        ]

    def test_a_row_loop_that_is_closed_by_a_plain_tag(self) -> None:
        """`{%tr for}` closed by `{% endfor %}` gives a garbled table without an error: here it is refused."""
        file = word_file(tbl(tr("{%tr for i in v %}", ""), tr("{{ i }}", "x"), tr("{% endfor %}", "")))
        (finding,) = compile_word(file).diagnostics
        assert (finding.code, finding.severity) == ("mixed-scopes", "error")
        assert finding.location is not None
        assert finding.location.table == 1

    def test_numbered_lists_begin_anew(self) -> None:
        """docxtpl #425: a numbered list within a loop counts on from round to round."""
        item = p("{# @restart #}{{ i }}", properties='<w:numPr><w:ilvl w:val="0"/><w:numId w:val="3"/></w:numPr>')
        numbering = (
            f'<w:numbering {NAMESPACES}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
            '<w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl></w:abstractNum>'
            '<w:num w:numId="3"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
        )
        body = ("{% for g in v %}", "{% for i in g %}", item, "{% endfor %}", "{% endfor %}")
        document = render_word(word_file(*body, parts={"word/numbering.xml": numbering}), {"v": [[1, 2], [3]]})
        assert_follows_word_rules(document)
        first, second, third = (node.get(f"{{{W}}}val") for node in part_of(document).iter(f"{{{W}}}numId"))
        assert first == second != third
        restarted = part_of(document, "word/numbering.xml").find(f"{{{W}}}num[@{{{W}}}numId='{third}']")
        assert restarted.find(f".//{{{W}}}startOverride").get(f"{{{W}}}val") == "1"


class TestTables:
    @pytest.mark.parametrize(
        "rows",
        [
            (
                tr("{%tr for d in data %}{%tr for n in d.names %}", ""),
                tr("{{ d.type }}", "{{ n }}"),
                tr("{%tr endfor %}{%tr endfor %}", ""),
            ),
            (
                *(tr("{%tr for d in data %}", ""), tr("{%tr for n in d.names %}", ""), tr("{{ d.type }}", "{{ n }}")),
                *(tr("{%tr endfor %}", ""), tr("{%tr endfor %}", "")),
            ),
            (tr("{% for d in data %}{% for n in d.names %}{{ d.type }}", "{{ n }}{% endfor %}{% endfor %}"),),
        ],
        ids=["two tags in a row", "a row for each tag", "plain tags"],
    )
    def test_loops_in_loops(self, rows: tuple[str, ...]) -> None:
        """docxtpl #547: of two loops over rows, the outer one is ignored."""
        assert lines_made(tbl(*rows), "z", **TYPES) == [
            *("| Fruit | Apple |", "| Fruit | Banana |", "| Vegetable | Carrot |", "z"),
        ]

    def test_vertical_merges_in_loops_in_loops(self) -> None:
        """docxtpl #618: the cells of each group should be one, in a loop within a loop."""
        rows = (
            *(tr("{%tr for d in data %}", ""), tr("{%tr for n in d.names %}", "")),
            *(tr("{% vm %}{{ d.type }}", "{{ n }}"), tr("{%tr endfor %}", ""), tr("{%tr endfor %}", "")),
        )
        document = render_word(word_file(tbl(*rows), "z"), TYPES)
        assert lines_of(document) == ["| Fruit | Apple |", "|  | Banana |", "| Vegetable | Carrot |", "z"]
        merges = [node.get(f"{{{W}}}val") for node in part_of(document).iter(f"{{{W}}}vMerge")]
        assert merges == ["restart", "continue", "restart"]

    @pytest.mark.parametrize(
        ("rows", "wanted"),
        [
            (
                [tr("{% for x in xs %}{{ x }}{% endfor %}", "{% for y in ys %}{{ y }}{% endfor %}")],
                ["| ab | 12 |"],
            ),
            (
                [tr("{% for x in xs %}", ""), tr("{{ x }}", "{{ ys[loop.index0] }}"), tr("{% endfor %}", "")],
                ["| a | 1 |", "| b | 2 |"],
            ),
            (
                [
                    tr(
                        *(
                            "{%tc for x in xs %}",
                            "{{ x }}",
                            "{%tc endfor %}",
                            "{%tc for y in ys %}",
                            "{{ y }}",
                            "{%tc endfor %}",
                        )
                    )
                ],
                ["| a | b | 1 | 2 |"],
            ),
        ],
        ids=["in cells", "side by side", "as cells"],
    )
    def test_two_lists_in_one_row(self, rows: list[str], wanted: list[str]) -> None:
        """carbone #154: two arrays in one row corrupt the table."""
        document = render_word(word_file(tbl(*rows), "z"), {"xs": ["a", "b"], "ys": [1, 2]})
        assert_follows_word_rules(document)
        assert lines_of(document) == [*wanted, "z"]


class TestDocuments:
    def test_pictures_have_numbers_of_their_own(self) -> None:
        """docxtpl #372, docxtpl #474: pictures in a loop and in a header have one id, and vanish in Word."""
        picture = p('<w:r><w:drawing><wp:inline><wp:docPr id="1" name="Picture 1"/></wp:inline></w:drawing></w:r>')
        loop = p("{%p for i in v %}"), picture, p("{%p endfor %}")
        document = render_word(word_file(*loop, picture, parts={"word/header1.xml": "".join(loop)}), {"v": [1, 2, 3]})
        numbers = [
            node.get("id")
            for name in ("word/document.xml", "word/header1.xml")
            for node in part_of(document, name).iter("{*}docPr")
        ]
        assert len(numbers) == len(set(numbers)) == 7

    def test_a_table_of_contents_is_computed_anew(self) -> None:
        """docxtpl #137: the table of contents shows the template's headings."""
        field = '<w:fldSimple w:instr=" TOC \\o &quot;1-3&quot;">' + r("old") + "</w:fldSimple>"
        settings = f"<w:settings {NAMESPACES}><w:zoom/></w:settings>"
        document = render_word(word_file(p(field), "{{ v }}", parts={"word/settings.xml": settings}), {"v": "x"})
        assert part_of(document, "word/settings.xml").find(f"{{{W}}}updateFields") is not None


class TestTemplates:
    def test_what_it_needs_is_known_headers_included(self) -> None:
        """docxtpl #538, docxtpl #391, docxtpl #274: which variables does it need, nested ones, and those of headers?"""
        body = ("{% for i in order.lines %}", "{{ i.price }}{% if i.note %}{{ i.note }}{% endif %}", "{% endfor %}")
        parts = {"word/header1.xml": p("{{ firm.name }}"), "word/footnotes.xml": p("{{ firm.tax['no 1'] }}")}
        needs = {each.path: each for each in compile_word(word_file(*body, parts=parts)).placeholders}
        assert {path for path, need in needs.items() if need.required and not path.endswith(("[]", "firm"))} >= {
            *("order.lines", "order.lines[].price", "firm.name", "firm.tax['no 1']"),
        }
        assert not needs["order.lines[].note"].required
        assert [occurrence.location.part for occurrence in needs["firm.name"].occurrences] == [Part.HEADER]

    @pytest.mark.parametrize(
        ("text", "code"),
        [("{{ v | upcase }}", "unknown-filter"), ("{{ v", "unclosed-tag"), ("{% if v %}x", "unclosed-block")],
    )
    def test_errors_of_a_template_have_a_place(self, text: str, code: str) -> None:
        """docxtpl #378, docxtpl #319, docxtpl #445: an error names a line of XML that nobody has seen."""
        file = word_file("a", tbl(tr("x", "y"), tr("x", tc("k", text))), parts={"word/header1.xml": p(text)})
        found = [finding for finding in compile_word(file).diagnostics if finding.severity == "error"]
        assert {(finding.code, str(finding.location)) for finding in found} == {
            (code, "body, table 1, row 2, cell 2, paragraph 2"),
            (code, "header 1, paragraph 1"),
        }
        assert all(finding.snippet for finding in found)

    def test_errors_of_a_render_have_a_place(self) -> None:
        """docxtpl #445: what fails with the data says which tag it was."""
        with pytest.raises(RenderFailedError) as caught:
            lines_made("a", tbl(tr("x", "{{ 1 / v }}")), v=0)
        (finding,) = caught.value.diagnostics
        assert str(finding.location) == "body, table 1, row 1, cell 2, paragraph 1"
        assert finding.snippet == "{{ 1 / v }}"

    @pytest.mark.parametrize(
        "tag",
        [
            "{{ v.__class__.__mro__[1].__subclasses__() }}",
            "{{ v['__class__'] }}",
            "{{ v | attr('__class__') }}",
            "{{ ''['__cla' ~ 'ss__'] }}",
            "{{ self.__init__.__globals__ }}",
            "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
            "{{ lipsum.__globals__ }}",
            "{{ '{0.__class__}'.format(v) }}",
            "{% for i in v.__dict__ %}x{% endfor %}",
            "{% include '/etc/hostname' %}",
        ],
    )
    def test_no_python_is_reached(self, tag: str) -> None:
        """docxtpl #632, docxtpl #549: a template runs any program on the server."""
        file = word_file(tag)
        if not errors_of(file):
            with pytest.raises(DiagnosedError):
                render_word(file, {"v": {"a": "b"}})
