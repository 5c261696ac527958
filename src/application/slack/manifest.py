"""The app's manifest: everything that Slack has to know of it, from the names that the code goes by.

Its fields are those of docs.slack.dev/reference/app-manifest.
"""

from typing import Any, Final

from application.slack.names import BOT_EVENTS, BOT_SCOPES, COMMAND, FROM_MESSAGE, GENERATE

_DESCRIPTION: Final = "Documents from templates, where people already talk"


def app_manifest(base_url: str | None) -> dict[str, Any]:
    """Return the manifest of an app that sends to this address; None: over Socket Mode."""
    socket = base_url is None

    def at(path: str) -> dict[str, str]:
        return {} if socket else {"url": f"{base_url}/slack/{path}"}

    command = {
        "command": COMMAND,
        "description": "Create a document",
        "usage_hint": '[template name="Ada"] | list | status | merge | help',
        "should_escape": False,
    }
    shortcuts = [
        {"name": "Create document", "type": "global", "callback_id": GENERATE, "description": _DESCRIPTION},
        {
            "name": "Create document",
            "type": "message",
            "callback_id": FROM_MESSAGE,
            "description": "Create a document with what this message says",
        },
    ]
    interactivity: dict[str, Any] = {"is_enabled": True}
    events: dict[str, Any] = {"bot_events": list(BOT_EVENTS)}
    if not socket:
        interactivity |= {
            "request_url": f"{base_url}/slack/interactions",
            "message_menu_options_url": f"{base_url}/slack/options",
        }
        events["request_url"] = f"{base_url}/slack/events"
    oauth: dict[str, Any] = {"scopes": {"bot": list(BOT_SCOPES)}}
    if not socket:
        oauth["redirect_urls"] = [f"{base_url}/slack/oauth_redirect"]
    return {
        "display_information": {"name": "DocGen", "description": _DESCRIPTION, "background_color": "#1f3a5f"},
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "DocGen", "always_online": True},
            "shortcuts": shortcuts,
            "slash_commands": [{**command, **at("commands")}],
        },
        "oauth_config": oauth,
        "settings": {
            "event_subscriptions": events,
            "interactivity": interactivity,
            "org_deploy_enabled": True,
            "socket_mode_enabled": socket,
            "token_rotation_enabled": False,
        },
    }
