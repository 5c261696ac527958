"""`docgen slack`: the manifest of the Slack app, links that install it, and who may add templates from there."""

import asyncio
import json
import sys
from argparse import Namespace
from typing import Final

from application.caller import operator
from application.slack.installing import no_oauth
from application.slack.manifest import app_manifest
from domain.errors import ConflictError, InvalidRequestError
from entrypoints.cli.database import with_database
from entrypoints.cli.output import say
from entrypoints.container import Container
from entrypoints.lifespan import entered
from entrypoints.settings.service import load_settings
from entrypoints.settings.types import web_address


def run(options: Namespace) -> int:
    """Carry out one action."""
    if options.action == "manifest":
        say(manifest_text(options.base_url, as_json=options.json))
        return 0
    with with_database(load_settings()) as settings:
        asyncio.run(_ACTIONS[options.action](Container(settings=settings), options))
    return 0


def manifest_text(base_url: str | None, *, as_json: bool = False) -> str:
    """Return the manifest of an app that sends to this address, None over Socket Mode: YAML, or JSON.

    Raises:
        InvalidRequestError: it is no address of the web.
    """
    try:
        address = None if base_url is None else web_address(base_url)
    except ValueError as error:
        raise InvalidRequestError("--base-url", f"{error}.") from None
    manifest = app_manifest(address)
    return json.dumps(manifest, indent=2) if as_json else "\n".join(_yaml(manifest, ""))


async def _link(container: Container, options: Namespace) -> None:
    workspace = options.workspace
    parts = container.slack()
    if parts is None or parts.install is None:
        raise no_oauth()
    async with entered(container.databases()):
        found = await container.manage_workspaces().get(workspace)
        link = await parts.install.link(operator(found.id, found.slug))
    # The link alone is the result, so that a script can take it as it is.
    sys.stderr.write(f"Works once, until {link.expires_at:%Y-%m-%d %H:%M} UTC, for the workspace {workspace}:\n")
    say(link.url)


async def _authors(container: Container, options: Namespace) -> None:
    parts = container.slack()
    if parts is None or parts.install is None:
        raise ConflictError(
            "Slack workspaces have lists of their own where the app is installed by links (DOCGEN_SLACK__CLIENT_ID). "
            "In the one of DOCGEN_SLACK__BOT_TOKEN, DOCGEN_SLACK__TEMPLATE_AUTHORS names them."
        )
    async with entered(container.databases()):
        found = await container.manage_workspaces().get(options.workspace)
        caller = operator(found.id, found.slug)
        if options.set is None:
            named = await parts.authors.get(caller, options.place)
        else:
            user_ids = [each.strip() for each in options.set.split(",") if each.strip()]
            named = await parts.authors.set(caller, options.place, user_ids)
    for each in named:
        say(each)


_ACTIONS: Final = {"install-link": _link, "authors": _authors}


def _yaml(value: object, indent: str) -> list[str]:
    """Write what a manifest is made of: every JSON text is YAML too, so that texts need no rules of their own."""
    if isinstance(value, dict):
        return [line for name, each in value.items() for line in _member(f"{indent}{name}:", each, indent + "  ")]
    if isinstance(value, list):
        lines = []
        for each in value:
            first, *rest = _yaml(each, indent + "  ")
            lines += [f"{indent}- {first.strip()}", *rest]
        return lines
    return [f"{indent}{json.dumps(value)}"]


def _member(name: str, value: object, indent: str) -> list[str]:
    if isinstance(value, (dict, list)):
        return [name, *_yaml(value, indent)]
    return [f"{name} {json.dumps(value)}"]
