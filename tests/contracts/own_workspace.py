"""The contract of `OwnWorkspace`."""

import asyncio
from dataclasses import replace

import pytest

from application.ports.unit_of_work import UnitsOfWork
from domain.errors import InvalidRequestError, NotFoundError
from domain.workspace import Workspace, WorkspaceSettings
from tests.builders import a_workspace
from tests.contracts.template_repository import UNSTORABLE
from tests.contracts.unit_of_work import UnitsOfWorkFixtures

CHOSEN = WorkspaceSettings("de-DE", "Europe/Berlin", 7, 5_000_000_000, 1_000, revision=1)


async def kept(units: UnitsOfWork, workspace: Workspace) -> WorkspaceSettings:
    """Read the settings of a workspace."""
    async with units.of_workspace(workspace.id) as unit:
        return await unit.workspace.settings()


async def choose(units: UnitsOfWork, workspace: Workspace, settings: WorkspaceSettings) -> None:
    """Keep settings of a workspace."""
    async with units.of_workspace(workspace.id) as unit:
        await unit.workspace.settings(for_change=True)
        await unit.workspace.choose(settings)
        await unit.commit()


class OwnWorkspaceContract(UnitsOfWorkFixtures):
    """Promises of every workspace that sees itself."""

    async def test_it_sees_itself(self, units: UnitsOfWork, acme: Workspace) -> None:
        async with units.of_workspace(acme.id) as unit:
            assert await unit.workspace.get() == acme

    async def test_what_is_chosen_is_kept_in_every_field_and_for_this_workspace_alone(
        self, units: UnitsOfWork, acme: Workspace, globex: Workspace
    ) -> None:
        await choose(units, acme, CHOSEN)
        assert await kept(units, acme) == CHOSEN
        assert await kept(units, globex) == WorkspaceSettings()
        again = replace(CHOSEN, locale=None, data_bytes=None, revision=2)
        await choose(units, acme, again)
        assert await kept(units, acme) == again

    async def test_what_is_not_committed_was_never_chosen(self, units: UnitsOfWork, acme: Workspace) -> None:
        async with units.of_workspace(acme.id) as unit:
            await unit.workspace.settings(for_change=True)
            await unit.workspace.choose(CHOSEN)
        assert await kept(units, acme) == WorkspaceSettings()

    async def test_changes_at_once_come_one_after_the_other(self, units: UnitsOfWork, acme: Workspace) -> None:
        async def count() -> None:
            async with units.of_workspace(acme.id) as unit:
                found = await unit.workspace.settings(for_change=True)
                await unit.workspace.choose(replace(found, revision=found.revision + 1))
                await unit.commit()

        await asyncio.gather(*(count() for _ in range(8)))
        assert (await kept(units, acme)).revision == 8

    async def test_one_that_is_gone_is_not_found(self, units: UnitsOfWork) -> None:
        gone = a_workspace("gone")
        async with units.of_workspace(gone.id) as unit:
            with pytest.raises(NotFoundError):
                await unit.workspace.get()
        async with units.of_workspace(gone.id) as unit:
            with pytest.raises(NotFoundError):
                await unit.workspace.settings(for_change=True)

    async def test_settings_go_with_their_workspace(self, units: UnitsOfWork, acme: Workspace) -> None:
        await choose(units, acme, CHOSEN)
        async with units.of_administration() as unit:
            await unit.workspaces.delete(acme.slug)
            await unit.commit()
        assert await kept(units, acme) == WorkspaceSettings()

    @pytest.mark.parametrize("text", UNSTORABLE.values(), ids=UNSTORABLE)
    async def test_a_text_that_cannot_be_kept_is_refused(self, units: UnitsOfWork, acme: Workspace, text: str) -> None:
        async with units.of_workspace(acme.id) as unit:
            with pytest.raises(InvalidRequestError, match="timezone"):
                await unit.workspace.choose(replace(CHOSEN, timezone=text))
