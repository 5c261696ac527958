"""The queue of the pool: what comes back is the first one's, whoever asks in that moment."""

import asyncio

import pytest
from sqlalchemy.util import greenlet_spawn
from sqlalchemy.util.queue import Empty

from adapters.postgres.fair_pool import FairQueue
from tests.waiting import until


async def waiting(queue: FairQueue[str], count: int) -> list[asyncio.Task[str]]:
    """Let so many wait, one behind the other."""
    tasks = []
    for number in range(count):
        tasks.append(asyncio.create_task(greenlet_spawn(queue.get, True, 60.0)))
        await until(lambda expected=number + 1: queue.waiting() == expected)  # type: ignore[misc]  # bound in the loop
    return tasks


async def test_nobody_takes_what_the_first_in_line_was_woken_for() -> None:
    queue = FairQueue[str]()
    first, second = await waiting(queue, 2)
    queue.put_nowait("a")
    with pytest.raises(Empty):  # asks before the first runs again
        queue.get(block=False)
    queue.put_nowait("b")
    assert (await first, await second) == ("a", "b")
    assert queue.empty()


async def test_what_came_for_somebody_who_is_gone_goes_to_the_next() -> None:
    queue = FairQueue[str]()
    gone, woken, last = await waiting(queue, 3)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    queue.put_nowait("a")
    woken.cancel()  # in the moment in which it has it
    assert await last == "a"
    assert woken.cancelled()


async def test_who_waits_too_long_is_told_and_keeps_nothing() -> None:
    queue = FairQueue[str]()
    with pytest.raises(Empty):
        await greenlet_spawn(queue.get, True, 0.0)
    queue.put_nowait("a")
    assert queue.get(block=False) == "a"
