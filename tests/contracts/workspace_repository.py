"""The contract of `WorkspaceRepository`."""

from datetime import timedelta

import pytest

from application.ports.render_repository import RenderFilter
from application.ports.template_repository import TemplateFilter
from application.ports.unit_of_work import UnitsOfWork
from domain.errors import InvalidRequestError, NotFoundError, SlugTakenError
from domain.identifiers import Slug
from domain.workspace import DEFAULT_WORKSPACE, DEFAULT_WORKSPACE_ID, DeletedWorkspace, Workspace
from tests.builders import DATA, NOW, a_render_request, a_template, a_workspace
from tests.contracts.template_repository import UNSTORABLE
from tests.contracts.unit_of_work import UnitsOfWorkFixtures, stored


class WorkspaceRepositoryContract(UnitsOfWorkFixtures):
    """Promises of every collection of workspaces."""

    async def test_the_default_workspace_is_there_from_the_start(self, units: UnitsOfWork) -> None:
        async with units.of_administration() as unit:
            default = await unit.workspaces.get(DEFAULT_WORKSPACE)
            assert await unit.workspaces.all() == [default]
        assert (default.id, default.slug) == (DEFAULT_WORKSPACE_ID, "default")

    async def test_a_workspace_is_kept_in_every_field(self, units: UnitsOfWork) -> None:
        workspace = a_workspace("muenchen", name="München 💶")
        async with units.of_administration() as unit:
            await unit.workspaces.add(workspace)
            await unit.commit()
        async with units.of_administration() as unit:
            assert await unit.workspaces.get(workspace.slug) == workspace

    async def test_workspaces_are_listed_by_slug(self, units: UnitsOfWork) -> None:
        async with units.of_administration() as unit:
            for slug in ("globex", "a-2", "acme", "a1"):
                await unit.workspaces.add(a_workspace(slug))
            assert [w.slug for w in await unit.workspaces.all()] == ["a-2", "a1", "acme", "default", "globex"]

    async def test_a_slug_is_given_once(self, units: UnitsOfWork, acme: Workspace) -> None:
        async with units.of_administration() as unit:
            with pytest.raises(SlugTakenError, match="workspace") as failure:
                await unit.workspaces.add(a_workspace(acme.slug))
        assert failure.value.slug == acme.slug

    @pytest.mark.parametrize("text", UNSTORABLE.values(), ids=UNSTORABLE)
    async def test_a_name_that_cannot_be_kept_is_refused(self, units: UnitsOfWork, text: str) -> None:
        async with units.of_administration() as unit:
            with pytest.raises(InvalidRequestError) as failure:
                await unit.workspaces.add(a_workspace(name=text))
        assert failure.value.field == "name"

    async def test_deleting_takes_everything_of_the_workspace_and_nothing_else(
        self, units: UnitsOfWork, acme: Workspace, globex: Workspace
    ) -> None:
        for workspace in (acme, globex):
            template = await stored(units, a_template(workspace_id=workspace.id))
            async with units.of_workspace(workspace.id) as unit:
                await unit.renders.add(a_render_request(template), DATA)
                await unit.commit()
        async with units.of_administration() as unit:
            await unit.workspaces.delete(acme.slug)
            await unit.commit()
        async with units.of_administration() as unit:
            assert [workspace.slug for workspace in await unit.workspaces.all()] == ["default", "globex"]
        for workspace, left in ((acme, 0), (globex, 1)):
            async with units.of_workspace(workspace.id) as unit:
                assert len(await unit.templates.search(TemplateFilter(), limit=10)) == left
                assert len(await unit.renders.search(RenderFilter(), limit=10)) == left

    @pytest.mark.parametrize("slug", ["missing", "a\0b", "a\ud800b"])
    async def test_a_workspace_that_is_not_there_is_not_found(self, units: UnitsOfWork, slug: str) -> None:
        async with units.of_administration() as unit:
            with pytest.raises(NotFoundError) as failure:
                await unit.workspaces.get(Slug(slug))
            assert (failure.value.kind, failure.value.reference) == ("workspace", slug)
            with pytest.raises(NotFoundError):
                await unit.workspaces.delete(Slug(slug))

    async def test_deletions_are_kept_in_every_field_the_last_one_first(self, units: UnitsOfWork) -> None:
        gone = [
            DeletedWorkspace(a_workspace(slug), NOW + timedelta(days=day), "Zoë@host")
            for day, slug in enumerate(("acme", "globex", "acme"))
        ]
        async with units.of_administration() as unit:
            assert await unit.workspaces.deletions() == []
            for each in gone:
                await unit.workspaces.record_deletion(each)
            await unit.commit()
        async with units.of_administration() as unit:
            assert await unit.workspaces.deletions() == gone[::-1]
