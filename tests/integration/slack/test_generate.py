"""From a command to a document, with the real service, a real database and real documents."""

from tests.integration.slack.desk import Desk
from tests.integration.support.fake_slack import CHANNEL


def test_a_command_opens_the_menu_then_the_form_and_the_document_comes_into_the_channel(desk: Desk) -> None:
    slack, before = desk.slack, set(desk.slack.views)
    response = desk.command("")
    assert (response.status_code, response.content) == (200, b"")
    picker = slack.shown("docgen_pick")
    assert picker is not None
    items = desk.options(picker, "offer")
    assert [item["text"]["text"] for item in items] == ["offer-letter"]
    desk.interact(
        slack.in_view(picker, {"action_id": "pick:template", "block_id": "pick", "selected_option": items[0]})
    )
    form = desk.new_form(before - {picker["id"]})
    assert form["id"] == picker["id"]
    known, messages = {file.id for file in slack.shared()}, len(slack.messages)
    response = desk.submit(form, {"Name": "Ada", "Salary": "100"})
    assert response.json() == {"response_action": "clear"}
    file, message = desk.delivered(known, messages)
    assert file.content == b"Dear Ada,\n\nyour salary is 100.\n"
    assert file.shares == [(CHANNEL, None)]
    assert message["channel"] == CHANNEL
    assert "is ready" in message["text"]
