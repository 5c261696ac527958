"""The main flows over Socket Mode: the same answers, over a connection that the service has opened."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from entrypoints.settings.service import Settings
from tests.integration.slack.conftest import with_letter, with_slack
from tests.integration.slack.desk import Desk
from tests.integration.support.fake_slack import APP_TOKEN, FakeSlack
from tests.slack.person import untouched


@pytest.fixture(scope="module")
def desk(slack_settings: Settings, slack: FakeSlack) -> Iterator[Desk]:
    """A service that has no address for Slack."""
    settings = with_slack(slack_settings, slack, signing_secret=None, app_token=SecretStr(APP_TOKEN))
    with with_letter(settings) as client:
        yield Desk(client, slack)


def answered(slack: FakeSlack, kind: str, payload: dict[str, Any]) -> dict[str, Any] | None:
    """Send something over the socket, and return its answer."""
    envelope = slack.send(kind, payload)
    slack.wait_for(lambda: envelope in slack.acknowledged)
    return slack.acknowledged[envelope]


def test_there_is_no_address_for_requests(desk: Desk) -> None:
    assert desk.command("").status_code == 404


def test_a_command_leads_to_a_document(desk: Desk) -> None:
    slack, before = desk.slack, set(desk.slack.views)
    assert not answered(slack, "slash_commands", slack.command('offer-letter name="Ada" salary=100'))
    form = desk.new_form(before)
    known, messages = {file.id for file in slack.shared()}, len(slack.messages)
    empty = {**untouched(form)}
    first = next(block["block_id"] for block in form["blocks"] if block["type"] == "input")
    empty[first] = {"value": {"type": "plain_text_input", "value": None}}
    wrong = slack.interaction("view_submission", view={**form, "state": {"values": empty}})
    answer = answered(slack, "interactive", wrong)
    assert answer is not None
    assert answer["errors"] == {first: "Please fill this in."}
    right = slack.interaction("view_submission", view={**form, "state": {"values": untouched(form)}})
    assert answered(slack, "interactive", right) == {"response_action": "clear"}
    file, _ = desk.delivered(known, messages)
    assert file.content == b"Dear Ada,\n\nyour salary is 100.\n"


def test_a_shortcut_opens_the_menu_and_its_items_come(desk: Desk) -> None:
    slack = desk.slack
    assert not answered(slack, "interactive", slack.interaction("shortcut", callback_id="docgen_generate"))
    picker = slack.wait_for(lambda: slack.shown("docgen_pick"))
    asked = slack.interaction("block_suggestion", view=picker, action_id="pick:template", value="offer")
    answer = answered(slack, "interactive", asked)
    assert answer is not None
    assert [option["text"]["text"] for option in answer["options"]] == ["offer-letter"]


def test_what_is_sent_again_is_done_once(desk: Desk) -> None:
    slack, payload = desk.slack, desk.slack.command("list")
    said = len(slack.said())
    for _ in range(3):
        assert not answered(slack, "slash_commands", payload)
    slack.wait_for(lambda: len(slack.said()) > said)
    assert not answered(slack, "slash_commands", slack.command("list"))
    slack.wait_for(lambda: len(slack.said()) > said + 1)
    assert len(slack.said()) == said + 2


def test_a_connection_that_is_lost_is_opened_again(desk: Desk) -> None:
    slack = desk.slack
    lost = slack.wait_for(lambda: slack.sockets and slack.sockets[-1])
    asyncio.run_coroutine_threadsafe(lost.close(), slack._loop).result(10)
    slack.wait_for(lambda: slack.sockets and slack.sockets[-1] is not lost)
    said = len(slack.said())
    assert not answered(slack, "slash_commands", slack.command("status"))
    slack.wait_for(lambda: len(slack.said()) > said)
