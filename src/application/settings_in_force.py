"""What holds in a workspace: what it has chosen, within what the service permits."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Protocol

from typing_extensions import override

from application.defaults import RenderDefaults
from application.ports.clock import Clock
from application.ports.template_changes import TemplateChanges
from application.ports.unit_of_work import UnitsOfWork
from application.until_changed import UntilChanged
from domain.identifiers import WorkspaceId
from domain.workspace import WorkspaceSettings


@dataclass(frozen=True, slots=True)
class InForce:
    """What holds for a request: defaults, and how large (bytes) a template's file and the data may be."""

    defaults: RenderDefaults
    template_bytes: int
    data_bytes: int


@dataclass(frozen=True, slots=True)
class ServiceBounds:
    """What holds where a workspace has chosen nothing, and how far it may go.

    It may keep documents for `max_retention_days`, and make the limits tighter, but not wider.
    """

    in_force: InForce
    max_retention_days: int

    def under(self, chosen: WorkspaceSettings) -> InForce:
        """Return what holds for a workspace; the service's bounds may have become tighter since it chose."""
        service, defaults = self.in_force, self.in_force.defaults
        return InForce(
            RenderDefaults(
                chosen.locale or defaults.locale,
                chosen.timezone or defaults.timezone,
                min(chosen.retention_days or defaults.retention_days, self.max_retention_days),
            ),
            min(chosen.template_bytes or service.template_bytes, service.template_bytes),
            min(chosen.data_bytes or service.data_bytes, service.data_bytes),
        )


class SettingsInForce(Protocol):
    """Knows what holds in a workspace."""

    @abstractmethod
    async def of(self, workspace_id: WorkspaceId) -> InForce:
        """Return what holds in this workspace."""


class FixedSettings(SettingsInForce):
    """The same for every workspace: for commands without a database."""

    def __init__(self, in_force: InForce) -> None:
        self._in_force = in_force

    @override
    async def of(self, workspace_id: WorkspaceId) -> InForce:
        return self._in_force


class SettingsOfWorkspaces(SettingsInForce):
    """What each workspace has chosen; asked again within a second, and where nothing has changed, it costs no query."""

    def __init__(
        self, units_of_work: UnitsOfWork, changes: TemplateChanges, clock: Clock, bounds: ServiceBounds
    ) -> None:
        self._units_of_work = units_of_work
        self._bounds = bounds
        self._remembered: UntilChanged[None, InForce] = UntilChanged(changes, clock)

    @override
    async def of(self, workspace_id: WorkspaceId) -> InForce:
        async def read() -> InForce:
            async with self._units_of_work.of_workspace(workspace_id) as unit:
                return self._bounds.under(await unit.workspace.settings())

        return await self._remembered.get(workspace_id, None, read)
