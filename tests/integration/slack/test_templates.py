"""Templates from Slack: checked, published and replaced by people with the right, and by nobody else."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.slack.conftest import AUTHOR
from tests.integration.slack.desk import Desk, button_of
from tests.integration.support.fake_slack import USER

Json = dict[str, Any]
DIRECT = f"D{USER}"


@pytest.fixture
def author(desk: Desk) -> Iterator[Desk]:
    """A person who administers the Slack workspace."""
    desk.slack.users[USER]["is_admin"] = True
    yield desk
    desk.slack.users[USER].pop("is_admin")


def _drop(desk: Desk, name: str, content: str, **more: Any) -> Json:
    """Drop a file into the app's direct messages, and return what is answered."""
    file = desk.slack.uploaded(name, content.encode())
    event = {"type": "message", "subtype": "file_share", "channel": DIRECT, "channel_type": "im", "user": USER}
    return _answered(desk, lambda: desk.send("/slack/events", desk.slack.event({**event, "files": [file], **more})))


def _answered(desk: Desk, act: Any) -> Json:
    before = len(desk.slack.messages)
    act()
    message: Json = desk.slack.wait_for(lambda: next(iter(desk.slack.messages[before:]), None))
    return message


def _clicked(desk: Desk, message: Json, action_id: str, said: str) -> str:
    """Click a button, and return what stands in place of the message then."""
    text: str = message["text"]
    desk.click(message, action_id)
    desk.slack.wait_for(lambda: message["text"] != text and said in message["text"])
    return message["text"]


def _shown(message: Json) -> str:
    return "\n".join(block["text"]["text"] for block in message["blocks"] if "text" in block)


def test_a_dropped_file_is_checked_and_published(author: Desk) -> None:
    message = _drop(author, "welcome_note.txt", "Hello {{ guest }}, room {{ room.number | default(1) }}")
    assert message["channel"] == DIRECT
    assert "can be published" in message["text"]
    assert "guest: text\n" in _shown(message).replace("\u2060", "")
    assert "room.number: " in _shown(message).replace("\u2060", "")
    text = _clicked(author, message, "template:publish", "is published")
    assert "/docgen welcome-note" in text
    assert [block["type"] for block in message["blocks"]] == ["section"]
    assert "welcome-note" in [each["slug"] for each in author.client.get("/v1/templates").json()["data"]]


def test_a_file_with_a_mistake_is_answered_with_its_place_and_no_button(author: Desk) -> None:
    message = _drop(author, "broken.md", "# Title\n\n{% for item in items %}\n{{ item }}\n")
    assert "cannot work as it is" in message["text"]
    assert "line 3" in _shown(message)
    assert not any(block["type"] == "actions" for block in message["blocks"])


def test_the_same_name_offers_to_replace_and_a_breaking_change_asks_again(author: Desk) -> None:
    first = _drop(author, "memo.txt", "To {{ to }}")
    _clicked(author, first, "template:publish", "is published")
    second = _drop(author, "memo.txt", "To {{ to }} from {{ sender }}")
    assert "was not replaced" in _clicked(author, second, "template:replace", "was not replaced")
    assert "version 2" in _clicked(author, second, "template:replace", "is replaced")


def test_a_template_is_uploaded_in_a_window_with_a_name(author: Desk) -> None:
    view = _window(author)
    file = author.slack.uploaded("x.txt", b"Dear {{ name }}")
    state = {
        "file": {"value": {"type": "file_input", "files": [file]}},
        "name": {"value": {"type": "plain_text_input", "value": "Thank-you note"}},
    }
    filled = {**view, "state": {"values": state}}
    message = _answered(author, lambda: author.interact(author.slack.interaction("view_submission", view=filled)))
    assert message["channel"] == DIRECT
    assert "thank-you-note" in _clicked(author, message, "template:publish", "is published")


def test_nothing_is_changed_where_somebody_cancels(author: Desk) -> None:
    message = _drop(author, "unwanted.txt", "{{ a }}")
    assert _clicked(author, message, "template:cancel", "Nothing") == "Nothing was changed."
    assert author.client.get("/v1/templates/unwanted").status_code == 404


def test_people_without_the_right_are_told_so_and_nothing_is_stored(desk: Desk) -> None:
    message = _drop(desk, "mine.txt", "{{ a }}")
    assert "administrators" in message["text"]
    assert not any(block["type"] == "actions" for block in message["blocks"])


def test_the_right_is_asked_for_again_when_a_button_is_clicked(author: Desk) -> None:
    message = _drop(author, "late.txt", "{{ a }}")
    author.slack.users[USER]["is_admin"] = False
    button = button_of(message, "template:publish")
    told = lambda: [each for each in author.slack.said() if "administrators" in each]  # noqa: E731  # asked twice
    before = len(told())
    author.interact(author.slack.in_message(message, button))
    author.slack.wait_for(lambda: len(told()) > before)
    assert author.client.get("/v1/templates/late").status_code == 404


def test_a_file_that_was_deleted_since_is_told(author: Desk) -> None:
    message = _drop(author, "gone.txt", "{{ a }}")
    author.slack.files.clear()
    author.interact(author.slack.in_message(message, button_of(message, "template:publish")))
    author.slack.wait_for(lambda: any("no longer in Slack" in said for said in author.slack.said()))
    assert author.client.get("/v1/templates/gone").status_code == 404


def test_somebody_whom_the_settings_name_may_publish(desk: Desk) -> None:
    desk.slack.users[AUTHOR] = {"id": AUTHOR, "name": "grace", "locale": "en-GB", "tz": "Europe/London"}
    message = _drop(desk, "named.txt", "{{ a }}", user=AUTHOR)
    assert "can be published" in message["text"]


def test_messages_without_templates_are_left_alone(desk: Desk) -> None:
    event = {"type": "message", "channel": DIRECT, "channel_type": "im", "user": USER, "text": "hello"}
    before = len(desk.slack.messages)
    assert desk.send("/slack/events", desk.slack.event(event)).status_code == 200
    desk.slack.users["U0BOT"] = {"id": "U0BOT", "name": "docgen", "is_bot": True}
    own = {**event, "files": [desk.slack.uploaded("document.txt", b"{{ a }}")], "user": "U0BOT"}
    assert desk.send("/slack/events", desk.slack.event(own)).status_code == 200
    picture = {**event, "files": [desk.slack.uploaded("cat.png", b"x")], "subtype": "file_share"}
    assert desk.send("/slack/events", desk.slack.event(picture)).status_code == 200
    # What comes later is done, and nothing was said in between.
    assert desk.command("status").status_code == 200
    desk.slack.wait_for(lambda: any("last documents" in said or "not asked" in said for said in desk.slack.said()))
    assert desk.slack.messages[before:] == []


def _window(desk: Desk) -> Json:
    home = {"id": "V0HOME", "type": "home", "blocks": []}
    desk.interact(desk.slack.in_view(home, {"action_id": "template:new", "value": "-"}))
    view: Json = desk.slack.wait_for(lambda: desk.slack.shown("docgen_template"))
    return view
