"""Workers that end, by a limit, by accident or by force: one request fails, once, and the others go on."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
from typing_extensions import override

from adapters.rendering.workers.renderer import WorkerRenderer, WorkersHealthCheck
from application.waiting_caller import UNTIL_CALLER_GONE
from domain.errors import (
    CallerGoneError,
    LimitExceededError,
    OverloadedError,
    QueueFullError,
    RenderFailedError,
    TimeLimitError,
)
from tests.contracts.health_check import HealthCheckContract
from tests.contracts.template_renderer import data_of, options
from tests.integration.adapters.rendering.workers.processes import (
    DEADLINE_SECONDS,
    GREEDY,
    HOSTILE,
    INNOCENT,
    SPINNING,
    busy_worker,
    of,
    renderer_of,
    until,
)


async def letter(renderer: WorkerRenderer, name: str = "Ada") -> bytes:
    """Render something harmless."""
    document = await renderer.render(of(INNOCENT, "Dear {{ name }}"), data_of(name=name), options())
    return document.content


async def spin(renderer: WorkerRenderer) -> None:
    await renderer.render(of(HOSTILE, SPINNING), b"{}", options())


async def give_up(*tasks: "asyncio.Future[None]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_render_that_takes_too_long_is_ended_and_its_worker_replaced(caplog: pytest.LogCaptureFixture) -> None:
    async with renderer_of(render_seconds=0.3) as renderer:
        await until(lambda: renderer.crew.ready == 2)
        before = set(renderer.crew.worker_pids)
        with pytest.raises(TimeLimitError) as caught:
            await spin(renderer)
        assert [found.code for found in caught.value.diagnostics] == ["time-limit"]
        assert "0.3 seconds" in str(caught.value)
        assert f"SHA-256 {of(HOSTILE, SPINNING).sha256} was stopped after 0.3 seconds" in caplog.text
        await until(lambda: len(set(renderer.crew.worker_pids) - before) == 1 and renderer.crew.ready)
        await until(lambda: sum(psutil.pid_exists(pid) for pid in before) == 1)
        assert [await letter(renderer, str(n)) for n in range(20)] == [f"Dear {n}".encode() for n in range(20)]


@pytest.mark.parametrize(
    "body",
    ["{% set n = namespace(a=1) %}{% set n.me = n %}", "{% macro m() %}{{ m() }}{% endmacro %}"],
    ids=["namespaces", "macros"],
)
async def test_garbage_does_not_pile_up_while_a_template_makes_it(body: str) -> None:
    rounds = "{% for i in range(20) %}{% for j in range(100000) %}" + body + "{% endfor %}{% endfor %}done"
    async with renderer_of(workers=1, render_seconds=600) as renderer:
        await until(lambda: renderer.crew.ready == 1)
        before = renderer.crew.worker_pids
        document = await renderer.render(of(HOSTILE, rounds), b"{}", options())
        assert document.content == b"done"
        # It would have been replaced after using half of its memory.
        await letter(renderer)
        assert renderer.crew.worker_pids == before


async def test_reading_and_validating_that_take_too_long_are_findings() -> None:
    async with renderer_of(render_seconds=0.3) as renderer:
        found = await renderer.validate(of(HOSTILE, SPINNING), b"{}", options())
        assert [each.code for each in found] == ["time-limit"]
        endless = of(HOSTILE, "{% if " + " and ".join(["a"] * 100_000) + " %}{% endif %}" + "{{ b }}" * 100_000)
        inspection = await renderer.inspect(endless)
        assert {each.code for each in inspection.diagnostics} & {"time-limit", "template-too-complex"}


async def test_who_has_gone_leaves_the_line_and_is_not_worked_for() -> None:
    gone = asyncio.Event()

    async def wait_until_gone() -> None:
        await gone.wait()

    async def given_up() -> bytes:
        UNTIL_CALLER_GONE.set(wait_until_gone)  # for this task alone
        return await letter(renderer)

    async with renderer_of(workers=1, render_seconds=600) as renderer:
        await until(lambda: renderer.crew.ready == 1)
        spinning = asyncio.ensure_future(spin(renderer))
        await busy_worker(renderer)
        waiting = asyncio.ensure_future(given_up())
        patient = asyncio.ensure_future(letter(renderer))
        await asyncio.sleep(0)
        assert not waiting.done()
        gone.set()
        with pytest.raises(CallerGoneError):
            await waiting
        (pid,) = renderer.crew.worker_pids
        os.kill(pid, signal.SIGKILL)
        assert await patient == b"Dear Ada"
        # Nobody who has gone is missed where there is nothing to wait for.
        UNTIL_CALLER_GONE.set(wait_until_gone)
        assert await letter(renderer) == b"Dear Ada"
        await give_up(spinning)


async def test_a_killed_worker_fails_the_request_that_it_worked_on_and_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with renderer_of(render_seconds=600) as renderer:
        await letter(renderer)
        spinning = asyncio.ensure_future(spin(renderer))
        victim = await busy_worker(renderer)
        others = asyncio.ensure_future(_letters(renderer, 200))
        os.kill(victim, signal.SIGKILL)
        with pytest.raises(RenderFailedError, match="ended unexpectedly") as caught:
            await spinning
        assert [found.code for found in caught.value.diagnostics] == ["process-ended"]
        assert await others == [f"Dear {n}".encode() for n in range(200)]
        await until(lambda: len(renderer.crew.worker_pids) == 2)
        assert victim not in renderer.crew.worker_pids
        assert f"ended while it worked on the template with SHA-256 {of(HOSTILE, SPINNING).sha256}" in caplog.text
        await until(lambda: f"process number {victim} has ended: it was ended by SIGKILL" in caplog.text)


async def _letters(renderer: WorkerRenderer, count: int) -> list[bytes]:
    return [await letter(renderer, str(n)) for n in range(count)]


async def test_an_idle_worker_that_is_killed_is_replaced() -> None:
    async with renderer_of() as renderer:
        await until(lambda: len(renderer.crew.worker_pids) == 2)
        await letter(renderer)
        before = renderer.crew.worker_pids
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        await until(lambda: len(set(renderer.crew.worker_pids) - set(before)) == 2)
        await until(lambda: renderer.crew.ready)
        assert await letter(renderer) == b"Dear Ada"


async def test_a_killed_zygote_is_started_again_with_its_workers() -> None:
    async with renderer_of() as renderer:
        await letter(renderer)
        zygote, before = renderer.crew.zygote_pid, renderer.crew.worker_pids
        assert zygote is not None
        os.kill(zygote, signal.SIGKILL)
        await until(lambda: renderer.crew.zygote_pid not in (zygote, None) and renderer.crew.ready)
        assert await letter(renderer) == b"Dear Ada"
        await until(lambda: not any(map(psutil.pid_exists, [zygote, *before])))


async def test_signals_to_the_whole_group_do_not_end_workers() -> None:
    """Ctrl-C, and a supervisor's SIGTERM to all: what runs is finished, and the service ends its workers itself."""
    async with renderer_of() as renderer:
        await until(lambda: renderer.crew.ready == 2)
        zygote, workers = renderer.crew.zygote_pid, renderer.crew.worker_pids
        assert zygote is not None
        for pid in (zygote, *workers):
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                os.kill(pid, number)
        assert await letter(renderer) == b"Dear Ada"
        assert (renderer.crew.zygote_pid, renderer.crew.worker_pids) == (zygote, workers)


