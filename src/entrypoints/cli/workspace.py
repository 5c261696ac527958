"""`docgen workspace`: create, list and delete workspaces."""

import asyncio
import getpass
import os
import socket
import sys
from argparse import Namespace
from collections.abc import Awaitable, Callable

from application.use_cases.manage_workspaces import ManageWorkspaces
from entrypoints.cli.database import with_database
from entrypoints.cli.output import complain, say
from entrypoints.container import Container
from entrypoints.lifespan import entered
from entrypoints.settings import Settings, load_settings


def run(options: Namespace) -> int:
    """Carry out one action."""
    if options.action == "delete" and not _confirmed(options):
        complain(f"Nothing was deleted. To delete {options.slug!r} without being asked, add --yes.")
        return 2
    with with_database(load_settings()) as settings:
        asyncio.run(_with_workspaces(settings, lambda workspaces: _ACTIONS[options.action](workspaces, options)))
    return 0


async def _with_workspaces(settings: Settings, action: Callable[[ManageWorkspaces], Awaitable[None]]) -> None:
    container = Container(settings=settings)
    async with entered(container.databases()):
        await action(container.manage_workspaces())


async def _create(workspaces: ManageWorkspaces, options: Namespace) -> None:
    workspace = await workspaces.create(options.slug, options.name)
    say(f"Created the workspace {workspace.slug} ({workspace.id}).")


async def _list(workspaces: ManageWorkspaces, options: Namespace) -> None:
    if options.deleted:
        for gone in await workspaces.deletions():
            was = gone.workspace
            say(f"{was.slug}\t{was.name}\t{was.id}\t{gone.deleted_at:%Y-%m-%d %H:%M:%S}Z\t{gone.deleted_by}")
        return
    for workspace in await workspaces.all():
        say(f"{workspace.slug}\t{workspace.name}\t{workspace.id}\t{workspace.created_at:%Y-%m-%d}")


async def _delete(workspaces: ManageWorkspaces, options: Namespace) -> None:
    await workspaces.delete(options.slug, _who())
    say(f"Deleted the workspace {options.slug}.")


_ACTIONS = {"create": _create, "list": _list, "delete": _delete}


def _confirmed(options: Namespace) -> bool:
    if options.yes:
        return True
    if not sys.stdin.isatty():
        return False
    answer = input(f"Delete the workspace {options.slug!r} with all its templates and documents, for good? [y/N] ")
    return answer.strip().lower() in ("y", "yes")


def _who() -> str:
    """Name who runs the command: the user of the machine, and the machine."""
    try:
        user = os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):  # a container may have no name for its user
        user = f"user {os.geteuid()}"
    return f"{user}@{socket.gethostname()}"
