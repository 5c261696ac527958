"""Blocks at the edges of fields: every field that begins in a document ends in it."""

import pytest

from tests.word_files import errors_of, lines_made, p, r, render_word, word_file
from tests.word_rules import assert_follows_word_rules


def mark(kind: str) -> str:
    """Write a mark of a field."""
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


BEGIN = mark("begin") + '<w:r><w:instrText> HYPERLINK \\l "n" </w:instrText></w:r>' + mark("separate")
END = mark("end")


@pytest.mark.parametrize(
    "body",
    [
        (r("a {% if x %}b "), BEGIN, r("link{% endif %}"), END, r(" c")),
        (r("a "), BEGIN, r("{% if x %}link"), END, r("{% endif %} c")),
        (r("a "), BEGIN, r("{% if x %}{% for i in v %}link"), END, r("{% endfor %}{% endif %} c")),
        (r("a {% if x %}{% for i in v %}"), BEGIN, r("link{% endfor %}{% endif %}"), END, r(" c")),
        (r("a {% if x %}"), BEGIN, BEGIN, r("link{% endif %}"), END, END, r(" c")),
        (r("a "), BEGIN, r("{% if x %}link{% endif %}"), END, r(" c")),
        (r("a "), BEGIN, r("{% if x %}li"), END, r("n"), BEGIN, r("k{% endif %}"), END, r(" c")),
    ],
)
def test_a_tag_at_the_edge_of_a_field_takes_the_field_along(body: tuple[str, ...]) -> None:
    file = word_file(p(*body))
    for x, wanted in ((True, "link"), (False, "")):
        document = render_word(file, {"x": x, "v": [1]})
        assert_follows_word_rules(document)
        (line,) = lines_made(p(*body), x=x, v=[1])
        assert line.replace("b ", "") == f"a {wanted} c"


@pytest.mark.parametrize(
    "body",
    [
        (p(r("{% if x %}b"), BEGIN, r("link{% endif %} goes on"), END),),
        (p(BEGIN, r("link {% if x %}goes"), END, r("on{% endif %}")),),
        (p(r("{% if x %}a"), BEGIN, r("b{% else %}c"), END, r("{% endif %}")),),
        (p(r("{% for i in v %}a"), BEGIN, r("{% if i %}{% break %}{% endif %}b"), END, r("{% endfor %}")),),
        (p("{% if x %}"), p(BEGIN), p("entry"), p("{% endif %}"), p(END)),
    ],
)
def test_a_block_that_cuts_a_field_is_refused_with_its_place(body: tuple[str, ...]) -> None:
    assert errors_of(word_file(*body)) == ["crossing-block"]
