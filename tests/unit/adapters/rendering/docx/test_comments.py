"""Comments that run over several paragraphs, as in Jinja over several lines; other tags stand in one paragraph."""

import pytest

from tests.docxtpl_oracle import oracle_file, outlines
from tests.word_files import (
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


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (["a", "{# one", "two {{ x }} {% if %}", "three #}", "z"], ["a", "z"]),
        (["a", "{#p one", "two #}", "z"], ["a", "z"]),
        (["a {# one", "two #} b {# three", "four #}{{ v }}", "z"], ["a  b V", "z"]),
        (["a {# one", tbl(tr("{{ x }}", "{%tr for %}")), "two #} z"], ["a  z"]),
        ([tbl(tr(tc("{# one", "two #}"), "b")), "z"], ["|  | b |", "z"]),
        (["{% for i in l %}", "{# one", "{% endfor %}", "#}", "{{ i }}", "{% endfor %}"], ["1", "2"]),
        (['{{ "{#" }} a', "#} b"], ["{# a", "#} b"]),
        (["{% raw %}{# a", "#}{% endraw %} b"], ["{# a", "#} b"]),
    ],
)
def test_what_stands_in_it_is_not_there(body: list[str], wanted: list[str]) -> None:
    assert lines_made(*body, v="V", l=[1, 2]) == wanted


def test_it_is_as_in_python_docx_template() -> None:
    ours, theirs = outlines(oracle_file("a {# one", "two", "three #} b", "{#p four", "five #}", "z"), {})
    assert ours == theirs


def test_what_stands_around_it_keeps_its_formatting() -> None:
    body = (p(r("a {# one", "<w:b/>")), p("two #}", r(" z", "<w:i/>")))
    runs = list(part_of(render_word(word_file(*body, "{{ v }}"), {"v": ""})).iter(f"{{{W}}}r"))
    looks = [(run.find(f"{{{W}}}rPr")[0].tag.rpartition("}")[2], "".join(run.itertext())) for run in runs[:2]]
    assert looks == [("b", "a "), ("i", " z")]


def test_ends_of_bookmarks_in_it_stay() -> None:
    start, end = '<w:bookmarkStart w:id="1" w:name="m"/>', '<w:bookmarkEnd w:id="1"/>'
    document = render_word(word_file(p("a", start), "{# one", p("two", end), "three #}", "{{ v }}"), {"v": "z"})
    assert_follows_word_rules(document)
    assert len(list(part_of(document).iter(f"{{{W}}}bookmarkEnd"))) == 1
    assert lines_of(document) == ["a", "z"]


def test_it_may_declare_data() -> None:
    compiled = compile_word(word_file("{#", '@field v: integer "Number"', "@field w: date", "#}", "{{ v }} {{ w }}"))
    assert [(each.path, str(each.kind), each.declared) for each in compiled.placeholders] == [
        ("v", "integer", True),
        ("w", "date", True),
    ]
    assert str(compiled.placeholders[0].occurrences[0].location) == "body, paragraph 5"


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        (["a {# one", "two"], ["unclosed-tag"]),
        (["{# one", "{# two", "{# three"], ["unclosed-tag"] * 3),
        (["a {# one", p("two", properties="<w:sectPr/>"), "three #}"], ["tag-over-paragraphs"]),
        ([tbl(tr("{# one", "two #}")), "z"], ["tag-over-cells"]),
    ],
)
def test_a_comment_without_an_end_or_over_the_end_of_a_section_or_a_cell(body: list[str], codes: list[str]) -> None:
    assert errors_of(word_file(*body)) == codes
