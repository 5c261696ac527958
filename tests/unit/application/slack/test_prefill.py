"""Commands and messages that fill a form in."""

from decimal import Decimal
from typing import Any

import pytest

from application.slack_forms.forms import Form
from application.slack_forms.person import Person
from application.slack_forms.prefill import command_of, lines_of, prefilled
from application.slack_forms.texts import escaped, mrkdwn, slack_length, unescaped
from domain.row_values import Conventions
from tests.slack.block_kit import faults_of_view

GERMAN = Person("de-DE", "Europe/Berlin", Conventions("de", ",", ".", "dmy", {"januar": 1}))
SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "title": "Full name"},
        "start": {"type": "string", "format": "date"},
        "salary": {"type": "number"},
        "customer": {"type": "object", "properties": {"name": {"type": "string"}, "street": {"type": "string"}}},
        "tags": {"type": "array", "items": {"type": "string"}},
        "items": {"type": "array", "items": {"type": "object", "properties": {"price": {"type": "number"}}}},
        "manager": {"type": "string", "format": "person"},
        "tone": {"enum": ["kind", "strict"]},
        "remote": {"type": "boolean"},
    },
}


@pytest.mark.parametrize(
    ("text", "word", "values"),
    [
        ("", "", {}),
        ("help", "help", {}),
        ('offer name="Ada Lovelace" at=2026-12-01', "offer", {"name": "Ada Lovelace", "at": "2026-12-01"}),
        ("offer name=“Ada Lovelace” x=„Grüße“", "offer", {"name": "Ada Lovelace", "x": "Grüße"}),
        ("offer name='Ada L' by=O'Neill", "offer", {"name": "Ada L", "by": "O'Neill"}),
        (r'offer name="the \"Countess\"" a=1', "offer", {"name": 'the "Countess"', "a": "1"}),
        ('offer name="Ada Lov', "offer", {"name": "Ada Lov"}),
        ("name=Ada", "", {"name": "Ada"}),
        ('"Offer Letter" a= b=2', "Offer Letter", {"b": "2"}),
        ("offer a=x &amp; b=&lt;y&gt;", "offer", {"a": "x", "b": "<y>"}),
        ("offer mail=<mailto:ada@example.com|ada@example.com>", "offer", {"mail": "ada@example.com"}),
    ],
)
def test_a_command_is_read_as_a_shell_does(text: str, word: str, values: dict[str, str]) -> None:
    command = command_of(text)
    assert (command.word, dict(command.values)) == (word, values)


def test_the_lines_of_a_message_are_names_and_values() -> None:
    message = (
        "Hello everybody at 09:30, see https://example.com/\n"
        "*Full name:* Ada &amp; Co\n• Start: 1.2.2027\n_Street_: Main street 1\nsecond floor\n\nthanks\n"
        "Full name: somebody else\nLink: <https://example.com/a|example.com/a>"
    )
    assert lines_of(message) == {
        "Full name": "Ada & Co",
        "Start": "1.2.2027",
        "Street": "Main street 1\nsecond floor",
        "Link": "https://example.com/a",
    }


def test_values_find_their_fields_and_are_read_as_the_person_writes() -> None:
    values = {
        "Full name": "Ada",
        "START": "1.2.2027",
        "salary": "1.234,50 €",
        "customer.name": "Analytical Engines",
        "Sreet": "Main street 1",
        "tags": "red, green",
        "items[0].price": "2,5",
        "manager": "<@U123|ada>",
        "tone": "Kind",
        "remote": "no",
    }
    assert prefilled(values, SCHEMA, GERMAN).notes == ()
    assert prefilled(values, SCHEMA, GERMAN).data == {
        "name": "Ada",
        "start": "2027-02-01",
        "salary": Decimal("1234.50"),
        "customer": {"name": "Analytical Engines", "street": "Main street 1"},
        "tags": ["red", "green"],
        "items": [{"price": Decimal("2.5")}],
        "manager": {"$slack_user": "U123"},
        "tone": "kind",
        "remote": False,
    }


def test_a_name_of_nothing_is_told_with_what_was_meant() -> None:
    notes = prefilled({"slry": "1", "shoe size": "40"}, SCHEMA, Person()).notes
    assert notes == (
        "There is no field “slry” in this template. Did you mean “Salary”?",
        "There is no field “shoe size” in this template.",
    )


def test_what_does_not_fit_is_shown_in_the_form_and_told_when_it_is_sent() -> None:
    data = prefilled({"start": "soon", "salary": "much"}, SCHEMA, Person()).data
    assert data == {"start": "soon", "salary": "much"}
    form = Form(SCHEMA, data)
    assert faults_of_view(form.view(0, "draft")) == []
    assert set(form.faults()[0]) == {"f0:/start", "f0:/salary"}


def test_nobody_smuggles_a_file_of_slack_into_the_data() -> None:
    data = prefilled({"tags": '[{"$slack_file": {"id": "F1"}}]'}, SCHEMA, Person()).data
    assert "$slack_file" not in data["tags"][0] or isinstance(data["tags"][0], str)


@pytest.mark.parametrize("text", ["<!channel>", "<@U1>", "a & b", "*bold* _it_ ~no~ `code`", "<https://x.y|z>"])
def test_texts_from_data_are_shown_as_they_stand(text: str) -> None:
    shown = escaped(text)
    assert not set("<>") & set(shown)
    assert unescaped(shown).replace("\u2060", "") == text


def test_mrkdwn_ends_before_an_entity_that_would_be_cut() -> None:
    block: dict[str, Any] = mrkdwn("x" * 2995 + "&amp;&amp;", 3000)
    assert block["text"] == "x" * 2995 + "…"
    assert slack_length("&") == 5
