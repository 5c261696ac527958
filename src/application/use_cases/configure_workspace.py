"""Read and change what a workspace has chosen for itself."""

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from application.caller import Caller
from application.ports.unit_of_work import UnitsOfWork
from application.settings_in_force import InForce, ServiceBounds
from domain.audit import AuditAction, AuditObject
from domain.errors import InvalidRequestError, PreconditionFailedError
from domain.locale import parse_locale, parse_timezone
from domain.workspace import Workspace, WorkspaceSettings


@dataclass(frozen=True, slots=True)
class ConfiguredWorkspace:
    """A workspace, what it has chosen, and what holds by it; `tag` is another one when any of it is."""

    workspace: Workspace
    chosen: WorkspaceSettings
    in_force: InForce

    @property
    def tag(self) -> str:
        """Name this very state."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:32]


class ReadWorkspace:
    """Whoever works in a workspace may know what holds there."""

    def __init__(self, units_of_work: UnitsOfWork, bounds: ServiceBounds) -> None:
        self._units_of_work = units_of_work
        self._bounds = bounds

    async def __call__(self, caller: Caller) -> ConfiguredWorkspace:
        """Return the caller's workspace.

        Raises:
            NotFoundError: it is gone.
        """
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            workspace, chosen = await unit.workspace.get(), await unit.workspace.settings()
        return ConfiguredWorkspace(workspace, chosen, self._bounds.under(chosen))


@dataclass(frozen=True, slots=True)
class ConfigureWorkspaceCommand:
    """The new values of settings to change, None for the service's own; `seen` are tags of states it is meant for."""

    caller: Caller
    changes: Mapping[str, Any]
    seen: Collection[str] | None = None


class ConfigureWorkspace:
    """Renders that come after the change are kept as it says; those that are there already expire as they were to."""

    def __init__(self, units_of_work: UnitsOfWork, bounds: ServiceBounds) -> None:
        self._units_of_work = units_of_work
        self._bounds = bounds
        self._parsers: Mapping[str, Callable[[Any], str | int]] = {
            "locale": parse_locale,
            "timezone": parse_timezone,
            "retention_days": self._retention,
            "template_bytes": lambda value: _limit("template_bytes", value, bounds.in_force.template_bytes),
            "data_bytes": lambda value: _limit("data_bytes", value, bounds.in_force.data_bytes),
        }

    async def __call__(self, command: ConfigureWorkspaceCommand) -> ConfiguredWorkspace:
        """Change the settings.

        Raises:
            NotFoundError: the workspace is gone.
            PreconditionFailedError: they were changed since the caller has seen them.
            InvalidRequestError: a new value is not acceptable.
        """
        changes: dict[str, Any] = {
            name: None if value is None else self._parsers[name](value) for name, value in command.changes.items()
        }
        async with self._units_of_work.of_workspace(command.caller.workspace_id) as unit:
            workspace, chosen = await unit.workspace.get(), await unit.workspace.settings(for_change=True)
            found = ConfiguredWorkspace(workspace, chosen, self._bounds.under(chosen))
            if command.seen is not None and found.tag not in command.seen:
                raise PreconditionFailedError(
                    "The settings were changed since you have read them: read them again, then repeat the change."
                )
            new = replace(chosen, **changes)
            if new == chosen:
                return found
            kept = replace(new, revision=chosen.revision + 1)
            await unit.workspace.choose(kept)
            detail = ", ".join(f"{name}: {'default' if value is None else value}" for name, value in changes.items())
            entry = command.caller.entry(AuditAction.WORKSPACE_CONFIGURED, AuditObject.WORKSPACE, workspace.id, detail)
            await unit.audit.record(entry)
            await unit.commit()
        return ConfiguredWorkspace(workspace, kept, self._bounds.under(kept))

    def _retention(self, days: int) -> int:
        return _in_range("retention_days", days, self._bounds.max_retention_days, "documents are kept for no longer")


def _limit(name: str, value: int, longest: int) -> int:
    return _in_range(f"limits.{name}", value, longest, "the service takes no more")


def _in_range(field: str, value: int, highest: int, why: str) -> int:
    if not 1 <= value <= highest:
        raise InvalidRequestError(field, f"give a number from 1 to {highest:,}: {why}; or null for the service's own.")
    return value
