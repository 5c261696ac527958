"""`docgen api-key`: create, list and revoke API keys."""

import asyncio
import sys
from argparse import Namespace
from collections.abc import AsyncIterator

from application.caller import Caller, operator
from application.use_cases.manage_api_keys import CreateApiKeyCommand
from domain.api_key import ApiKey
from domain.errors import NotFoundError
from domain.scope import Scope, in_order
from domain.workspace import Workspace
from entrypoints.cli.database import with_database
from entrypoints.cli.output import say
from entrypoints.container import Container
from entrypoints.lifespan import entered
from entrypoints.settings.service import load_settings

_DAY = 24 * 3600
_PAGE = 200


def run(options: Namespace) -> int:
    """Carry out one action."""
    with with_database(load_settings()) as settings:
        asyncio.run(_act(Container(settings=settings), options))
    return 0


async def _act(container: Container, options: Namespace) -> None:
    async with entered(container.databases()):
        await _ACTIONS[options.action](container, options)


async def _create(container: Container, options: Namespace) -> None:
    caller = _operator_of(await container.manage_workspaces().get(options.workspace))
    expires_in = None if options.expires_in is None else options.expires_in * _DAY
    command = CreateApiKeyCommand(caller, options.name, options.scopes or list(Scope), expires_in)
    key, secret = await container.manage_api_keys().create(command)
    # The secret alone is the result, so that a script can take it as it is.
    sys.stderr.write(f"Created the key {key.id} for the workspace {options.workspace}. It is shown this once:\n")
    say(secret)


async def _list(container: Container, options: Namespace) -> None:
    now = container.clock().now()
    for workspace in await _workspaces(container, options):
        async for key in _keys_of(container, _operator_of(workspace)):
            state = "revoked" if key.revoked_at else "active" if key.refusal_at(now) is None else "expired"
            used = f"{key.last_used_at:%Y-%m-%d}" if key.last_used_at else "never used"
            scopes = " ".join(in_order(key.scopes))
            say("\t".join((key.id, workspace.slug, key.name, f"{key.hint}…", state, used, scopes)))


async def _revoke(container: Container, options: Namespace) -> None:
    for workspace in await _workspaces(container, options):
        try:
            key = await container.manage_api_keys().revoke(_operator_of(workspace), options.key_id)
        except NotFoundError:
            continue
        say(f"Revoked the key {key.id} ({key.name}) of the workspace {workspace.slug}.")
        return
    raise NotFoundError("API key", options.key_id, "in any" if options.workspace is None else "in this")


_ACTIONS = {"create": _create, "list": _list, "revoke": _revoke}


async def _workspaces(container: Container, options: Namespace) -> list[Workspace]:
    workspaces = container.manage_workspaces()
    return await workspaces.all() if options.workspace is None else [await workspaces.get(options.workspace)]


async def _keys_of(container: Container, caller: Caller) -> AsyncIterator[ApiKey]:
    page = await container.manage_api_keys().search(caller, limit=_PAGE)
    while page:
        for key in page:
            yield key
        page = await container.manage_api_keys().search(caller, limit=_PAGE, after=page[-1].id)


def _operator_of(workspace: Workspace) -> Caller:
    return operator(workspace.id, workspace.slug)
