"""Texts of the data that hold nothing to escape are printed without asking the writers; that must never show."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.rendering.docx.writers import PLAIN_WRITERS, make_writers
from adapters.rendering.engine import compile_template, render_template
from adapters.rendering.language.data import odd_texts
from adapters.rendering.text.template import text_writer
from domain.errors import LimitExceededError
from domain.formats import OutputFormat, TemplateFormat
from tests.builders import render_options
from tests.word_files import lines_of, render_word, tbl, tr, word_file

TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
VALUES = st.one_of(TEXTS, st.integers(), st.booleans(), st.none())
TEMPLATE = word_file(
    tbl(tr("{% for row in rows %}{{ row.a }}", "{{ row.b }}{% endfor %}")),
    "{% for row in rows %}{{ row.a }}{{ other }}{% endfor %}",
    "{{ other }}",
)


ODD = [
    *("a & b", "<b>", '"', "a\nb", "\x00", "\x7f", "\ufffe", "\uffff", "\\", '\\"', "\\\\&"),
    *("\\" * 150 + "<", "a" * 300 + '"' + "b" * 300 + "&&>"),
]
SEVERAL = st.lists(st.one_of(TEXTS, st.sampled_from(ODD)), max_size=6)


def json_of(texts: list[str], *, ascii_only: bool) -> bytes:
    # Long enough for some odd texts to be worth listing.
    return json.dumps({"texts": texts, "filler": "-" * 20_000}, ensure_ascii=ascii_only).encode()


@given(SEVERAL, st.booleans())
def test_writers_give_all_but_the_odd_texts_back_as_they_are(texts: list[str], ascii_only: bool) -> None:
    word = make_writers("w:")
    odd = odd_texts(json_of(texts, ascii_only=ascii_only))
    assert odd is not None
    for text in set(texts) - odd:
        assert [word[index](text) for index in PLAIN_WRITERS] == [text] * len(PLAIN_WRITERS)
        assert text_writer("\n")(text) == text


@pytest.mark.parametrize("text", ODD)
@pytest.mark.parametrize("ascii_only", [True, False])
def test_what_a_writer_would_change_is_odd(text: str, ascii_only: bool) -> None:
    assert odd_texts(json_of(["before", text, "behind"], ascii_only=ascii_only)) == {text}


def test_keys_may_be_odd_too() -> None:
    assert odd_texts(b'{"a&b": "c", "d": ["<", {"e": "f"}], "g": "a&b"}' + b" " * 9_000) == {"a&b", "<"}


@pytest.mark.parametrize("text", ["", "Ada Lovelace", "Zoë, 5.00 € — ok", "日本"])
def test_ordinary_texts_are_not_odd(text: str) -> None:
    assert odd_texts(json.dumps({"v": text}, ensure_ascii=False).encode()) == frozenset()


def test_many_odd_texts_are_not_listed() -> None:
    assert odd_texts(json.dumps(["&"] * 1_000).encode()) is None


@given(st.lists(st.fixed_dictionaries({"a": VALUES, "b": VALUES}), max_size=4), VALUES)
def test_a_document_does_not_depend_on_how_its_texts_are_told_apart(rows: list[dict[str, Any]], other: Any) -> None:
    data = {"rows": rows, "other": other}
    listed = render_word(TEMPLATE, {**data, "unused": "<&>" + "-" * 20_000})
    assert render_word(TEMPLATE, data) == listed == render_word(TEMPLATE, {**data, "unused": ["<&>"] * 100})


def test_a_long_table_with_one_value_that_breaks_out_of_its_run() -> None:
    file = word_file(tbl(tr("{% for row in rows %}{{ row.a }}", "{{ row.b }}{% endfor %}")))
    rows = [{"a": f"a{number}", "b": f"b{number}"} for number in range(2_000)]
    plain = lines_of(render_word(file, {"rows": rows}))
    rows[1_900]["b"] = "one\atwo"
    broken = lines_of(render_word(file, {"rows": rows}))
    assert [line for line in broken if line not in plain] == ["| a1900 | one/two |"]
    assert len(broken) == len(plain) == 2_000


def test_numbers_that_print_longer_than_they_are_written_are_paid_for() -> None:
    compiled = compile_template(TemplateFormat.TEXT, b"{% for x in xs %}{{ x }}{% endfor %}")
    data = b'{"xs": [' + b",".join([b"1e900"] * 250_000) + b"]}"
    with pytest.raises(LimitExceededError, match="larger than 50,000,000 bytes"):
        render_template(compiled, data, render_options(output=OutputFormat.TEXT))
