"""What a form names and Slack holds: people, channels and files become values of the data."""

import base64
from collections.abc import Mapping
from typing import Any, Final

from application.ports.slack_api import SlackClient, SlackRefusedError
from application.slack.files import content_of
from application.slack.tables import refuse_marks
from application.slack.texts import say
from application.slack_forms.absent import CHANNEL, FILE, USER, marked
from application.slack_forms.limits import FILE_INPUT_BYTES
from application.slack_forms.widgets import Widget
from domain.errors import InvalidRequestError
from domain.exact_json import read_exact
from domain.schema import JsonObject
from domain.slack_draft import SlackOrigin

_IMAGE_BYTES: Final = 5_000_000
_IMAGES: Final = {"png": "png", "jpg": "jpeg", "jpeg": "jpeg", "gif": "gif", "webp": "webp"}


async def resolved(client: SlackClient, data: JsonObject, origin: SlackOrigin) -> JsonObject:
    """Return the data with values in place of everything that only Slack knows.

    Raises:
        InvalidRequestError: Slack does not give one of them, or it cannot be used.
        SlackError: Slack does not answer.
    """
    try:
        return dict(await _mapping(client, data))
    except SlackRefusedError as refusal:
        raise InvalidRequestError("data", say(origin.locale, "not-marks", reason=refusal.reason)) from refusal


async def _value(client: SlackClient, value: Any) -> Any:
    if user := marked(value, USER):
        return await _name_of_user(client, str(user))
    if channel := marked(value, CHANNEL):
        return await _name_of_channel(client, str(channel))
    if file := marked(value, FILE):
        return await _contents(client, file)
    if isinstance(value, Mapping):
        return await _mapping(client, value)
    if isinstance(value, list):
        return [await _value(client, each) for each in value]
    return value


async def _mapping(client: SlackClient, value: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: await _value(client, each) for name, each in value.items()}


async def _name_of_user(client: SlackClient, user: str) -> str:
    profile = (await client.call("users.info", user=user)).get("user", {})
    return str(profile.get("real_name") or profile.get("name") or user)


async def _name_of_channel(client: SlackClient, channel: str) -> str:
    found = (await client.call("conversations.info", channel=channel)).get("channel", {})
    return f"#{found.get('name') or channel}"


async def _contents(client: SlackClient, file: Mapping[str, Any]) -> Any:
    """Read a file in the way that its field wants it."""
    name, wanted = str(file.get("name") or file["id"]), str(file.get("as"))
    if wanted in (Widget.IMAGE, Widget.IMAGES):
        content = await content_of(client, file, _IMAGE_BYTES)
        kind = _IMAGES.get(name.rpartition(".")[2].lower(), "png")
        return {"$image": f"data:image/{kind};base64,{base64.b64encode(content).decode()}"}
    content = await content_of(client, file, FILE_INPUT_BYTES)
    try:
        text = content.decode("utf-8-sig")
        value = read_exact(text) if wanted == Widget.JSON_FILE else text
    except ValueError as error:
        raise InvalidRequestError(name, f"it cannot be read as {wanted}: {error}.") from error
    refuse_marks(name, value)
    return value
