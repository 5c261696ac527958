"""What becomes of SIGTERM while the service goes on for a while."""

import asyncio
import signal
from collections.abc import Iterator

import pytest

from application.stopping import Stopping
from entrypoints.draining import draining

LONG = 3600.0


@pytest.fixture
def ended() -> Iterator[list[int]]:
    """The signals that came to whoever had them before."""
    signals: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: signals.append(number))
    yield signals
    signal.signal(signal.SIGTERM, before)


async def test_the_first_one_announces_the_end_and_a_second_one_is_handed_on(ended: list[int]) -> None:
    stopping = Stopping()
    with draining(stopping, LONG):
        assert not stopping.is_announced
        signal.raise_signal(signal.SIGTERM)
        assert (stopping.is_announced, ended) == (True, [])
        signal.raise_signal(signal.SIGTERM)
        assert ended == [signal.SIGTERM]


async def test_the_end_comes_by_itself_when_the_time_is_over(ended: list[int]) -> None:
    with draining(Stopping(), 0.001):
        signal.raise_signal(signal.SIGTERM)
        while not ended:  # noqa: ASYNC110  # a signal is no event of the loop's
            await asyncio.sleep(0)


async def test_without_a_time_it_is_announced_and_handed_on_at_once(ended: list[int]) -> None:
    stopping = Stopping()
    with draining(stopping, 0):
        signal.raise_signal(signal.SIGTERM)
    assert (stopping.is_announced, ended) == (True, [signal.SIGTERM])


async def test_after_the_block_the_signal_is_whose_it_was(ended: list[int]) -> None:
    stopping = Stopping()
    with draining(stopping, LONG):
        pass
    signal.raise_signal(signal.SIGTERM)
    assert (stopping.is_announced, ended) == (False, [signal.SIGTERM])
