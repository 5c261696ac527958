"""What is read out of the payloads that Slack documents: who, where, what, and by which name it comes again."""

import json
from pathlib import Path
from typing import Any

import pytest

from application.slack.payloads import (
    SlackRequestKind,
    click_of,
    is_stranger,
    key_of,
    origin_of,
    places_of,
    route_of,
    user_of,
)

PAYLOADS = Path("tests/slack/payloads")
EVENT, INTERACTION, COMMAND = SlackRequestKind.EVENT, SlackRequestKind.INTERACTION, SlackRequestKind.COMMAND
ALL = sorted(path.stem for path in PAYLOADS.glob("*.json"))


def payload(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def kind_of(name: str) -> SlackRequestKind:
    return EVENT if name.startswith("event_") else COMMAND if name == "slash_command" else INTERACTION


@pytest.mark.parametrize(
    ("name", "route", "places", "user"),
    [
        ("slash_command", "command", ["T0001", "E0001"], "U2147483697"),
        ("shortcut", "shortcut:docgen_generate", ["T9TK3CUKW"], "UA8RXUSPL"),
        ("message_action", "shortcut:docgen_from_message", ["T9TK3CUKW"], "UA8RXUSPL"),
        ("block_actions_message", "action:document:again", ["T9TK3CUKW"], "UA8RXUSPL"),
        ("block_actions_view", "action:pick:template", ["T9TK3CUKW"], "UA8RXUSPL"),
        ("block_suggestion", "block_suggestion", ["T9TK3CUKW"], "UA8RXUSPL"),
        ("view_submission", "view:docgen_form", ["T9TK3CUKW"], "UA8RXUSPL"),
        ("view_closed", "view_closed", ["T9TK3CUKW"], "UA8RXUSPL"),
        ("event_app_uninstalled", "event:app_uninstalled", ["T061EG9R6"], None),
        ("event_tokens_revoked", "event:tokens_revoked", ["T061EG9R6"], None),
        ("event_app_home_opened", "event:app_home_opened", ["T061EG9R6"], "U061F7AUR"),
        ("event_message_im", "event:message", ["T061EG9R6"], "U2147483697"),
        ("org_install_shortcut", "shortcut:docgen_generate", ["E12345678"], "UA8RXUSPL"),
    ],
)
def test_what_is_asked_by_whom_and_where(name: str, route: str, places: list[str], user: str | None) -> None:
    found = payload(name)
    assert route_of(kind_of(name), found) == route
    assert places_of(found) == places
    assert user_of(found) == user
    assert not is_stranger(found)


@pytest.mark.parametrize(
    ("name", "channel", "thread", "answered"),
    [
        ("slash_command", "C2147483705", None, True),
        ("shortcut", None, None, False),
        ("message_action", "C65477DCM", "1516229207.000133", True),
        ("block_actions_message", "CBR2V3XEX", "1548261000.000100", True),
        ("view_submission", None, None, False),
    ],
)
def test_where_an_answer_goes(name: str, channel: str | None, thread: str | None, answered: bool) -> None:
    origin = origin_of("T1", payload(name))
    assert (origin.place, origin.channel_id, origin.thread_ts) == ("T1", channel, thread)
    assert (origin.response_url is not None) == answered


def test_every_payload_has_a_name_of_its_own_and_keeps_it() -> None:
    keys = {name: key_of(kind_of(name), payload(name)) for name in ALL if name != "view_closed"}
    triggers = {keys[name] for name in ("shortcut", "message_action", "block_actions_view")}
    assert len(triggers) == 1  # they have the trigger of the same example
    assert keys["event_app_uninstalled"] == "event:EvDYV3PL7"
    assert keys["view_submission"] == "submission:VNHU13V36:156663117.cd33ad1f"
    assert not any("d8c1bb837935619ccad0f624c448ffb3" in key for key in keys.values())


def test_what_can_be_clicked_twice_is_a_button_of_a_message() -> None:
    assert {name for name in ALL if click_of(payload(name)) is not None} == {"block_actions_message"}


def test_a_guest_of_a_shared_channel_is_a_stranger() -> None:
    guest = payload("message_action")
    guest["user"]["team_id"] = "T0OTHER"
    assert is_stranger(guest)
