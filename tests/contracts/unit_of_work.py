"""The contract of `UnitsOfWork`: what its transactions promise. What the repositories promise stands beside it."""

import asyncio
from abc import ABC, abstractmethod

import pytest

from application.ports.template_repository import TemplateFilter
from application.ports.unit_of_work import UnitsOfWork
from domain.errors import NotFoundError, PreconditionFailedError, ServiceUnavailableError
from domain.identifiers import WorkspaceId
from domain.template import Template, TemplateVersion
from domain.workspace import Workspace
from tests.builders import NOW, a_template, a_version, a_workspace


class UnitsOfWorkFixtures(ABC):
    """What a module gives to run the contracts of units of work and repositories."""

    @pytest.fixture
    @abstractmethod
    def units(self) -> UnitsOfWork:
        """Give units of work on a database with no workspace but `default`."""

    @pytest.fixture
    async def acme(self, units: UnitsOfWork) -> Workspace:
        """A stored workspace."""
        return await stored_workspace(units, "acme")

    @pytest.fixture
    async def globex(self, units: UnitsOfWork) -> Workspace:
        """Another one."""
        return await stored_workspace(units, "globex")


async def stored_workspace(units: UnitsOfWork, slug: str) -> Workspace:
    """Store a workspace."""
    workspace = a_workspace(slug)
    async with units.of_administration() as unit:
        await unit.workspaces.add(workspace)
        await unit.commit()
    return workspace


async def stored(units: UnitsOfWork, template: Template, version: TemplateVersion | None = None) -> Template:
    """Store a template with its first version."""
    async with units.of_workspace(template.workspace_id) as unit:
        await unit.templates.add(template, version or a_version(template))
        await unit.commit()
    return template


async def updated(units: UnitsOfWork, template: Template) -> None:
    """Store a changed template."""
    async with units.of_workspace(template.workspace_id) as unit:
        await unit.templates.update(template)
        await unit.commit()


async def template_names(units: UnitsOfWork, workspace_id: WorkspaceId) -> list[str]:
    """List the names of a workspace's templates, newest first."""
    async with units.of_workspace(workspace_id) as unit:
        return [template.name for template in await unit.templates.search(TemplateFilter(), limit=100)]


async def with_one_version_more(units: UnitsOfWork, template: Template, content: bytes) -> int:
    """Add a version in the way of a use case, and return its number."""
    async with units.of_workspace(template.workspace_id) as unit:
        current = await unit.templates.get(template.id, for_change=True)
        changed = current.with_new_version(publish=True, at=NOW)
        await unit.templates.update(changed)
        await unit.templates.add_version(a_version(current, changed.latest_version, content))
        await unit.commit()
    return changed.latest_version


class _OnPurposeError(Exception):
    """Raised by a test inside a unit of work."""


class UnitsOfWorkContract(UnitsOfWorkFixtures):
    """Promises of every transaction."""

    @pytest.fixture
    @abstractmethod
    def units_that_are_down(self) -> UnitsOfWork:
        """Give units of work on a database that does not answer."""

    async def test_what_is_committed_stays(self, units: UnitsOfWork, acme: Workspace) -> None:
        template = a_template(workspace_id=acme.id)
        async with units.of_workspace(acme.id) as unit:
            await unit.templates.add(template, a_version(template))
            await unit.commit()
        async with units.of_workspace(acme.id) as unit:
            assert await unit.templates.get(template.id) == template

    async def test_leaving_without_a_commit_undoes_everything(self, units: UnitsOfWork, acme: Workspace) -> None:
        template = a_template(workspace_id=acme.id)
        async with units.of_workspace(acme.id) as unit:
            await unit.templates.add(template, a_version(template))
        assert await template_names(units, acme.id) == []

    async def test_an_error_undoes_everything_and_passes_through(self, units: UnitsOfWork, acme: Workspace) -> None:
        template = a_template(workspace_id=acme.id)

        async def fail_halfway() -> None:
            async with units.of_workspace(acme.id) as unit:
                await unit.templates.add(template, a_version(template))
                raise _OnPurposeError

        with pytest.raises(_OnPurposeError):
            await fail_halfway()
        assert await template_names(units, acme.id) == []

    async def test_what_follows_a_commit_needs_another_one(self, units: UnitsOfWork, acme: Workspace) -> None:
        kept, lost = a_template("kept", workspace_id=acme.id), a_template("lost", workspace_id=acme.id)
        async with units.of_workspace(acme.id) as unit:
            await unit.templates.add(kept, a_version(kept))
            await unit.commit()
            await unit.templates.add(lost, a_version(lost))
        assert await template_names(units, acme.id) == ["Kept"]

    async def test_a_transaction_sees_its_own_changes_and_others_do_not(
        self, units: UnitsOfWork, acme: Workspace
    ) -> None:
        template = a_template(workspace_id=acme.id)
        async with units.of_workspace(acme.id) as unit:
            await unit.templates.add(template, a_version(template))
            assert await unit.templates.get(template.slug) == template
            assert await template_names(units, acme.id) == []

    async def test_a_transaction_reads_what_others_committed_meanwhile(
        self, units: UnitsOfWork, acme: Workspace
    ) -> None:
        template = await stored(units, a_template(workspace_id=acme.id))
        async with units.of_workspace(acme.id) as unit:
            await unit.templates.get(template.id)
            renamed = template.edit(NOW, name="Renamed")
            await updated(units, renamed)
            assert await unit.templates.get(template.id, for_change=True) == renamed

    async def test_writers_who_read_for_change_come_one_after_the_other(
        self, units: UnitsOfWork, acme: Workspace
    ) -> None:
        template = await stored(units, a_template(workspace_id=acme.id))
        numbers = await asyncio.gather(*(with_one_version_more(units, template, b"%d" % n) for n in range(5)))
        assert sorted(numbers) == [2, 3, 4, 5, 6]
        async with units.of_workspace(acme.id) as unit:
            assert (await unit.templates.get(template.id)).latest_version == 6
            versions = await unit.templates.list_versions(template.id, limit=10)
        assert [version.number for version in versions] == [6, 5, 4, 3, 2, 1]

    async def test_of_two_writers_of_the_same_revision_one_fails(self, units: UnitsOfWork, acme: Workspace) -> None:
        template = await stored(units, a_template(workspace_id=acme.id))
        outcomes = await asyncio.gather(
            *(updated(units, template.edit(NOW, name=name)) for name in ("One", "Two")), return_exceptions=True
        )
        assert {type(outcome) for outcome in outcomes} == {PreconditionFailedError, type(None)}
        winner = ["One", "Two"][outcomes.index(None)]
        assert await template_names(units, acme.id) == [winner]

    async def test_a_workspace_that_does_not_exist_keeps_nothing(self, units: UnitsOfWork) -> None:
        template = a_template(workspace_id=a_workspace().id)
        with pytest.raises(NotFoundError, match="workspace"):
            await stored(units, template)

    async def test_a_database_that_is_down_is_named(self, units_that_are_down: UnitsOfWork) -> None:
        for transaction in (
            units_that_are_down.of_workspace(a_workspace().id),
            units_that_are_down.of_administration(),
        ):
            with pytest.raises(ServiceUnavailableError, match=r"[Dd]atabase") as failure:
                async with transaction:
                    pass
            assert failure.value.component == "database"
