"""The contract of `WorkspaceDirectory`."""

from abc import abstractmethod

import pytest

from application.ports.unit_of_work import UnitsOfWork
from application.ports.workspace_directory import WorkspaceDirectory
from domain.errors import ServiceUnavailableError
from domain.identifiers import Slug
from domain.workspace import DEFAULT_WORKSPACE, DEFAULT_WORKSPACE_ID, Workspace
from tests.contracts.unit_of_work import UnitsOfWorkFixtures


class WorkspaceDirectoryContract(UnitsOfWorkFixtures):
    """Promises of every directory of workspaces."""

    @pytest.fixture
    @abstractmethod
    def directory(self, units: UnitsOfWork) -> WorkspaceDirectory:
        """Give the directory of the database that `units` work on."""

    @pytest.fixture
    @abstractmethod
    def directory_that_is_down(self) -> WorkspaceDirectory:
        """Give a directory whose database does not answer."""

    async def test_a_workspace_is_found_by_its_slug(
        self, directory: WorkspaceDirectory, acme: Workspace, globex: Workspace
    ) -> None:
        assert await directory.find(DEFAULT_WORKSPACE) == DEFAULT_WORKSPACE_ID
        assert [await directory.find(each.slug) for each in (acme, globex)] == [acme.id, globex.id]

    @pytest.mark.parametrize("slug", ["nowhere", "", "a\0b", "a\ud800b", "ACME"])
    async def test_a_slug_of_nobody_finds_nothing(
        self, directory: WorkspaceDirectory, acme: Workspace, slug: str
    ) -> None:
        assert await directory.find(Slug(slug)) is None

    async def test_all_of_them_are_listed(
        self, directory: WorkspaceDirectory, acme: Workspace, globex: Workspace
    ) -> None:
        assert sorted(await directory.all()) == sorted([DEFAULT_WORKSPACE_ID, acme.id, globex.id])

    async def test_a_database_that_is_down_is_an_error_and_no_unknown_workspace(
        self, directory_that_is_down: WorkspaceDirectory
    ) -> None:
        with pytest.raises(ServiceUnavailableError):
            await directory_that_is_down.find(DEFAULT_WORKSPACE)
        with pytest.raises(ServiceUnavailableError):
            await directory_that_is_down.all()
