"""Texts and findings on their way into the database."""

import pytest

from adapters.postgres.texts import from_json, is_storable, require_storable, storable, to_json
from domain.diagnostics import Diagnostic, Location, Part, Severity
from domain.errors import InvalidRequestError
from domain.placeholder import Occurrence, Placeholder, PlaceholderKind

FINDING = Diagnostic(Severity.ERROR, "odd", "Größe 💶", location=Location(Part.BODY, paragraph=3))


@pytest.mark.parametrize(("text", "what"), [("ab\0c", "a NUL character"), ("ab\udfffc", "half of a surrogate pair")])
def test_what_is_refused_is_named_with_its_place(text: str, what: str) -> None:
    with pytest.raises(InvalidRequestError, match=f"^name: holds {what} at position 3: remove it.$"):
        require_storable(locale=None, name=text)
    assert not is_storable(text)
    assert storable(text) == "ab\ufffdc"


def test_ordinary_text_passes() -> None:
    text = "Größe 💶\n\t\x01\uffff"
    require_storable(name=text)
    assert is_storable(text)
    assert storable(text) == text


def test_findings_are_read_as_they_were_written() -> None:
    assert from_json(to_json((FINDING,)), tuple[Diagnostic, ...]) == (FINDING,)


def test_half_a_surrogate_pair_does_not_lose_the_finding() -> None:
    odd = Diagnostic(Severity.ERROR, "odd", "a\ud800b\0c")
    (read,) = from_json(to_json((odd,)), tuple[Diagnostic, ...])
    assert read.message == "a?b\0c"


def test_placeholders_are_read_as_they_were_written() -> None:
    place = Occurrence(Location(Part.BODY, paragraph=3), "{{ a }}")
    facts = {"title": "Größe", "enum": ["a", 1, 1.5, True, None], "minimum": 2}
    declared = Placeholder("a['b c']", PlaceholderKind.CHOICE, True, (place,), None, declared=True, facts=facts)
    inner = Placeholder("o.x", PlaceholderKind.TEXT, False, required_with="o")
    assert from_json(to_json((declared, inner)), tuple[Placeholder, ...]) == (declared, inner)


def test_placeholders_of_an_earlier_version_can_still_be_read() -> None:
    written = '[{"path": "a", "kind": "text", "required": true, "occurrences": []}]'
    assert from_json(written, tuple[Placeholder, ...]) == (Placeholder("a", PlaceholderKind.TEXT, True),)
