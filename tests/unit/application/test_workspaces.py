"""Workspaces: what they may be called."""

import pytest

from application.use_cases.manage_workspaces import ManageWorkspaces
from domain.errors import InvalidRequestError, NotFoundError
from domain.workspace import DeletedWorkspace
from tests.fakes.clock import FixedClock
from tests.fakes.ids import SequentialIds
from tests.fakes.units_of_work import InMemoryUnitsOfWork


@pytest.mark.parametrize("name", ["x" * 201, "two\nlines", "a\tb", "\x1b[31m"])
async def test_a_name_that_no_list_can_show_is_refused(name: str) -> None:
    workspaces = ManageWorkspaces(InMemoryUnitsOfWork(), FixedClock(), SequentialIds())
    with pytest.raises(InvalidRequestError, match=r"^name: "):
        await workspaces.create("acme", name)
    assert "acme" not in [workspace.slug for workspace in await workspaces.all()]


async def test_without_a_name_it_is_called_by_its_slug() -> None:
    workspaces = ManageWorkspaces(InMemoryUnitsOfWork(), FixedClock(), SequentialIds())
    assert (await workspaces.create("acme", "")).name == "acme"


async def test_of_a_deleted_workspace_it_is_kept_that_there_was_one_and_who_deleted_it() -> None:
    clock = FixedClock()
    workspaces = ManageWorkspaces(InMemoryUnitsOfWork(), clock, SequentialIds())
    acme = await workspaces.create("acme", "Acme Inc.")
    await workspaces.delete("acme", "anna@host")
    with pytest.raises(NotFoundError):
        await workspaces.delete("acme", "bob@host")
    assert await workspaces.deletions() == [DeletedWorkspace(acme, clock.now(), "anna@host")]
