"""`docgen workspace`: create, list, configure and delete workspaces."""

import asyncio
import getpass
import os
import socket
import sys
from argparse import Namespace
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from application.caller import operator
from application.use_cases.configure_workspace import ConfiguredWorkspace, ConfigureWorkspaceCommand
from domain.errors import InvalidRequestError
from entrypoints.cli.database import with_database
from entrypoints.cli.output import complain, say
from entrypoints.container import Container
from entrypoints.lifespan import entered
from entrypoints.settings.service import Settings, load_settings

# A number of bytes that no service permits has more.
_DIGITS: Final = 15


def run(options: Namespace) -> int:
    """Carry out one action."""
    if options.action == "delete" and not _confirmed(options):
        complain(f"Nothing was deleted. To delete {options.slug!r} without being asked, add --yes.")
        return 2
    with with_database(load_settings()) as settings:
        asyncio.run(_carry_out(settings, options))
    return 0


async def _carry_out(settings: Settings, options: Namespace) -> None:
    container = Container(settings=settings)
    async with entered(container.databases()):
        await _ACTIONS[options.action](container, options)


async def _create(container: Container, options: Namespace) -> None:
    workspace = await container.manage_workspaces().create(options.slug, options.name)
    say(f"Created the workspace {workspace.slug} ({workspace.id}).")


async def _list(container: Container, options: Namespace) -> None:
    if options.deleted:
        for gone in await container.manage_workspaces().deletions():
            was = gone.workspace
            say(f"{was.slug}\t{was.name}\t{was.id}\t{gone.deleted_at:%Y-%m-%d %H:%M:%S}Z\t{gone.deleted_by}")
        return
    for workspace in await container.manage_workspaces().all():
        say(f"{workspace.slug}\t{workspace.name}\t{workspace.id}\t{workspace.created_at:%Y-%m-%d}")


async def _show(container: Container, options: Namespace) -> None:
    workspace = await container.manage_workspaces().get(options.slug)
    _say_settings(await container.read_workspace()(operator(workspace.id, workspace.slug)))


async def _configure(container: Container, options: Namespace) -> None:
    changes = {name: _value(name, text) for name in _SETTINGS if (text := getattr(options, name)) is not None}
    workspace = await container.manage_workspaces().get(options.slug)
    command = ConfigureWorkspaceCommand(operator(workspace.id, workspace.slug), changes)
    _say_settings(await container.configure_workspace()(command))


async def _delete(container: Container, options: Namespace) -> None:
    await container.manage_workspaces().delete(options.slug, _who())
    say(f"Deleted the workspace {options.slug}.")


_Action = Callable[[Container, Namespace], Awaitable[None]]
_ACTIONS: Final[Mapping[str, _Action]] = {
    "create": _create,
    "list": _list,
    "show": _show,
    "configure": _configure,
    "delete": _delete,
}

_TEXTS: Final = ("locale", "timezone")
_SETTINGS: Final = (*_TEXTS, "retention_days", "template_bytes", "data_bytes")
_DEFAULT: Final = "default"


def _value(name: str, text: str) -> str | int | None:
    if text == _DEFAULT:
        return None
    if name in _TEXTS:
        return text
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise InvalidRequestError(f"--{name.replace('_', '-')}", "give a number, or 'default' for the service's own.")
    return int(text)


def _say_settings(found: ConfiguredWorkspace) -> None:
    """Print each setting in force, and whether the workspace has chosen it."""
    holds, defaults = found.in_force, found.in_force.defaults
    values = (defaults.locale, defaults.timezone, defaults.retention_days, holds.template_bytes, holds.data_bytes)
    for name, value in zip(_SETTINGS, values, strict=True):
        origin = "the service's own" if getattr(found.chosen, name) is None else "chosen"
        say(f"{name}\t{value}\t{origin}")


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
