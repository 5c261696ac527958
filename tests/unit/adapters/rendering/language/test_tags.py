"""Where tags begin and end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.rendering.language.tags import MAX_FINDINGS, TagFinding, TagSpan, find_foreign, find_tags


def tags_of(text: str) -> list[str]:
    return [text[found.start : found.end] for found in find_tags(text) if isinstance(found, TagSpan)]


def findings_of(text: str) -> list[tuple[str, str]]:
    return [(text[f.start : f.end], f.code) for f in find_tags(text) if isinstance(f, TagFinding)]


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("no tags, { one } brace }}", []),
        ("a {{ x }} b {% if y %}{# z #}", ["{{ x }}", "{% if y %}", "{# z #}"]),
        ('{{ "}}" }}', ['{{ "}}" }}']),
        ("{{ '\\'}}' }}", ["{{ '\\'}}' }}"]),
        ("{% if a == '%}' %}", ["{% if a == '%}' %}"]),
        ("{{ {'a': {'b': 1}} }}", ["{{ {'a': {'b': 1}} }}"]),
        ("{{ {'a': {}}}}", ["{{ {'a': {}}}}"]),
        ("{# {{ not a tag }} #}", ["{# {{ not a tag }} #}"]),
        ("{% raw %}{{ x }}{% endraw %}{{ y }}", ["{% raw %}", "{% endraw %}", "{{ y }}"]),
        ("{{ 'open }}", ["{{ 'open }}"]),
        ("{{ a\n}}", ["{{ a\n}}"]),
        ('{"a": {{ a }}}, {\n"b": {{ b }}}', ["{{ a }}", "{{ b }}"]),
    ],
)
def test_tags_are_found(text: str, tags: list[str]) -> None:
    assert tags_of(text) == tags
    assert findings_of(text) == []


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("{{ name", [("{{ name", "unclosed-tag")]),
        ("{{name} and {{ other }}", [("{{name}", "unclosed-tag")]),
        ("{% if x\nnext", [("{% if x", "unclosed-tag")]),
        ("{# comment", [("{# comment", "unclosed-tag")]),
        ("{ {name}} x", [("{ {name}}", "broken-tag")]),
        ("{name}} x", [("{name}}", "broken-tag")]),
        ("{ % if x % }", [("{ % if x % }", "broken-tag")]),
        ("{% raw %}{{ x }}", [("{% raw %}", "unclosed-block")]),
        ("{{ name }}} x", [("{{ name }}}", "broken-tag")]),
        ("{ {{ a }} } {{ b }}}", [("{{ b }}}", "broken-tag")]),
        ("a {% endraw %}", [("{% endraw %}", "stray-tag")]),
    ],
)
def test_broken_tags_are_reported_with_their_place(text: str, findings: list[tuple[str, str]]) -> None:
    assert findings_of(text) == findings


def test_a_tag_after_an_unclosed_one_is_still_found() -> None:
    assert tags_of("{{ name and {{ other }}") == ["{{ other }}"]


def test_findings_are_bounded() -> None:
    assert len(find_tags("{{ " * 100_000)) == MAX_FINDINGS


@given(st.text(alphabet="{}%#'\"\\ ax\n", max_size=60))
def test_spans_lie_in_order_and_do_not_overlap(text: str) -> None:
    end = 0
    for found in find_tags(text):
        if isinstance(found, TagSpan):
            assert end <= found.start < found.end <= len(text)
            assert text.startswith(found.kind, found.start)
            end = found.end


@pytest.mark.parametrize(
    ("text", "said", "mended"),
    [
        ("Dear {{ name }, hi", "ends with a single brace, and needs two.", "{{ name }}"),
        ("{{ name } }", "ends with braces that a space parts.", "{{ name }}"),
        ("{{name]}", "ends with ]}, and needs }}.", "{{ name }}"),
        ("{{ name %}", "ends with %}, and needs }}.", "{{ name }}"),
        ("{% if x }", "ends with a brace alone, and needs %}.", "{% if x %}"),
        ("{% if x }}", "ends with }}, and needs %}.", "{% if x %}"),
        ("{% if x % }", "ends with a space between % and }.", "{% if x %}"),
        ("{# note # }", "ends with a space between # and }.", "{# note #}"),
        ("{% for x in items } {{ x }}", "ends with a brace alone, and needs %}.", "{% for x in items %}"),
    ],
)
def test_the_end_that_was_meant_is_named_and_mended(text: str, said: str, mended: str) -> None:
    found = next(each for each in find_tags(text) if isinstance(each, TagFinding))
    assert found.code == "unclosed-tag"
    assert found.message.endswith(said)
    assert found.suggestion == f"Write {mended}."


def test_a_section_of_another_program_is_no_forgotten_comment() -> None:
    found = find_tags("{#items} {name} {/items}")[0]
    assert isinstance(found, TagFinding)
    assert (found.code, found.start, found.end) == ("unclosed-tag", 0, 8)
    assert "{% for item in items %}" in found.suggestion


@pytest.mark.parametrize(
    "words", ["{name}", "{customer.name}", "[[name]]", "[[ customer.name ]]", "<<name>>", "<%= name %>", "{/items}"]
)
def test_placeholders_of_other_programs_are_pointed_out(words: str) -> None:
    text = f"Dear {words}, {{{{ name }}}}"
    found = find_foreign(text, find_tags(text))
    assert [(text[each.start : each.end], each.code) for each in found] == [(words, "foreign-placeholder")]
    assert found[0].suggestion.startswith("Write {{ ")


@pytest.mark.parametrize(
    "text",
    [
        "{{ {name} }}",
        "{% if a[[b]] %}",
        "\\textbf{name}",
        "/users/{id}",
        "{1} { name } {a b} {}",
        "{'a': {'b': 1}}",
        "a << b >> c",
        "[[Two words]] [1][2]",
        "{{ a }}{{ b }}",
    ],
)
def test_other_braces_and_brackets_are_left_in_peace(text: str) -> None:
    assert find_foreign(text, find_tags(text)) == []


@given(st.text(alphabet="{}%#[]<>/ ax\n", max_size=60))
def test_what_is_foreign_lies_outside_of_tags(text: str) -> None:
    tags = find_tags(text)
    for found in find_foreign(text, tags):
        assert all(tag.end <= found.start or found.end <= tag.start for tag in tags)