async def test_a_render_that_wants_too_much_memory_fails_alone() -> None:
    async with renderer_of() as renderer:
        with pytest.raises((LimitExceededError, RenderFailedError)):
            await renderer.render(of(HOSTILE, GREEDY), b"{}", options())
        assert await letter(renderer) == b"Dear Ada"


async def test_workers_are_replaced_when_they_have_done_enough() -> None:
    async with renderer_of(requests_of_a_life=5) as renderer:
        await letter(renderer)
        seen: set[int] = set()
        for n in range(40):
            assert await letter(renderer, str(n)) == f"Dear {n}".encode()
            seen.update(renderer.crew.worker_pids)
        assert len(seen) > 4
        await until(lambda: not any(map(psutil.pid_exists, seen - set(renderer.crew.worker_pids))))


async def test_a_worker_is_replaced_when_its_successor_has_its_templates() -> None:
    """No request waits for a start or a compilation; each worker does no more than it may in its life."""
    source = of(INNOCENT, "Dear {{ name }}")
    async with renderer_of(workers=1, requests_of_a_life=50) as renderer:
        await letter(renderer)
        before = renderer.crew.worker_pids
        for n in range(44):
            assert await letter(renderer, str(n)) == f"Dear {n}".encode()
        # Relieved after forty-five, it would go on until fifty.
        await until(lambda: renderer.crew.ready == 1 and not set(before) & set(renderer.crew.worker_pids))
        after = renderer.crew.worker_pids
        assert len(after) == 1
        assert renderer.crew.knows((source.sha256, source.format))
        assert await letter(renderer) == b"Dear Ada"
        assert renderer.crew.worker_pids == after


async def test_a_caller_that_gives_up_gets_no_answer_and_nobody_gets_it_instead() -> None:
    async with renderer_of(workers=1, render_seconds=0.5) as renderer:
        await letter(renderer)
        slow = asyncio.ensure_future(spin(renderer))
        await busy_worker(renderer)
        waiting = asyncio.ensure_future(letter(renderer, "nobody"))
        await asyncio.sleep(0)  # it waits now
        for task in (slow, waiting):
            task.cancel()
        answers = await asyncio.gather(*(letter(renderer, str(n)) for n in range(20)))
        assert answers == [f"Dear {n}".encode() for n in range(20)]
        assert [task.cancelled() for task in (slow, waiting)] == [True, True]


