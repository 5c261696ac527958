"""A zygote that was started before the rest of the service was loaded."""

import logging

import psutil
import pytest

from adapters.rendering.language.limits import Limits
from adapters.rendering.workers.renderer import WorkerRenderer
from adapters.rendering.workers.settings import PoolSettings
from adapters.rendering.workers.zygote_start import StartedZygote
from tests.contracts.template_renderer import options, source_of
from tests.integration.adapters.rendering.workers.processes import MEMORY_BYTES

ONE_WORKER = PoolSettings(workers=1, memory_bytes=MEMORY_BYTES)
NARROW = Limits(steps=1, output_bytes=100, words=10, tags=3)


async def test_workers_come_from_it_and_limits_that_warming_up_would_pass_are_theirs(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.ERROR)
    with StartedZygote() as started:
        async with WorkerRenderer(ONE_WORKER, NARROW, started=started) as renderer:
            document = await renderer.render(source_of("Dear {{ name }}"), b'{"name": "Ada"}', options())
            assert renderer.crew.zygote_pid == started.process.pid
        assert started.process.returncode is not None
    assert document.content == b"Dear Ada"
    assert caplog.messages == []


async def test_one_that_has_ended_meanwhile_is_replaced() -> None:
    with StartedZygote() as started:
        started.process.kill()
        async with WorkerRenderer(ONE_WORKER, started=started) as renderer:
            document = await renderer.render(source_of("Dear {{ name }}"), b'{"name": "Ada"}', options())
            assert renderer.crew.zygote_pid not in (None, started.process.pid)
    assert document.content == b"Dear Ada"


def test_one_that_nobody_takes_ends_with_its_block() -> None:
    with StartedZygote() as started:
        pid = started.process.pid
        assert psutil.pid_exists(pid)
    assert not psutil.pid_exists(pid)
