"""Forms with files: rows of a list from a table, a picture, and names that a command gets wrong."""

from typing import Any

import pytest

from tests.integration.http.conftest import register
from tests.integration.slack.desk import Desk, labels
from tests.slack.person import untouched

Json = dict[str, Any]

OFFER = """{# @field manager: person "Manager" #}Offer for {{ customer }} by {{ manager }}:
{% for item in items %}{{ item.what }} {{ item.price | number(2) }}
{% endfor %}"""


@pytest.fixture(scope="module")
def offers(desk: Desk) -> Desk:
    """A template with rows."""
    register(desk.client, OFFER, name="offer.txt", slug="offer")
    return desk


def _table(desk: Desk, view: Json, content: str) -> Json:
    file = desk.slack.uploaded("rows.csv", content.encode())
    manager = {"value": {"type": "users_select", "selected_user": "U0ADA"}}
    state = {labels(view)["Items: rows from a file"]: {"value": {"type": "file_input", "files": [file]}}}
    return {**state, labels(view)["Manager"]: manager}


def test_rows_come_from_a_file_and_a_person_becomes_a_name(offers: Desk) -> None:
    known, messages = {file.id for file in offers.slack.shared()}, len(offers.slack.messages)
    view = offers.form("offer customer=Acme")
    # The first row, which nobody fills in, is the file's affair.
    removed = _press(offers, view, "remove", "/items/0")
    response = offers.submit(removed, {}, **_table(offers, removed, "what,price\nEngine,1200.5\nOil,3\n"))
    assert response.json() == {"response_action": "clear"}
    file, _ = offers.delivered(known, messages)
    assert file.content == b"Offer for Acme by Ada Lovelace:\nEngine 1,200.50\nOil 3.00\n"


def test_a_row_that_does_not_fit_is_told_with_its_number(offers: Desk) -> None:
    view = offers.form("offer customer=Acme")
    removed = _press(offers, view, "remove", "/items/0")
    offers.submit(removed, {}, **_table(offers, removed, "what,price\nEngine,\n"))
    said = offers.slack.wait_for(lambda: next((each for each in offers.slack.said() if "rows.csv" in each), None))
    assert "row 2" in said
    assert "price" in said


def test_a_table_cannot_have_files_of_others_read(offers: Desk) -> None:
    other = offers.slack.uploaded("secret.txt", b"nobody's business")
    template = "{% for item in items %}{% for key, value in item.more.items() %}{{ value }}{% endfor %}{% endfor %}"
    register(offers.client, template, name="greedy.txt", slug="greedy")
    view = _press(offers, offers.form("greedy"), "remove", "/items/0")
    cell = '{""$slack_file"": {""id"": ""' + other["id"] + '"", ""as"": ""text_file"", ""name"": ""x""}}'
    file = offers.slack.uploaded("marks.csv", f'more\n"{cell}"\n'.encode())
    state = {labels(view)["Items: rows from a file"]: {"value": {"type": "file_input", "files": [file]}}}
    offers.submit(view, {}, **state)
    said = offers.slack.wait_for(lambda: next((each for each in offers.slack.said() if "marks.csv" in each), None))
    assert "$slack" in said
    assert not [call for call in offers.slack.called("files.info") if call.arguments["file"] == other["id"]]


def test_a_name_that_a_command_gets_wrong_is_told_in_the_form(offers: Desk) -> None:
    view = offers.form("offer custmer=Acme shoe=1")
    assert "“shoe”" in view["blocks"][0]["text"]["text"]
    customer = next(each for each in view["blocks"] if each.get("block_id") == labels(view)["Customer"])
    assert customer["element"]["initial_value"] == "Acme"


def _press(desk: Desk, view: Json, verb: str, key: str) -> Json:
    """Press a button of a form, and return the view that comes in its place."""
    filled = {**view, "state": {"values": untouched(view)}}
    desk.interact(desk.slack.in_view(filled, {"action_id": f"form:press:{verb}", "value": key}))
    changed: Json = desk.slack.wait_for(
        lambda: next(
            (each for each in desk.slack.views.values() if each["id"] == view["id"] and each["hash"] != view["hash"]),
            None,
        )
    )
    return changed
