"""What is done again and again: nothing stays whose time is over."""

from datetime import timedelta

import pytest

from application.use_cases.keep_house import SweepIdempotencyKeys
from application.use_cases.requested_renders import RenderDocumentCommand
from domain.errors import ExpiredError, NotFoundError
from domain.render_request import RenderRequest, RenderStatus
from tests.fakes.clock import FixedClock
from tests.fakes.idempotency_keys import InMemoryIdempotencyKeys
from tests.fakes.workspace_directory import InMemoryWorkspaceDirectory
from tests.unit.application.conftest import World
from tests.unit.application.test_queued_renders import ADA, now, queued, start

HOUR = timedelta(hours=1)


async def made(world: World, data: bytes, **wishes: int) -> RenderRequest:
    return (await world.render(RenderDocumentCommand(world.caller, "letter", data, **wishes))).request


async def test_what_expired_is_erased_and_nothing_else(world: World) -> None:
    await world.registered()
    files = set(world.storage.blobs)
    old = [await made(world, b'{"name": "%d"}' % number, expires_in=60) for number in range(450)]
    twin, young = await made(world, b'{"name": "0"}'), await made(world, ADA)
    world.clock.advance(HOUR)
    await world.erase_expired()
    for request in old:
        erased = await now(world, request)
        assert (erased.status, erased.erased_at) == (RenderStatus.SUCCEEDED, world.clock.now())
        assert erased.data_sha256 == request.data_sha256
    with pytest.raises(ExpiredError):
        await world.document(world.caller, old[0].id)
    with pytest.raises(NotFoundError):
        async with world.units.of_workspace(world.caller.workspace_id) as unit:
            await unit.renders.data_of(old[0].id)
    assert [await now(world, request) for request in (twin, young)] == [twin, young]
    kept = {request.document.sha256 for request in (twin, young) if request.document}
    assert {key.sha256 for key in set(world.storage.blobs) - files} == kept


async def test_what_expired_in_the_queue_fails_and_is_erased(world: World) -> None:
    waiting, _ = await queued(world, expires_in=60)
    rendering, job = await queued(world, expires_in=60)
    await start(world, rendering, job)
    world.clock.advance(HOUR)
    await world.erase_expired()
    failed = await now(world, waiting)
    assert failed.failure is not None
    assert (failed.status, failed.failure.code, failed.erased_at) == ("failed", "expired", world.clock.now())
    assert (await now(world, rendering)).status is RenderStatus.RENDERING
    await world.carry_out(job)
    await world.erase_expired()
    assert (await now(world, rendering)).erased_at is not None


async def test_a_workspace_that_fails_keeps_no_other_waiting(world: World, caplog: pytest.LogCaptureFixture) -> None:
    await world.registered()
    request = await made(world, ADA, expires_in=60)
    world.clock.advance(HOUR)
    world.storage.down = True
    await world.erase_expired()
    assert (await now(world, request)).erased_at is not None
    assert "has to wait for its housekeeping" in caplog.text


async def test_keys_whose_time_is_over_go(world: World) -> None:
    clock = FixedClock()
    keys = InMemoryIdempotencyKeys(world.units, clock, kept=HOUR)
    for number in range(450):
        await keys.claim(world.caller.workspace_id, str(number), "one")
    clock.advance(2 * HOUR)
    await keys.claim(world.caller.workspace_id, "young", "one")
    await SweepIdempotencyKeys(keys, InMemoryWorkspaceDirectory(world.units.database))()
    assert [key for _, key in keys._taken] == ["young"]
