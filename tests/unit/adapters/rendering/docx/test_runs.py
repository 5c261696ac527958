"""Tags work however Word has cut them into runs, and take the formatting of their first character."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.word_files import W, errors_of, lines_made, lines_of, p, part_of, r, render_word, word_file

DATA = {"customer": {"name": "Ada & Co"}, "paid": True, "items": [{"name": "a"}, {"name": "b"}]}
TAGS = (
    "Dear {{ customer.name }}, ",
    "{% if paid %}thank you{% else %}please pay{% endif %}: ",
    "{% for item in items %}{{ item.name }};{% endfor %}",
    "{# nothing #}{{ 'a }} b' }}{{ \"c %} d\" }}",
)
TEXT = "".join(TAGS)
WANTED = "Dear Ada & Co, thank you: a;b;a }} bc %} d"
NOISE = (
    "",
    '<w:proofErr w:type="spellStart"/>',
    '<w:bookmarkStart w:id="0" w:name="here"/><w:bookmarkEnd w:id="0"/>',
    "<w:r><w:lastRenderedPageBreak/></w:r>",
    '<w:del w:id="9" w:author="x"><w:r><w:delText>{{ old }}</w:delText></w:r></w:del>',
)


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def wrapped(kind: str, run: str) -> str:
    """Put a run into what Word puts runs into."""
    around = {
        "run": run,
        "hyperlink": f'<w:hyperlink w:anchor="here">{run}</w:hyperlink>',
        "inserted": f'<w:ins w:id="8" w:author="x">{run}</w:ins>',
        "smart tag": f'<w:smartTag w:element="place">{run}</w:smartTag>',
    }
    return around[kind]


@given(
    cuts=st.sets(st.integers(1, len(TEXT) - 1)),
    noise=st.lists(st.sampled_from(NOISE), min_size=1, max_size=5),
    kinds=st.lists(st.sampled_from(("run", "run", "hyperlink", "inserted", "smart tag")), min_size=1, max_size=5),
)
def test_any_cut_into_runs_gives_the_same_text(cuts: set[int], noise: list[str], kinds: list[str]) -> None:
    edges = [0, *sorted(cuts), len(TEXT)]
    pieces = [TEXT[start:end] for start, end in pairwise(edges)]
    runs = [
        wrapped(kinds[index % len(kinds)], r(escaped(piece), "<w:b/>" if index % 2 else "<w:i/>"))
        + noise[index % len(noise)]
        for index, piece in enumerate(pieces)
    ]
    assert lines_of(render_word(word_file(f"<w:p>{''.join(runs)}</w:p>"), DATA)) == [WANTED]


@pytest.mark.parametrize("position", range(1, len("{{ customer.name }}")))
def test_a_tag_takes_the_formatting_of_its_first_character(position: int) -> None:
    tag = "{{ customer.name }}"
    document = render_word(word_file(p(r(tag[:position], "<w:b/>"), r(tag[position:] + " end", "<w:i/>"))), DATA)
    runs = list(part_of(document).iter(f"{{{W}}}r"))
    assert ["".join(run.itertext()) for run in runs] == ["Ada & Co", " end"]
    assert runs[0].find(f".//{{{W}}}b") is not None
    assert runs[1].find(f".//{{{W}}}i") is not None


@pytest.mark.parametrize(
    "tag",
    [
        "{{ name | default(\u201cnobody\u201d) }}",
        "{{ name | default(\u2018nobody\u2019) }}",
        "{{ name | default(\u201enobody\u201c) }}",
        "{{\u00a0name\u00a0|\u202fdefault('nobody')\u00a0}}",
    ],
    ids=["double", "single", "German", "no-break spaces"],
)
def test_quotes_and_spaces_that_word_put_in_are_plain_again(tag: str) -> None:
    assert lines_made(tag) == ["nobody"]


@pytest.mark.parametrize("unseen", ["\u00ad", "\u200b", "\u200e", "\u200f", "\u202b", "\u2060", "\u2066", "\ufeff"])
def test_characters_without_width_count_in_literals_alone(unseen: str) -> None:
    tag = "{{ na%sme%s ~ 'a%sb' }}{%%%s if name%s %%}!{%% endif %%}".replace("%s", unseen).replace("%%", "%")
    assert lines_made(tag + unseen, name="x") == [f"xa{unseen}b!{unseen}"]


@pytest.mark.parametrize(
    ("literal", "wanted"),
    [
        ("'it\u2019s'", "it\u2019s"),
        ("\u201cit's\u201d", "it's"),
        ("\u2018it\u2019s\u2019", "it\u2019s"),
        ("'a\u00a0b'", "a\u00a0b"),
    ],
)
def test_what_stands_in_a_string_stays(literal: str, wanted: str) -> None:
    assert lines_made("{{ name | default(" + literal + ") }}") == [wanted]


def test_text_outside_of_tags_keeps_its_quotes() -> None:
    assert lines_made("\u201c{{ 'x' }}\u201d\u00a0and") == ["\u201cx\u201d\u00a0and"]


def test_tabs_and_breaks_within_a_tag_go_and_those_beside_it_stay() -> None:
    body = "<w:p><w:r><w:t>a{{</w:t><w:tab/><w:t>'x'</w:t><w:br/><w:t>}}</w:t><w:tab/><w:t>b</w:t></w:r></w:p>"
    assert lines_made(body) == ["ax\tb"]


def test_moved_away_text_is_not_there() -> None:
    moved = f'<w:moveFrom w:id="1" w:author="x">{r("{{ gone }}")}</w:moveFrom>'
    assert errors_of(word_file(f"<w:p>{moved}{r('{{ here }}')}</w:p>")) == []


def test_raw_text_is_no_tag() -> None:
    assert lines_made("{% raw %}{{ a }}{% endraw %}{{ 'b' }}") == ["{{ a }}b"]


def test_raw_text_is_no_tag_in_a_part_without_any_other() -> None:
    assert lines_made(p("{% raw %}{{ v }}{% endraw %}")) == ["{{ v }}"]


def test_escaped_braces_are_printed_as_braces() -> None:
    assert lines_made("Write {_{ name }_} or {_% if x %_}.") == ["Write {{ name }} or {% if x %}."]


def test_spaces_beside_a_value_are_kept() -> None:
    body = "<w:p><w:r><w:t>{{ 'a' }} {{ 'b' }}</w:t></w:r></w:p>"
    assert lines_made(body) == ["a b"]


def test_minus_takes_the_spaces_beside_a_value() -> None:
    assert lines_made("a  {{- 'b' -}}  c") == ["abc"]
