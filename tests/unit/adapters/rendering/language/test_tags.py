"""Where tags begin and end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.rendering.language.tags import MAX_FINDINGS, TagFinding, TagSpan, find_tags


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
    ],
)
def test_tags_are_found(text: str, tags: list[str]) -> None:
    assert tags_of(text) == tags
    assert findings_of(text) == []


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("{{ name", [("{{ name", "unclosed-tag")]),
        ("{{name} and {{ other }}", [("{{name} and {{ other }}", "unclosed-tag")]),
        ("{% if x\nnext", [("{% if x", "unclosed-tag")]),
        ("{# comment", [("{# comment", "unclosed-tag")]),
        ("{ {name}} x", [("{ {name}}", "broken-tag")]),
        ("{name}} x", [("{name}}", "broken-tag")]),
        ("{ % if x % }", [("{ % if x % }", "broken-tag")]),
        ("{% raw %}{{ x }}", [("{% raw %}", "unclosed-block")]),
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