async def test_an_innocent_workspace_is_served_while_another_one_spins_for_ever() -> None:
    async with renderer_of(render_seconds=600) as renderer:
        await letter(renderer)
        spinning = [asyncio.ensure_future(spin(renderer)) for _ in range(20)]
        await busy_worker(renderer)
        assert await _letters(renderer, 200) == [f"Dear {n}".encode() for n in range(200)]
        assert not any(task.done() for task in spinning)
        await give_up(*spinning)


async def test_a_workspace_cannot_let_everything_wait() -> None:
    async with renderer_of(render_seconds=600, line=3, total=4) as renderer:
        await letter(renderer)
        spinning = [asyncio.ensure_future(spin(renderer)) for _ in range(4)]
        await busy_worker(renderer)
        with pytest.raises(QueueFullError, match="3 requests waiting") as full:
            await spin(renderer)
        assert full.value.retry_after
        assert await letter(renderer) == b"Dear Ada"
        await give_up(*spinning)


async def test_nobody_waits_for_ever() -> None:
    async with renderer_of(render_seconds=600, wait_seconds=0.2) as renderer:
        await until(lambda: renderer.crew.ready == 2)
        spinning = asyncio.ensure_future(spin(renderer))
        await busy_worker(renderer)
        with pytest.raises(QueueFullError, match=r"waited for 0\.2 seconds"):
            await spin(renderer)
        blocking = asyncio.ensure_future(renderer.render(of(INNOCENT, SPINNING), b"{}", options()))
        await until(lambda: sum(psutil.Process(pid).status() == "running" for pid in renderer.crew.worker_pids) == 2)
        with pytest.raises(OverloadedError, match=r"waited for 0\.2 seconds"):
            await renderer.render(of(INNOCENT.__class__("wsp_third"), "x"), b"{}", options())
        await give_up(spinning, blocking)


async def test_the_end_of_the_service_ends_everything_and_tells_who_waits() -> None:
    async with renderer_of(render_seconds=600) as renderer:
        await letter(renderer)
        spinning = [asyncio.ensure_future(spin(renderer)) for _ in range(3)]
        await busy_worker(renderer)
        pids = [renderer.crew.zygote_pid, *renderer.crew.worker_pids]
    outcomes = await asyncio.gather(*spinning, return_exceptions=True)
    assert sorted(type(each).__name__ for each in outcomes) == ["OverloadedError"] * 2 + ["RenderFailedError"]
    await until(lambda: not any(pid is not None and psutil.pid_exists(pid) for pid in pids))


@pytest.mark.parametrize("at_once", [True, False])
async def test_the_end_of_the_service_leaves_no_task_whatever_state_it_is_in(at_once: bool) -> None:
    async with renderer_of() as renderer:
        if not at_once:
            await letter(renderer)
            zygote = renderer.crew.zygote_pid
            assert zygote is not None
            os.kill(zygote, signal.SIGKILL)
            await until(lambda: renderer.crew.zygote_pid is None)
    assert asyncio.all_tasks() == {asyncio.current_task()}


class TestWorkersHealthCheck(HealthCheckContract):
    @pytest.fixture
    @override
    async def working(self) -> AsyncIterator[WorkersHealthCheck]:  # type: ignore[override]  # a fixture
        async with renderer_of() as renderer:
            await letter(renderer)
            yield WorkersHealthCheck(renderer)

    @pytest.fixture
    @override
    def broken(self) -> WorkersHealthCheck:
        """Nobody has started them."""
        return WorkersHealthCheck(renderer_of())


HOLDER = """
import asyncio
from tests.integration.adapters.rendering.workers.processes import *
from tests.contracts.template_renderer import options

async def main():
    async with renderer_of(render_seconds=600) as renderer:
        await renderer.render(of(INNOCENT, "x"), b"{}", options())
        spinning = asyncio.ensure_future(renderer.render(of(HOSTILE, SPINNING), b"{}", options()))
        await busy_worker(renderer)
        print(renderer.crew.zygote_pid, *renderer.crew.worker_pids, flush=True)
        await spinning

asyncio.run(main())
"""


def test_nothing_outlives_a_service_that_is_killed() -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    try:
        assert holder.stdout is not None
        with holder.stdout:
            processes = [psutil.Process(int(pid)) for pid in holder.stdout.readline().split()]
            assert len(processes) == 3
            holder.kill()
            _, alive = psutil.wait_procs(processes, timeout=DEADLINE_SECONDS)
            assert alive == []
    finally:
        holder.kill()
        holder.wait()


ENDED_ZYGOTE = """
import os, signal, socket
from adapters.rendering.workers.zygote import Zygote

service, control = socket.socketpair()
service.close()
Zygote(control).serve()
os.kill(os.getpid(), signal.SIGCHLD)
"""


def test_a_worker_may_end_later_than_its_zygote_serves() -> None:
    """The signal of its end finds no closed descriptor to write to, which the log of the service would tell of."""
    done = subprocess.run([sys.executable, "-c", ENDED_ZYGOTE], capture_output=True, text=True, check=True)
    assert done.stderr == ""
