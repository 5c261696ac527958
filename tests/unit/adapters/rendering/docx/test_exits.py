"""{% break %} and {% continue %} in documents: whatever they leave out, the document is whole."""

import pytest

from tests.word_files import errors_of, lines_of, p, r, render_word, tbl, tc, tr, word_file
from tests.word_rules import assert_follows_word_rules

BREAK = "{% if i == 2 %}{% break %}{% endif %}"
CONTINUE = BREAK.replace("break", "continue")
LOOP = "{% for i in v %}", "{% endfor %}"


def made(*body: str) -> list[str]:
    """Render a template of these blocks, and say what a reader sees."""
    document = render_word(word_file(*body), {"v": [1, 2, 3]})
    assert_follows_word_rules(document)
    return lines_of(document)


def test_between_paragraphs() -> None:
    assert made(LOOP[0], BREAK, "{{ i }}", LOOP[1], "end") == ["1", "end"]
    assert made(LOOP[0], "{% if i == 2 %}", "{% continue %}", "{% endif %}", "{{ i }}", LOOP[1], "end") == [
        "1",
        "3",
        "end",
    ]


def test_within_a_paragraph_whatever_its_runs() -> None:
    assert made(p(f"{LOOP[0]}{CONTINUE}{{{{ i }}}}, {LOOP[1]}end")) == ["1, 3, end"]
    assert made(p(LOOP[0], r(f"{{{{ i }}}}{BREAK}", "<w:b/>"), ", ", LOOP[1], "end")) == ["1, 2end"]
    cut = p(LOOP[0], "{{ i }}", "{% if i == 2 %}", r("{% break %}", "<w:b/>"), "{% endif %}", ", ", LOOP[1], "end")
    assert made(cut) == ["1, 2end"]


def test_between_rows() -> None:
    rows = tr("{%tr for i in v %}"), tr("{%tr if i == 2 %}"), tr("{%tr break %}"), tr("{%tr endif %}")
    assert made(tbl(*rows, tr("{{ i }}", "x"), tr("{%tr endfor %}")), "end") == ["| 1 | x |", "end"]


@pytest.mark.parametrize(
    "body",
    [
        (LOOP[0], f"a {BREAK} b", LOOP[1]),
        (tbl(tr("{% for i in v %}{{ i }}", f"a{BREAK}{{% endfor %}}")),),
        (tbl(tr("{%tr for i in v %}"), tr(tc(p("a"), p(BREAK), p("b"))), tr("{%tr endfor %}")),),
    ],
)
def test_in_the_middle_of_what_a_loop_repeats_they_are_refused(body: tuple[str, ...]) -> None:
    assert errors_of(word_file(*body, "end")) == ["crossing-block"]
