"""Whatever goes wrong: one clear sentence to the person, tried again where that helps, delivered once."""

import pytest

from tests.integration.http.conftest import register
from tests.integration.slack.desk import Desk
from tests.integration.support.fake_slack import BOT_TOKEN, STRANGE_CHANNEL, TEAM, USER, Fault


def archived(desk: Desk, slug: str) -> None:
    etag = desk.client.get(f"/v1/templates/{slug}").headers["etag"]
    assert desk.client.delete(f"/v1/templates/{slug}", headers={"If-Match": etag}).status_code == 204


def last_said(desk: Desk, words: str) -> str:
    """Wait for a sentence to the person, and return it."""
    said: str = desk.slack.wait_for(lambda: next((text for text in desk.slack.said() if words in text), None))
    return said


def test_unknown_words_are_answered_with_help(desk: Desk) -> None:
    desk.command("offer-leter")
    view = desk.slack.wait_for(
        lambda: next((each for each in desk.slack.views.values() if "offer-leter" in str(each)), None)
    )
    text = view["blocks"][0]["text"]["text"]
    assert "Did you mean “offer-letter”?" in text
    assert "/docgen list" in text


def test_a_template_that_is_archived_before_it_is_chosen_is_said(desk: Desk) -> None:
    register(desk.client, "Hello {{ name }}", name="short.txt", slug="short-lived")
    desk.command("")
    picker = desk.slack.shown("docgen_pick")
    assert picker is not None
    items = desk.options(picker, "short-lived")
    archived(desk, "short-lived")
    desk.interact(desk.slack.in_view(picker, {"action_id": "pick:template", "selected_option": items[0]}))
    view = desk.slack.wait_for(
        lambda: next((each for each in desk.slack.views.values() if "no longer published" in str(each)), None)
    )
    assert "“short" in view["blocks"][0]["text"]["text"]
    assert desk.options(picker, "short-lived") == []


def test_a_template_that_is_archived_before_the_form_is_sent_is_said_in_the_form(desk: Desk) -> None:
    register(desk.client, "Hello {{ name }}", name="brief.txt", slug="brief")
    form = desk.form("brief name=Ada")
    archived(desk, "brief")
    answer = desk.submit(form, {}).json()
    assert answer["response_action"] == "update"
    assert "This form is no longer there" in str(answer["view"])


def test_a_form_that_was_sent_is_not_sent_again(desk: Desk) -> None:
    form = desk.form('offer-letter name="Once" salary=1')
    assert desk.submit(form, {}).json() == {"response_action": "clear"}
    desk.slack.wait_for(lambda: any(b"Dear Once" in (file.content or b"") for file in desk.slack.shared()))
    assert desk.submit(form, {}).json()["response_action"] in {"clear", "update"}
    desk.document('offer-letter name="Other" salary=1')
    assert sum(b"Dear Once" in (file.content or b"") for file in desk.slack.files.values()) == 1


def test_where_the_app_may_not_post_there_is_a_link_with_the_reason(desk: Desk) -> None:
    files = len(desk.slack.files)
    form = desk.form('offer-letter name="Secret" salary=1', channel_id=STRANGE_CHANNEL)
    desk.submit(form, {})
    said = last_said(desk, f"<#{STRANGE_CHANNEL}>")
    assert "/invite" in said
    assert "https://docgen.example.org/links/" in said
    address = said.partition("<https://docgen.example.org")[2].partition("|")[0]
    assert desk.client.get(address).text.startswith("Dear Secret")
    assert all(not file.shares for file in list(desk.slack.files.values())[files:])


def test_a_file_above_the_limit_is_linked_to(desk: Desk) -> None:
    register(desk.client, "{% for n in range(60000) %}{{ n }}{% endfor %}", name="large.txt", slug="large")
    desk.submit(desk.form("large"), {})
    ready = desk.slack.wait_for(
        lambda: next((each for each in desk.slack.messages if "too large" in each["text"]), None)
    )
    assert "0.3 MB" in ready["text"]
    assert "https://docgen.example.org/links/" in ready["text"]


def test_a_file_that_slack_has_lost_is_uploaded_again(desk: Desk) -> None:
    desk.slack.fail("files.completeUploadExternal", Fault("file_not_found"))
    file, _ = desk.document('offer-letter name="Lost" salary=1')
    assert file.content is not None
    assert file.content.startswith(b"Dear Lost")


def test_a_storm_of_rate_limits_is_waited_out(desk: Desk) -> None:
    desk.slack.fail("chat.postMessage", Fault("ratelimited", 429, retry_after=1))
    # More often than the client waits in place: the job is handed back.
    for method in ("files.getUploadURLExternal", "files.completeUploadExternal", "chat.update"):
        desk.slack.fail(method, *[Fault("ratelimited", 429, retry_after=0)] * 3)
    before = len(desk.slack.shared())
    desk.document('offer-letter name="Storm" salary=1')
    assert len(desk.slack.shared()) == before + 1


def test_slack_that_is_down_for_a_while_is_waited_for(desk: Desk) -> None:
    desk.slack.fail("users.info", Fault("internal_error", 503))
    desk.slack.fail("files.getUploadURLExternal", *[Fault("internal_error", 503)] * 2)
    desk.slack.fail("upload", Fault(status=503))
    before = len(desk.slack.shared())
    desk.document('offer-letter name="Down" salary=1')
    assert len(desk.slack.shared()) == before + 1


@pytest.mark.parametrize("method", ["files.completeUploadExternal", "chat.postMessage"])
def test_an_answer_that_is_lost_leads_to_no_second_document(desk: Desk, method: str) -> None:
    desk.slack.fail(method, Fault("internal_error", 500, after=True))
    before = len(desk.slack.shared())
    form = desk.form(f'offer-letter name="Lost {method}" salary=1')
    desk.submit(form, {})
    desk.slack.wait_for(lambda: len(desk.slack.shared()) > before)
    desk.document()
    assert sum(len(file.shares) for file in desk.slack.shared()[before:]) == 2


def test_a_render_that_fails_ends_in_one_sentence_with_the_request(desk: Desk) -> None:
    register(desk.client, "{{ 1 / number }}", name="divide.txt", slug="divide")
    desk.submit(desk.form("divide number=0"), {})
    message = desk.slack.wait_for(
        lambda: next((each for each in desk.slack.messages if "could not be made" in each["text"]), None)
    )
    assert "(Request req_" in message["text"]
    assert "\n" not in message["text"]


def test_a_token_that_was_revoked_ends_it_without_an_endless_loop(desk: Desk) -> None:
    form = desk.form('offer-letter name="Revoked" salary=1')
    before = len(desk.slack.called("files.getUploadURLExternal"))
    desk.slack.tokens[BOT_TOKEN] = "revoked"
    desk.submit(form, {})
    desk.slack.wait_for(lambda: len(desk.slack.called("files.getUploadURLExternal")) > before)
    desk.slack.tokens[BOT_TOKEN] = TEAM
    file, _ = desk.document('offer-letter name="After" salary=1')
    assert file.content is not None
    assert file.content.startswith(b"Dear After")


def test_what_stands_in_names_is_no_command_to_slack(desk: Desk) -> None:
    form = {"name": "<!channel> *&* <@U1>", "slug": "loud", "publish": "true"}
    made = desk.client.post("/v1/templates", files={"file": ("loud.txt", b"{{ x }}")}, data=form)
    assert made.status_code == 201, made.text
    _, message = desk.document("loud x=1")
    assert "<!channel>" not in str(message)
    assert "&lt;!channel&gt;" in message["text"]
    assert f"<@{USER}>" not in message["text"]
