"""Waiting for the end of a render."""

import asyncio

import pytest

from application.stopping import Stopping
from application.use_cases.await_end import MAX_WAITING_OF_WORKSPACE, AwaitEnd
from application.waiting_caller import UNTIL_CALLER_GONE
from domain.errors import CallerGoneError, NotFoundError, QueueFullError
from domain.render_request import RenderRequest, RenderStatus
from tests.fakes.render_endings import InMemoryRenderEndings
from tests.unit.application.conftest import World
from tests.unit.application.test_queued_renders import queued
from tests.waiting import until

LONG = 3600.0


@pytest.fixture
def endings() -> InMemoryRenderEndings:
    return InMemoryRenderEndings()


@pytest.fixture
def stopping() -> Stopping:
    return Stopping()


@pytest.fixture
def awaited(world: World, endings: InMemoryRenderEndings, stopping: Stopping) -> AwaitEnd[RenderRequest]:
    return AwaitEnd(world.renders.get, endings, stopping)


async def begun(
    world: World, awaited: AwaitEnd[RenderRequest], endings: InMemoryRenderEndings, request: RenderRequest
) -> "asyncio.Task[RenderRequest]":
    """Begin to wait."""
    before = endings.watchers
    waiting = asyncio.create_task(awaited(world.caller, request.id, LONG))
    await until(lambda: endings.watchers > before)
    for _ in range(20):  # the state is read
        await asyncio.sleep(0)
    assert not waiting.done()
    return waiting


async def test_the_end_is_told_when_it_comes(
    world: World, awaited: AwaitEnd[RenderRequest], endings: InMemoryRenderEndings
) -> None:
    request, job = await queued(world)
    waiting = await begun(world, awaited, endings, request)
    await world.carry_out(job)
    endings.tell(request.id)
    assert (await waiting).status is RenderStatus.SUCCEEDED
    assert endings.watchers == 0


async def test_what_has_ended_is_told_at_once(world: World, awaited: AwaitEnd[RenderRequest]) -> None:
    request, job = await queued(world)
    await world.carry_out(job)
    assert (await awaited(world.caller, request.id, LONG)).status is RenderStatus.SUCCEEDED


async def test_news_that_are_none_are_waited_over(
    world: World, awaited: AwaitEnd[RenderRequest], endings: InMemoryRenderEndings
) -> None:
    request, job = await queued(world)
    waiting = await begun(world, awaited, endings, request)
    endings.tell(request.id)
    for _ in range(20):
        await asyncio.sleep(0)
    assert not waiting.done()
    await world.carry_out(job)
    endings.tell(request.id)
    assert (await waiting).status is RenderStatus.SUCCEEDED


async def test_when_the_time_is_over_the_render_is_shown_as_it_is(
    world: World, awaited: AwaitEnd[RenderRequest]
) -> None:
    request, _ = await queued(world)
    assert await awaited(world.caller, request.id, 0.01) == request


async def test_when_the_service_ends_nobody_waits_on(
    world: World, awaited: AwaitEnd[RenderRequest], endings: InMemoryRenderEndings, stopping: Stopping
) -> None:
    request, _ = await queued(world)
    waiting = await begun(world, awaited, endings, request)
    stopping.begin()
    assert await waiting == request


async def test_a_caller_that_goes_away_is_not_waited_for(
    world: World, awaited: AwaitEnd[RenderRequest], endings: InMemoryRenderEndings
) -> None:
    request, _ = await queued(world)
    gone = asyncio.Event()

    async def until_gone() -> None:
        await gone.wait()

    token = UNTIL_CALLER_GONE.set(until_gone)
    waiting = await begun(world, awaited, endings, request)
    UNTIL_CALLER_GONE.reset(token)
    gone.set()
    with pytest.raises(CallerGoneError):
        await waiting
    assert endings.watchers == 0


async def test_a_render_that_is_not_there_is_not_waited_for(world: World, awaited: AwaitEnd[RenderRequest]) -> None:
    with pytest.raises(NotFoundError):
        await awaited(world.caller, "rnd_" + "0" * 32, LONG)


async def test_only_so_many_of_a_workspace_wait(
    world: World, awaited: AwaitEnd[RenderRequest], endings: InMemoryRenderEndings
) -> None:
    request, _ = await queued(world)
    waiting = [asyncio.create_task(awaited(world.caller, request.id, LONG)) for _ in range(MAX_WAITING_OF_WORKSPACE)]
    await until(lambda: endings.watchers == MAX_WAITING_OF_WORKSPACE)
    with pytest.raises(QueueFullError):
        await awaited(world.caller, request.id, LONG)
    for each in waiting:
        each.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert await awaited(world.caller, request.id, 0.01) == request
