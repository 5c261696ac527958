"""The flows over Socket Mode that HTTP's tests have, too: a template from a file, a mail merge, the app's own page."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from httpx2 import Response
from pydantic import SecretStr
from typing_extensions import override

from entrypoints.settings.service import Settings
from tests.integration.slack.conftest import AUTHOR, with_letter, with_slack
from tests.integration.slack.desk import Desk
from tests.integration.support.fake_slack import APP_TOKEN, USER, FakeSlack

Json = dict[str, Any]
KINDS = {
    "/slack/commands": "slash_commands",
    "/slack/interactions": "interactive",
    "/slack/options": "interactive",
    "/slack/events": "events_api",
}


@dataclass
class SocketDesk(Desk):
    """Somebody who uses an app that Slack talks to over its connection."""

    @override
    def send(self, path: str, payload: Json, **headers: str) -> Response:
        envelope = self.slack.send(KINDS[path], payload)
        self.slack.wait_for(lambda: envelope in self.slack.acknowledged)
        answer = self.slack.acknowledged[envelope]
        return Response(200, json=answer) if answer else Response(200)


@pytest.fixture(scope="module")
def desk(slack_settings: Settings, slack: FakeSlack) -> Iterator[SocketDesk]:
    """A service that has no address for Slack."""
    settings = with_slack(slack_settings, slack, signing_secret=None, app_token=SecretStr(APP_TOKEN))
    with with_letter(settings) as client:
        yield SocketDesk(client, slack)


def test_a_dropped_template_is_checked_published_and_used(desk: SocketDesk) -> None:
    desk.slack.users[AUTHOR] = {"id": AUTHOR, "name": "grace", "locale": "en-GB", "tz": "Europe/London"}
    event = {"type": "message", "subtype": "file_share", "channel": f"D{AUTHOR}", "channel_type": "im", "user": AUTHOR}
    before = len(desk.slack.messages)
    file = desk.slack.uploaded("thanks.txt", b"Thank you, {{ guest }}!")
    desk.send("/slack/events", desk.slack.event({**event, "files": [file]}))
    message: Json = desk.slack.wait_for(lambda: next(iter(desk.slack.messages[before:]), None))
    assert "can be published" in message["text"]
    publish = next(
        each
        for block in message["blocks"]
        for each in block.get("elements", ())
        if each.get("action_id") == "template:publish"
    )
    click = desk.slack.in_message(message, {"action_id": "template:publish", "value": publish["value"]})
    click["user"]["id"] = AUTHOR
    desk.interact(click)
    desk.slack.wait_for(lambda: "is published" in message["text"])
    made, _ = desk.document('thanks guest="Ada"')
    assert made.content == b"Thank you, Ada!"


def test_a_table_is_merged_into_an_archive(desk: SocketDesk) -> None:
    desk.command("merge")
    view: Json = desk.slack.wait_for(lambda: desk.slack.shown("docgen_merge"))
    item = desk.options(view, "offer-letter", action_id="merge:template", block_id="template")[0]
    state = {
        "template": {"merge:template": {"type": "external_select", "selected_option": item}},
        "rows": {"value": {"type": "file_input", "files": [desk.slack.uploaded("rows.csv", b"name,salary\nAda,1\n")]}},
    }
    before, known = len(desk.slack.messages), {file.id for file in desk.slack.shared()}
    filled = {**view, "state": {"values": state}}
    desk.interact(desk.slack.interaction("view_submission", view=filled, response_urls=[]))
    message: Json = desk.slack.wait_for(lambda: next(iter(desk.slack.messages[before:]), None))
    assert "All 1 rows" in message["text"]
    desk.click(message, "merge:start")
    file = desk.slack.wait_for(lambda: next((each for each in desk.slack.shared() if each.id not in known), None))
    archive = zipfile.ZipFile(io.BytesIO(file.content))
    assert [archive.read(name) for name in archive.namelist()] == [b"Dear Ada,\n\nyour salary is 1.\n"]
    desk.slack.wait_for(lambda: "all 1 documents are there" in message["text"])


def test_the_apps_own_page_goes_on_with_a_begun_form(desk: SocketDesk) -> None:
    form = desk.form('offer-letter name="Begun"')
    event = {"type": "app_home_opened", "user": USER, "channel": f"D{USER}", "tab": "home"}
    desk.send("/slack/events", desk.slack.event(event))
    home: Json = desk.slack.wait_for(lambda: desk.slack.homes.get(USER))
    begun = {"action_id": "home:continue", "value": form["private_metadata"]}
    assert any(block.get("accessory", {}).get("value") == begun["value"] for block in home["blocks"])
    before = set(desk.slack.views)
    desk.interact(desk.slack.in_view({"id": "V0HOME", **home}, begun))
    assert desk.new_form(before)["private_metadata"] == form["private_metadata"]
