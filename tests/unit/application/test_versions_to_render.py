"""What a render names is looked up once, until it changes."""

import asyncio
from datetime import timedelta

import pytest

from application.ports.unit_of_work import UnitOfWork
from application.versions_to_render import VersionsToRender
from domain.errors import NotFoundError, NotPublishedError, ServiceUnavailableError
from domain.identifiers import WorkspaceId
from domain.template import Template
from tests.builders import WORKSPACE_ID, a_template
from tests.contracts.unit_of_work import stored, with_one_version_more
from tests.fakes.clock import FixedClock
from tests.fakes.template_changes import InMemoryTemplateChanges
from tests.fakes.units_of_work import InMemoryUnitsOfWork

A_MOMENT, LONG = timedelta(milliseconds=900), timedelta(milliseconds=1100)


class UnheardChanges(InMemoryTemplateChanges):
    """Hears of nothing, and believes that there is nothing to hear."""

    def generation(self, workspace_id: WorkspaceId) -> int | None:
        return 0


@pytest.fixture
def units() -> InMemoryUnitsOfWork:
    return InMemoryUnitsOfWork()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def versions(units: InMemoryUnitsOfWork, clock: FixedClock) -> VersionsToRender:
    return VersionsToRender(units, InMemoryTemplateChanges(units), clock)


@pytest.fixture
def deaf(units: InMemoryUnitsOfWork, clock: FixedClock) -> VersionsToRender:
    return VersionsToRender(units, UnheardChanges(units), clock)


@pytest.fixture
async def template(units: InMemoryUnitsOfWork) -> Template:
    return await stored(units, a_template("letter", workspace_id=WORKSPACE_ID).publish(1, at=FixedClock().now()))


async def number_of(versions: VersionsToRender, template: str = "letter", version: int | None = None) -> int:
    """Say which version is found."""
    found, of_it = await versions.find(WORKSPACE_ID, template, version)
    assert of_it.template_id == found.id
    return of_it.number


async def test_the_same_again_needs_no_database(
    units: InMemoryUnitsOfWork, deaf: VersionsToRender, template: Template
) -> None:
    first = await deaf.find(WORKSPACE_ID, "letter", None)
    units.database.down = True
    assert await deaf.find(WORKSPACE_ID, "letter", None) == first
    with pytest.raises(ServiceUnavailableError):
        await deaf.find(WORKSPACE_ID, template.id, None)


class CountingUnitsOfWork(InMemoryUnitsOfWork):
    """Counts the units of work that are made of it."""

    made = 0

    def of_workspace(self, workspace_id: WorkspaceId) -> UnitOfWork:
        self.made += 1
        return super().of_workspace(workspace_id)


async def test_those_who_ask_at_the_same_time_ask_the_database_once(clock: FixedClock) -> None:
    units = CountingUnitsOfWork()
    await stored(units, a_template("letter", workspace_id=WORKSPACE_ID).publish(1, at=clock.now()))
    versions = VersionsToRender(units, InMemoryTemplateChanges(units), clock)
    before = units.made
    first, *others = (asyncio.create_task(number_of(versions)) for _ in range(100))
    await asyncio.sleep(0)
    first.cancel()
    assert await asyncio.gather(*others) == [1] * 99
    assert units.made == before + 1
    clock.advance(LONG)
    units.database.down = True
    outcomes = await asyncio.gather(*(number_of(versions) for _ in range(3)), return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {ServiceUnavailableError}
    units.database.down = False
    assert await number_of(versions) == 1


async def test_a_change_is_seen_at_once(
    units: InMemoryUnitsOfWork, versions: VersionsToRender, template: Template
) -> None:
    assert [await number_of(versions), await number_of(versions, version=1)] == [1, 1]
    assert await with_one_version_more(units, template, b"two") == 2
    assert [await number_of(versions), await number_of(versions, template.id)] == [2, 2]
    assert await number_of(versions, version=1) == 1


async def test_a_change_that_is_not_heard_of_is_seen_after_a_second(
    units: InMemoryUnitsOfWork, deaf: VersionsToRender, clock: FixedClock, template: Template
) -> None:
    assert await number_of(deaf) == 1
    await with_one_version_more(units, template, b"two")
    clock.advance(A_MOMENT)
    assert await number_of(deaf) == 1
    clock.advance(LONG - A_MOMENT)
    assert await number_of(deaf) == 2


async def test_nothing_is_remembered_while_nobody_listens(
    units: InMemoryUnitsOfWork, versions: VersionsToRender, template: Template
) -> None:
    assert await number_of(versions) == 1
    units.database.down = True
    with pytest.raises(ServiceUnavailableError):
        await number_of(versions)


async def test_what_is_not_there_is_asked_for_again(
    units: InMemoryUnitsOfWork, deaf: VersionsToRender, template: Template
) -> None:
    for _ in range(2):
        with pytest.raises(NotFoundError):
            await number_of(deaf, "note")
        with pytest.raises(NotFoundError):
            await number_of(deaf, version=7)
    await stored(units, a_template("note", workspace_id=WORKSPACE_ID))
    with pytest.raises(NotPublishedError):
        await number_of(deaf, "note")
    assert await number_of(deaf, "note", 1) == 1


async def test_what_is_remembered_is_bounded(
    units: InMemoryUnitsOfWork, deaf: VersionsToRender, template: Template
) -> None:
    for number in range(1010):
        await stored(units, a_template(f"note-{number}", workspace_id=WORKSPACE_ID))
        await number_of(deaf, f"note-{number}", 1)
    units.database.down = True
    assert await number_of(deaf, "note-1009", 1) == 1
    with pytest.raises(ServiceUnavailableError):
        await number_of(deaf, "note-0", 1)
