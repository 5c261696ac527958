"""From a command to a document, with the real service, a real database and real documents."""

from io import BytesIO
from typing import Any

from docx import Document

from tests.integration.http.conftest import register
from tests.integration.slack.desk import Desk, labels
from tests.integration.support.fake_slack import CHANNEL, USER
from tests.slack.person import untouched


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


def test_wrong_input_is_said_under_its_field_in_the_language_of_the_person(desk: Desk) -> None:
    desk.slack.users["U0GRETE"] = {"id": "U0GRETE", "real_name": "Grete", "locale": "de-DE", "tz": "Europe/Berlin"}
    form = desk.form('offer-letter name="Ada"', user_id="U0GRETE")
    fields = labels(form)
    values = {**untouched(form), fields["Salary"]: {"value": {"type": "plain_text_input", "value": None}}}
    payload = desk.slack.interaction("view_submission", view={**form, "state": {"values": values}})
    payload["user"]["id"] = "U0GRETE"
    answer = desk.interact(payload).json()
    assert answer == {"response_action": "errors", "errors": {fields["Salary"]: "Bitte ausfüllen."}}


def test_a_form_is_filled_in_by_the_person_who_has_opened_it(desk: Desk) -> None:
    form = desk.form()
    payload = desk.slack.interaction("view_submission", view={**form, "state": {"values": untouched(form)}})
    payload["user"]["id"] = "U0OTHER"
    assert "no longer there" in str(desk.interact(payload).json())


def test_a_message_becomes_a_document_in_its_thread(desk: Desk) -> None:
    slack, before = desk.slack, set(desk.slack.views)
    message = {"type": "message", "ts": "1700000000.000100", "text": "Hello!\n*Name:* Grace &amp; Co\nSalary: 42"}
    shortcut = slack.interaction(
        "message_action",
        callback_id="docgen_from_message",
        channel={"id": CHANNEL, "name": "general"},
        message=message,
        message_ts=message["ts"],
        response_url=slack.response_url(),
    )
    assert desk.interact(shortcut).content == b""
    picker = slack.shown("docgen_pick")
    assert picker is not None
    items = desk.options(picker, "offer")
    desk.interact(slack.in_view(picker, {"action_id": "pick:template", "selected_option": items[0]}))
    form = desk.new_form(before)
    known, messages = {file.id for file in slack.shared()}, len(slack.messages)
    assert desk.submit(form, {}).json() == {"response_action": "clear"}
    file, told = desk.delivered(known, messages)
    assert file.content == b"Dear Grace & Co,\n\nyour salary is 42.\n"
    assert file.shares == [(CHANNEL, message["ts"])]
    assert told["thread_ts"] == message["ts"]


def chosen(form: dict[str, Any], block_id: str, value: str) -> dict[str, Any]:
    """Return the state of a menu in which another item was chosen."""
    block = next(block for block in form["blocks"] if block.get("block_id") == block_id)
    option = next(each for each in block["element"]["options"] if each["value"] == value)
    return {block_id: {"value": {"type": "static_select", "selected_option": option}}}


def test_a_document_goes_where_the_person_wants_it(desk: Desk) -> None:
    slack = desk.slack
    slack.members.add("C0TEAM")
    to_me = chosen(desk.form(), "deliver:target", "me")
    elsewhere = {"deliver:channel": {"value": {"type": "conversations_select", "selected_conversation": "C0TEAM"}}}
    for state, place in ((to_me, f"D{USER}"), (elsewhere, "C0TEAM")):
        known, messages = {file.id for file in slack.shared()}, len(slack.messages)
        form = desk.form('offer-letter name="Ada" salary=7')
        assert desk.submit(form, {}, **state).json() == {"response_action": "clear"}
        file, told = desk.delivered(known, messages)
        assert file.shares == [(place, None)]
        assert told["channel"] == place


def test_a_document_is_made_again_edited_and_in_another_format(desk: Desk) -> None:
    register(desk.client, "# Dear {{ name }}\n", name="note.md", slug="note")
    slack = desk.slack
    file, message = desk.document('note name="Ada"')
    assert (file.name, file.content) == ("note.md", b"# Dear Ada\n")
    for action, name, content in (
        ("document:again", "note.md", b"# Dear Ada\n"),
        ("document:as:html", "note.html", b"<h1>Dear Ada</h1>"),
        ("document:as:docx", "note.docx", b"PK"),
    ):
        known, messages = {each.id for each in slack.shared()}, len(slack.messages)
        desk.click(message, action)
        made, _ = desk.delivered(known, messages)
        assert made.name == name
        assert content in (made.content or b"")
    views, known, messages = set(slack.views), {each.id for each in slack.shared()}, len(slack.messages)
    desk.click(message, "document:edit")
    form = desk.new_form(views)
    desk.submit(form, {"Name": "Grace"})
    made, _ = desk.delivered(known, messages)
    assert made.content == b"# Dear Grace\n"


def test_a_word_document_is_a_word_document(desk: Desk) -> None:
    template = Document()
    template.add_paragraph("Dear {{ name }},")
    content = BytesIO()
    template.save(content)
    register(desk.client, content.getvalue(), name="letter.docx", slug="letter")
    file, _ = desk.document('letter name="Ada Lovelace"')
    assert file.name == "letter.docx"
    made = Document(BytesIO(file.content or b""))
    assert [paragraph.text for paragraph in made.paragraphs] == ["Dear Ada Lovelace,"]


def test_status_and_list_are_said_to_the_person_alone(desk: Desk) -> None:
    desk.document()
    before = len(desk.slack.messages)
    for word, words in (("list", "(`offer-letter`)"), ("status", ": delivered (<!date^")):
        desk.command(word)
        desk.slack.wait_for(lambda words=words: any(words in text for text in desk.slack.said()))
    assert len(desk.slack.messages) == before


def test_only_published_templates_of_the_workspace_are_offered(desk: Desk) -> None:
    draft = {"files": {"file": ("draft.txt", b"{{ x }}")}, "data": {"slug": "unpublished"}}
    assert desk.client.post("/v1/templates", **draft).status_code == 201
    desk.command("")
    picker = desk.slack.shown("docgen_pick")
    assert picker is not None
    assert desk.options(picker, "unpublished") == []
    assert [item["text"]["text"] for item in desk.options(picker, "OFFER")] == ["offer-letter"]
    desk.command("unpublished")
    desk.slack.wait_for(
        lambda: any("neither a command nor a template “unpublished”" in str(view) for view in desk.slack.views.values())
    )


def test_an_app_of_one_slack_workspace_has_no_links(desk: Desk) -> None:
    refused = desk.client.post("/v1/slack/install-links")
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert "DOCGEN_SLACK__CLIENT_ID" in refused.json()["detail"]
