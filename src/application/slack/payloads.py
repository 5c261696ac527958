"""What Slack sends: commands, interactions and events, read by the names that its documentation gives them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from domain.slack_draft import SlackOrigin
from domain.slack_intent import SlackIntentKind

Payload = Mapping[str, Any]


class SlackRequestKind(StrEnum):
    """Which address of ours it was sent to, or would have been without Socket Mode."""

    COMMAND = "command"
    INTERACTION = "interaction"
    OPTIONS = "options"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class SlackRequest:
    """One request, which is known to come from Slack.

    `signature` is different for every request, and `request_id` is what people are told.
    """

    kind: SlackRequestKind
    payload: Payload
    signature: str
    request_id: str

    @property
    def intent_kind(self) -> SlackIntentKind:
        """What kind of intent it is."""
        return SlackIntentKind(self.kind.value)


def _id(value: Any) -> str | None:
    found = value.get("id") if isinstance(value, Mapping) else value
    return found if isinstance(found, str) and found else None


def places_of(payload: Payload) -> list[str]:
    """Return where a request comes from: the Slack workspace, then its organisation."""
    team = _id(payload.get("team")) or _id(payload.get("team_id"))
    organisation = _id(payload.get("enterprise")) or _id(payload.get("enterprise_id"))
    return [place for place in (team, organisation) if place]


def user_of(payload: Payload) -> str | None:
    """Return who did it."""
    event = payload.get("event")
    user = _id(payload.get("user")) or _id(payload.get("user_id"))
    return user or (_id(event.get("user")) if isinstance(event, Mapping) else None)


def is_stranger(payload: Payload) -> bool:
    """Tell whether the person belongs to another Slack workspace: guests of shared channels do not work here."""
    user = payload.get("user")
    theirs = user.get("team_id") if isinstance(user, Mapping) else None
    return theirs is not None and theirs not in places_of(payload) and not _id(payload.get("enterprise"))


def route_of(kind: SlackRequestKind | SlackIntentKind, payload: Payload) -> str:
    """Name what is asked for: "command", "shortcut:…", "action:…", "view:…" or "event:…"."""
    if kind in (SlackRequestKind.COMMAND, SlackIntentKind.COMMAND):
        return "command"
    if kind in (SlackRequestKind.EVENT, SlackIntentKind.EVENT):
        return f"event:{payload.get('event', {}).get('type', '')}"
    match payload.get("type"):
        case "shortcut" | "message_action":
            return f"shortcut:{payload.get('callback_id', '')}"
        case "block_actions":
            return f"action:{action_of(payload).get('action_id', '')}"
        case "view_submission":
            return f"view:{callback_of(payload)}"
    return str(payload.get("type", ""))


def action_of(payload: Payload) -> Payload:
    """Return what was clicked or chosen."""
    actions = payload.get("actions") or [{}]
    first: Payload = actions[0]
    return first


def view_of_payload(payload: Payload) -> Payload:
    """Return the view that something happened in; empty where it was a message."""
    view: Payload = payload.get("view") or {}
    return view


def callback_of(payload: Payload) -> str:
    """Return the callback id of a view, without what follows a colon."""
    return str(view_of_payload(payload).get("callback_id", "")).partition(":")[0]


def key_of(kind: SlackRequestKind, payload: Payload) -> str:
    """Return Slack's own name of a thing: the same when it is sent again, another one for everything else."""
    if kind is SlackRequestKind.EVENT:
        return f"event:{payload.get('event_id', '')}"
    view = view_of_payload(payload)
    if payload.get("type") == "view_submission":
        return f"submission:{view.get('id', '')}:{view.get('hash', '')}"
    trigger = str(payload.get("trigger_id", ""))
    # A trigger opens views for three seconds: who could read it in the database would have something to open with.
    return f"trigger:{hashlib.sha256(trigger.encode()).hexdigest()}"


def click_of(payload: Payload) -> str | None:
    """Name what was clicked in a message, None where nothing can be clicked twice."""
    if payload.get("type") != "block_actions" or view_of_payload(payload):
        return None
    container, action = payload.get("container", {}), action_of(payload)
    parts = (container.get("channel_id"), container.get("message_ts"), action.get("action_id"), action.get("value"))
    return ":".join(str(part or "") for part in parts) + f":{user_of(payload)}"


def origin_of(place: str, payload: Payload) -> SlackOrigin:
    """Return who asked, and where; language and time zone are looked up later."""
    message = payload.get("message", {})
    container = payload.get("container", {})
    thread = message.get("thread_ts") or container.get("thread_ts")
    if payload.get("type") == "message_action":
        thread = thread or message.get("ts")
    return SlackOrigin(
        place=place,
        user_id=user_of(payload) or "",
        channel_id=_id(payload.get("channel")) or _id(payload.get("channel_id")),
        thread_ts=thread,
        response_url=payload.get("response_url") or None,
    )
