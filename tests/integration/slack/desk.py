"""What a person does in Slack: commands, clicks and forms, as requests that Slack sends to the service."""

from dataclasses import dataclass
from typing import Any

from httpx2 import Response
from starlette.testclient import TestClient

from tests.integration.support.fake_slack import FakeSlack, UploadedFile
from tests.slack.block_kit import faults_of_options, faults_of_view
from tests.slack.person import untouched

Json = dict[str, Any]


@dataclass
class Desk:
    """Somebody who uses the app."""

    client: TestClient
    slack: FakeSlack

    def send(self, path: str, payload: Json, **headers: str) -> Response:
        """Send a request as Slack does."""
        body = self.slack.body_of(path, payload)
        signed = self.slack.signed(path, body)
        return self.client.post(path, content=body, headers={**signed, **headers})

    def command(self, text: str = "", **fields: str) -> Response:
        """Type a command."""
        return self.send("/slack/commands", self.slack.command(text, **fields))

    def interact(self, payload: Json) -> Response:
        """Click something."""
        response = self.send("/slack/interactions", payload)
        assert response.status_code == 200, response.text
        return response

    def options(
        self, view: Json, text: str = "", action_id: str = "pick:template", block_id: str = "pick"
    ) -> list[Json]:
        """Type into a menu, and return its items."""
        asked = self.slack.interaction(
            "block_suggestion", view=view, action_id=action_id, block_id=block_id, value=text
        )
        response = self.send("/slack/options", asked)
        assert response.status_code == 200, response.text
        items: list[Json] = response.json()["options"]
        # Of none, Slack itself says that there are no results.
        assert not items or faults_of_options(response.json()) == []
        return items

    def form(self, text: str = 'offer-letter name="Ada"', **fields: str) -> Json:
        """Open a form by a command, and return its view."""
        before = set(self.slack.views)
        response = self.command(text, **fields)
        assert (response.status_code, response.content) == (200, b"")
        return self.new_form(before)

    def new_form(self, before: set[str]) -> Json:
        """Wait for a form in a view that was not there before."""

        def shown() -> Json | None:
            new = [view for key, view in self.slack.views.items() if key not in before]
            return next((view for view in new if view["callback_id"].startswith("docgen_form")), None)

        view: Json = self.slack.wait_for(shown)
        return view

    def submit(self, view: Json, values: Json, **closing: Json) -> Response:
        """Fill a form in, by the labels of its fields, and send it."""
        state = {**untouched(view), **by_label(view, values), **closing}
        filled = {**view, "state": {"values": state}}
        response = self.interact(self.slack.interaction("view_submission", view=filled, response_urls=[]))
        if response.content and response.json().get("response_action") == "update":
            assert faults_of_view(response.json()["view"]) == []
        return response

    def click(self, message: Json, action_id: str) -> Response:
        """Click a button of a message."""
        return self.interact(self.slack.in_message(message, button_of(message, action_id)))

    def document(self, text: str = 'offer-letter name="Ada" salary=100', **fields: str) -> tuple[UploadedFile, Json]:
        """Have a document made, and return it with the message that tells of it."""
        known = {file.id for file in self.slack.shared()}
        messages = len(self.slack.messages)
        response = self.submit(self.form(text, **fields), {})
        assert response.json() == {"response_action": "clear"}
        return self.delivered(known, messages)

    def delivered(self, known: set[str], messages: int) -> tuple[UploadedFile, Json]:
        """Wait for a document that was not there before, and for the message that says that it is ready."""
        file: UploadedFile = self.slack.wait_for(
            lambda: next((file for file in self.slack.shared() if file.id not in known), None)
        )
        message: Json = self.slack.wait_for(
            lambda: next((each for each in self.slack.messages[messages:] if "actions" in kinds(each)), None)
        )
        return file, message


def kinds(message: Json) -> list[str]:
    """Return the kinds of blocks of a message."""
    return [block["type"] for block in message.get("blocks", [])]


def button_of(message: Json, action_id: str) -> Json:
    """Return a button of a message."""
    buttons = [each for block in message["blocks"] for each in block.get("elements", ())]
    found: Json = next(each for each in buttons if each.get("action_id") == action_id)
    return {"action_id": action_id, "value": found["value"]}


def labels(view: Json) -> dict[str, str]:
    """Return the blocks of a form by their labels."""
    return {block["label"]["text"]: block["block_id"] for block in view["blocks"] if block["type"] == "input"}


def by_label(view: Json, values: Json) -> Json:
    """Return the state of text fields that are filled in."""
    known = labels(view)
    return {known[label]: {"value": {"type": "plain_text_input", "value": value}} for label, value in values.items()}
