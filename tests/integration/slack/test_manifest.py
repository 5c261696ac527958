"""The manifest: what Slack is told is what the code uses."""

import inspect
import json
from pathlib import Path

import pytest
import yaml

from adapters.slack import clients
from application.slack import delivering, edge, files, generate, home, merge, people, resolving, templates
from application.slack.manifest import app_manifest
from application.slack.names import BOT_EVENTS, BOT_SCOPES
from domain.errors import InvalidRequestError
from entrypoints.cli.main import main
from entrypoints.cli.slack import manifest_text
from entrypoints.container import Container
from entrypoints.parts.slack import SlackParts
from entrypoints.settings.service import Settings
from entrypoints.slack.routes import PATHS

BASE = "https://docgen.example.org"
MODULES = (delivering, edge, files, generate, home, merge, people, resolving, templates, clients)
# The scope that each method needs (docs.slack.dev/reference/methods).
METHODS = {
    "views.open": None,
    "views.update": None,
    "views.publish": None,
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "users.info": "users:read",
    "conversations.open": "im:write",
    "conversations.info": "channels:read",
    "files.info": "files:read",
    "files.getUploadURLExternal": "files:write",
    "files.completeUploadExternal": "files:write",
}


def test_the_file_is_what_the_command_prints() -> None:
    text = Path("infra/slack/manifest.yaml").read_text(encoding="utf-8")
    assert text == manifest_text(BASE) + "\n"


def test_yaml_and_json_say_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["slack", "manifest", "--base-url", f"{BASE}/"]) == 0
    assert yaml.safe_load(capsys.readouterr().out) == app_manifest(BASE)
    assert main(["slack", "manifest", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == app_manifest(None)


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="is not an address"):
        manifest_text("docgen.example.org")


def test_slack_sends_to_the_addresses_that_there_are() -> None:
    manifest = app_manifest(BASE)
    settings = manifest["settings"]
    addresses = {
        manifest["features"]["slash_commands"][0]["url"],
        settings["interactivity"]["request_url"],
        settings["interactivity"]["message_menu_options_url"],
        settings["event_subscriptions"]["request_url"],
    }
    assert addresses == {BASE + path for path in PATHS}


def test_every_shortcut_and_event_has_a_route(slack_settings: Settings) -> None:
    manifest = app_manifest(BASE)
    parts = Container(settings=slack_settings).slack()
    assert isinstance(parts, SlackParts)
    routes = parts.routes.by_name
    for shortcut in manifest["features"]["shortcuts"]:
        assert f"shortcut:{shortcut['callback_id']}" in routes
    declared = {f"event:{event.partition('.')[0]}" for event in BOT_EVENTS}
    assert declared == {name for name in routes if name.startswith("event:")}


def test_the_scopes_are_those_of_the_methods_that_are_called() -> None:
    sources = "".join(inspect.getsource(module) for module in MODULES)
    called = {method for method in METHODS if f'"{method}"' in sources}
    needed = {METHODS[method] for method in called} - {None}
    assert needed | {"commands", "groups:read", "im:history"} == set(BOT_SCOPES)


def test_what_slack_says_of_lengths_holds() -> None:
    manifest = app_manifest(None)
    assert len(manifest["display_information"]["description"]) <= 140
    for shortcut in manifest["features"]["shortcuts"]:
        assert len(shortcut["name"]) <= 24
        assert len(shortcut["description"]) <= 150
