"""Usage of days that are over: added up once, and right again after whatever changes it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from adapters.postgres.database import PostgresDatabase
from adapters.postgres.scope import scope_of
from adapters.postgres.tables.usage import UsageTotalRow
from adapters.postgres.unit_of_work import PostgresUnitsOfWork
from application.ports.render_repository import UsageFilter
from domain.identifiers import WorkspaceId
from domain.render_request import RenderRequest, RenderStatus
from domain.template import Template
from tests.builders import DATA, NOW, a_document, a_render_request, a_template
from tests.contracts.unit_of_work import stored, stored_workspace
from tests.integration.support.units import units_on

DAY = timedelta(days=1)


@pytest.fixture
def units(database: PostgresDatabase, administration: PostgresDatabase) -> PostgresUnitsOfWork:
    return units_on(database, administration=administration)


@pytest.fixture
async def template(units: PostgresUnitsOfWork) -> Template:
    workspace = await stored_workspace(units, "acme")
    return await stored(units, a_template(workspace_id=workspace.id))


async def add(units: PostgresUnitsOfWork, template: Template, status: RenderStatus, days_ago: int) -> RenderRequest:
    document = a_document() if status is RenderStatus.SUCCEEDED else None
    request = a_render_request(template, status=status, document=document, created_at=NOW - days_ago * DAY)
    async with units.of_workspace(template.workspace_id) as unit:
        await unit.renders.add(request, DATA)
        await unit.commit()
    return request


async def usage(units: PostgresUnitsOfWork, workspace_id: WorkspaceId) -> list[tuple[int, int, int, int]]:
    """Return how many days ago how many renders there were, have succeeded and have failed."""
    async with units.of_workspace(workspace_id) as unit:
        days = await unit.renders.usage(UsageFilter((NOW - 10 * DAY).date(), NOW.date()), limit=100)
        await unit.commit()
    return [((NOW.date() - day.day).days, day.renders, day.succeeded, day.failed) for day in days]


async def summed(database: PostgresDatabase, workspace_id: WorkspaceId) -> list[int]:
    """Return how many days ago the days were that are added up."""
    async with database.session(scope_of(workspace_id)) as session:
        days = await session.scalars(select(UsageTotalRow.day).distinct().order_by(UsageTotalRow.day))
        return [(NOW.date() - day).days for day in days]


async def test_a_day_that_is_over_is_added_up_once_and_anew_after_a_late_record(
    units: PostgresUnitsOfWork, database: PostgresDatabase, template: Template
) -> None:
    for days_ago in (3, 2, 2):
        await add(units, template, RenderStatus.SUCCEEDED, days_ago)
    workspace_id = template.workspace_id
    for _ in range(2):
        assert await usage(units, workspace_id) == [(2, 2, 2, 0), (3, 1, 1, 0)]
        assert await summed(database, workspace_id) == [3, 2]
    await add(units, template, RenderStatus.FAILED, 2)
    assert await summed(database, workspace_id) == [3]
    assert await usage(units, workspace_id) == [(2, 3, 2, 1), (3, 1, 1, 0)]
    assert await summed(database, workspace_id) == [3, 2]


async def test_what_waits_for_its_end_keeps_its_day_and_those_behind_it_open(
    units: PostgresUnitsOfWork, database: PostgresDatabase, template: Template
) -> None:
    await add(units, template, RenderStatus.SUCCEEDED, 3)
    waiting = await add(units, template, RenderStatus.QUEUED, 2)
    await add(units, template, RenderStatus.SUCCEEDED, 1)
    workspace_id = template.workspace_id
    assert await usage(units, workspace_id) == [(1, 1, 1, 0), (2, 1, 0, 0), (3, 1, 1, 0)]
    assert await summed(database, workspace_id) == [3]
    await change(units, replace(waiting, status=RenderStatus.FAILED))
    assert await usage(units, workspace_id) == [(1, 1, 1, 0), (2, 1, 0, 1), (3, 1, 1, 0)]
    assert await summed(database, workspace_id) == [3, 2, 1]


async def change(units: PostgresUnitsOfWork, request: RenderRequest) -> None:
    async with units.of_workspace(request.workspace_id) as unit:
        await unit.renders.update(request)
        await unit.commit()


async def test_a_failed_render_that_is_tried_again_takes_its_day_back(
    units: PostgresUnitsOfWork, database: PostgresDatabase, template: Template
) -> None:
    failed = await add(units, template, RenderStatus.FAILED, 2)
    await add(units, template, RenderStatus.SUCCEEDED, 1)
    workspace_id = template.workspace_id
    assert await usage(units, workspace_id) == [(1, 1, 1, 0), (2, 1, 0, 1)]
    await change(units, replace(failed, status=RenderStatus.QUEUED))
    assert await usage(units, workspace_id) == [(1, 1, 1, 0), (2, 1, 0, 0)]
    assert await summed(database, workspace_id) == []
    await change(units, replace(failed, status=RenderStatus.SUCCEEDED, document=a_document()))
    assert await usage(units, workspace_id) == [(1, 1, 1, 0), (2, 1, 1, 0)]
    assert await summed(database, workspace_id) == [2, 1]


async def test_what_is_being_changed_is_not_added_up_and_nobody_waits_for_it(
    units: PostgresUnitsOfWork, database: PostgresDatabase, template: Template
) -> None:
    failed = await add(units, template, RenderStatus.FAILED, 2)
    workspace_id = template.workspace_id
    async with units.of_workspace(workspace_id) as changing:
        await changing.renders.update(replace(failed, status=RenderStatus.SUCCEEDED, document=a_document()))
        assert await usage(units, workspace_id) == [(2, 1, 0, 1)]
        assert await summed(database, workspace_id) == []
        await changing.commit()
    assert await usage(units, workspace_id) == [(2, 1, 1, 0)]
    assert await summed(database, workspace_id) == [2]
