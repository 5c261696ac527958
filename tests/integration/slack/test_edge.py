"""The edge: who is let in, what is written down, and what is answered."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import asyncpg
import pytest

from tests.integration.slack.desk import Desk
from tests.integration.support.fake_slack import Fault

PATHS = ("/slack/commands", "/slack/interactions", "/slack/options", "/slack/events")


@pytest.fixture
def stored(module_database_url: str) -> Any:
    """Count what is written down."""

    async def count() -> int:
        connection = await asyncpg.connect(module_database_url)
        found: int = await connection.fetchval("SELECT count(*) FROM slack_intents")
        await connection.close()
        return found

    return lambda: asyncio.run(count())


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("fault", ["wrong", "old", "early", "none", "changed"])
def test_a_request_that_slack_has_not_signed_just_now_is_refused_and_not_kept(
    desk: Desk, stored: Any, path: str, fault: str
) -> None:
    slack, before = desk.slack, stored()
    body = slack.body_of(path, slack.command("list"))
    headers = {
        "wrong": slack.signed(path, body, secret="another"),
        "old": slack.signed(path, body, age=301),
        "early": slack.signed(path, body, age=-310),
        "none": {},
        "changed": slack.signed(path, body + b"&text=more"),
    }[fault]
    response = desk.client.post(path, content=body, headers=headers)
    assert response.status_code == 401
    assert response.json()["code"] == "unauthenticated"
    assert stored() == before


def test_the_very_same_request_is_refused_the_second_time(desk: Desk, stored: Any) -> None:
    path, before = "/slack/commands", stored()
    body = desk.slack.body_of(path, desk.slack.command("list"))
    headers = desk.slack.signed(path, body)
    answers = [desk.client.post(path, content=body, headers=headers).status_code for _ in range(3)]
    assert answers == [200, 401, 401]
    assert stored() == before + 1


def test_what_slack_sends_again_is_done_once(desk: Desk, stored: Any) -> None:
    """Slack signs what it sends again anew: the second it was signed in is another one."""
    slack, before = desk.slack, stored()
    payload = slack.command("list")
    answers = slack.answers[payload["response_url"].rpartition("/")[2]]
    body = slack.body_of("/slack/commands", payload)
    for age in (2, 1, 0):
        headers = {**slack.signed("/slack/commands", body, age=age), "X-Slack-Retry-Num": "1"}
        response = desk.client.post("/slack/commands", content=body, headers=headers)
        assert (response.status_code, response.content) == (200, b"")
    slack.wait_for(lambda: answers)
    assert stored() == before + 1
    assert [answer["text"].splitlines()[0] for answer in answers] == ["*Templates*"]


def test_two_clicks_at_once_are_one(desk: Desk, stored: Any) -> None:
    _, message = desk.document()
    files, before = len(desk.slack.files), stored()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: desk.click(message, "document:again"), range(4)))
    assert stored() == before + 1
    desk.slack.wait_for(lambda: len(desk.slack.shared()) > files)
    assert len(desk.slack.files) == files + 1


def test_slack_checks_the_address(desk: Desk) -> None:
    challenge = {
        "type": "url_verification",
        "token": "t",
        "challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmd",
    }
    response = desk.send("/slack/events", challenge)
    assert (response.status_code, response.text) == (200, challenge["challenge"])
    assert desk.send("/slack/commands", {"ssl_check": "1", "token": "t"}).status_code == 200


def test_a_body_that_slack_would_not_send_is_refused(desk: Desk) -> None:
    assert desk.client.post("/slack/events", content=b"x" * 2_000_001).status_code == 413
    for path in PATHS:
        body = b"nonsense"
        response = desk.client.post(path, content=body, headers=desk.slack.signed(path, body))
        assert response.status_code in {200, 422}, path
    assert desk.client.get("/slack/events").status_code == 405


def test_what_is_nobodys_is_answered_and_forgotten(desk: Desk, stored: Any) -> None:
    before = stored()
    assert desk.send("/slack/events", desk.slack.event({"type": "team_join"})).status_code == 200
    unknown = desk.slack.interaction("shortcut", callback_id="other")
    assert desk.interact(unknown).content == b""
    link = {"action_id": "document:open", "type": "button"}
    assert desk.interact(desk.slack.in_view({"id": "V1"}, link)).content == b""
    assert stored() == before


def test_help_is_said_at_once(desk: Desk) -> None:
    answer = desk.command("help").json()
    assert answer["response_type"] == "ephemeral"
    assert "/docgen list" in answer["text"]


def test_a_guest_of_a_shared_channel_makes_no_documents(desk: Desk, stored: Any) -> None:
    before = stored()
    views = set(desk.slack.views)
    payload = desk.slack.interaction("shortcut", callback_id="docgen_generate")
    payload["user"]["team_id"] = "T0OTHER"
    assert desk.interact(payload).content == b""
    assert (stored(), set(desk.slack.views)) == (before, views)


def test_a_trigger_that_has_expired_is_said_at_once(desk: Desk) -> None:
    slack = desk.slack
    slack.fail("views.open", Fault("expired_trigger_id"))
    answer = desk.command("").json()
    assert answer["response_type"] == "ephemeral"
    assert "could not be opened in time" in answer["text"]
    assert "(Request req_" in answer["text"]


def test_slack_that_hangs_holds_no_answer_up(desk: Desk) -> None:
    began = time.monotonic()
    desk.slack.fail("views.open", Fault(drop=True))
    answer = desk.command("").json()
    assert "could not be opened in time" in answer["text"]
    assert time.monotonic() - began < 3  # what Slack waits for


def test_a_window_that_did_not_open_is_said_to_whoever_used_a_shortcut(desk: Desk) -> None:
    slack = desk.slack
    slack.fail("views.open", Fault("expired_trigger_id"))
    before = len(slack.said())
    assert desk.interact(slack.interaction("shortcut", callback_id="docgen_generate")).content == b""
    slack.wait_for(lambda: len(slack.said()) > before)
    assert "could not be opened in time" in slack.said()[-1]
    assert "(Request req_" in slack.said()[-1]
