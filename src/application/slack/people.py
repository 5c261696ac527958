"""What is said to people, and what Slack knows of them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from application.ports.slack_api import SlackClient, SlackRefusedError
from application.slack.routes import SlackTask
from application.slack.texts import say
from application.slack.views import message
from domain.errors import InvalidRequestError
from domain.locale import parse_locale, parse_timezone
from domain.slack_draft import SlackOrigin

# A response_url takes answers for 30 minutes.
ANSWERED_FOR: Final = timedelta(minutes=25)


async def known_person(client: SlackClient, origin: SlackOrigin) -> SlackOrigin:
    """Return an origin with the person's language and time zone; where Slack tells none, as it is."""
    try:
        answer = await client.call("users.info", user=origin.user_id, include_locale=True)
    except SlackRefusedError:
        return origin
    user = answer.get("user", {})
    return replace(
        origin,
        locale=_checked(parse_locale, user.get("locale"), origin.locale),
        timezone=_checked(parse_timezone, user.get("tz"), origin.timezone),
    )


def _checked(parse: Callable[[str], str], value: object, default: str) -> str:
    try:
        return parse(value) if isinstance(value, str) else default
    except InvalidRequestError:
        return default


async def tell(client: SlackClient, origin: SlackOrigin, text: str, *, fresh: bool = True) -> None:
    """Say something to one person alone: where they asked, while Slack allows it, else as a direct message.

    Raises:
        SlackError: neither can be done.
    """
    if origin.response_url is not None and fresh:
        try:
            said = {**message(text), "response_type": "ephemeral", "replace_original": False}
            await client.respond(origin.response_url, said)
        except SlackRefusedError:
            pass  # five answers were given, or its time is over
        else:
            return
    await client.call("chat.postMessage", channel=origin.user_id, **message(text), unfurl_links=False)


def with_request(locale: str, text: str, request_id: str) -> str:
    """Return a sentence with the number that leads to what happened."""
    return f"{text} ({say(locale, 'request', request=request_id)})"


async def show(task: SlackTask, view: Mapping[str, Any]) -> None:
    """Show a view in place of the one that was opened for a task, or that it came from.

    Raises:
        SlackRefusedError: the person has closed it, or it was never opened.
    """
    shown = task.payload.get("view") or {}
    # What is clicked on the app's own page opens a window of its own.
    is_window = shown.get("id") and shown.get("type") != "home"
    which = {"view_id": shown["id"]} if is_window else {"external_id": task.draft_id}
    await task.client.call("views.update", **which, view=view)


def date_in_slack(time: datetime, shape: str) -> str:
    """Return a time that Slack shows in the zone of whoever reads it, such as '{date_short_pretty} {time}'."""
    return f"<!date^{int(time.timestamp())}^{shape}|{time:%Y-%m-%d %H:%M} UTC>"
