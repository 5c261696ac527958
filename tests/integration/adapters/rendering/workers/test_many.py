"""Thousands of renders with hostile ones among them: every innocent one is right, and nothing is left behind.

DOCGEN_TEST_RENDERS=10000 makes it the full run; the suite's own is shorter.
"""

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil
import pytest

from adapters.rendering.workers.renderer import WorkerRenderer
from application.ports.template_renderer import TemplateSource
from domain.errors import DataInvalidError, DiagnosedError, DocGenError, LimitExceededError, TemplateInvalidError
from domain.formats import OutputFormat, TemplateFormat
from domain.identifiers import WorkspaceId
from tests.contracts.template_renderer import data_of, options, source_of
from tests.integration.adapters.rendering.workers.processes import GREEDY, HOSTILE, SPINNING, of, renderer_of
from tests.waiting import until
from tests.word_files import lines_of, word_file

RENDERS = int(os.environ.get("DOCGEN_TEST_RENDERS", "2000"))
AT_ONCE = 24
ONE_IN = 100
MEGABYTE = 1_000_000

WORKSPACES = [WorkspaceId(f"wsp_{n}") for n in range(8)]
LETTER = word_file("Dear {{ name }}, {{ secret }}", "{% for x in xs %}{{ x }};{% endfor %}")


def in_workspace(number: int, source: TemplateSource) -> TemplateSource:
    return TemplateSource(source.format, source.sha256, source.load, WORKSPACES[number % len(WORKSPACES)])


async def innocent(renderer: WorkerRenderer, number: int) -> None:
    """Render a letter, as text or in Word, that no other request has, and read it."""
    data = data_of(name=f"n{number}", secret=f"s{number * 7919}", xs=list(range(number % 9)))
    expected = [f"Dear n{number}, s{number * 7919}", "".join(f"{x};" for x in range(number % 9))]
    if number % 3:
        text = "Dear {{ name }}, {{ secret }}\n{% for x in xs %}{{ x }};{% endfor %}" + f"{'':{number % 20}}."
        document = await renderer.render(in_workspace(number, source_of(text)), data, options())
        assert document.content.decode() == "\n".join(expected) + f"{'':{number % 20}}."
    else:
        source = in_workspace(number, source_of(LETTER, TemplateFormat.DOCX))
        word = await renderer.render(source, data, options(OutputFormat.DOCX))
        assert lines_of(word.content) == expected


async def kill_one(renderer: WorkerRenderer) -> None:
    """End a worker that may be at work on anything."""
    pids = renderer.crew.worker_pids
    if pids:
        try:
            os.kill(random.choice(pids), signal.SIGKILL)
        except ProcessLookupError:  # it has just ended
            return


def hostile(text: str, data: bytes = b"{}") -> Callable[[WorkerRenderer], Awaitable[object]]:
    return lambda renderer: renderer.render(of(HOSTILE, text), data, options())


NO_WORD_FILE = source_of(b"PK\x03\x04" + bytes(range(256)) * 50, TemplateFormat.DOCX)
HOSTILE_WORKS: tuple[tuple[type[DocGenError], Callable[[WorkerRenderer], Awaitable[object]]], ...] = (
    (DiagnosedError, hostile(SPINNING)),
    (DiagnosedError, hostile(GREEDY)),
    (LimitExceededError, hostile("{{ range(10 ** 30) | list | length }}")),
    (TemplateInvalidError, hostile("{{ ''.__class__ }}")),
    (DataInvalidError, hostile("{{ a }}", b"[" * 100_000)),
    (TemplateInvalidError, lambda renderer: renderer.render(NO_WORD_FILE, b"{}", options(OutputFormat.DOCX))),
)


class Leaks:
    """What this process and its workers hold."""

    def __init__(self, renderer: WorkerRenderer) -> None:
        self.descriptors = len(list(Path("/proc/self/fd").iterdir()))
        self.children = len(psutil.Process().children(recursive=True))
        self.memory = psutil.Process().memory_info().rss
        self.workers = max(psutil.Process(pid).memory_info().rss for pid in renderer.crew.worker_pids)


@pytest.mark.timeout(600)
@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="descriptors are counted in /proc, which is not here")
async def test_hostile_requests_among_thousands_harm_nobody() -> None:
    outcomes: Counter[str] = Counter()
    async with renderer_of(render_seconds=1.0) as renderer:
        await asyncio.gather(*(innocent(renderer, number) for number in range(100)))
        await until(lambda: renderer.crew.ready == 2)
        before = Leaks(renderer)
        numbers = iter(range(RENDERS))

        async def client() -> None:
            for number in numbers:
                if number % ONE_IN:
                    await innocent(renderer, number)
                    outcomes["innocent"] += 1
                else:
                    error, work = HOSTILE_WORKS[number // ONE_IN % len(HOSTILE_WORKS)]
                    with pytest.raises(error):
                        await work(renderer)
                    outcomes["hostile"] += 1

        await asyncio.gather(*(client() for _ in range(AT_ONCE)))
        await until(lambda: renderer.crew.ready == 2)
        await until(lambda: len(psutil.Process().children(recursive=True)) == before.children)
        after = Leaks(renderer)
    assert outcomes == {"innocent": RENDERS - RENDERS // ONE_IN, "hostile": RENDERS // ONE_IN}
    assert (after.descriptors, after.children) == (before.descriptors, before.children)
    assert after.memory < before.memory + 30 * MEGABYTE
    assert after.workers < 150 * MEGABYTE


async def test_workers_killed_at_any_moment_mix_nothing_up() -> None:
    """A request whose worker is killed fails and says so; every document that is made is the right one."""
    failures: list[str] = []
    async with renderer_of() as renderer:
        await innocent(renderer, 0)
        numbers = iter(range(1, 600))

        async def client() -> None:
            for number in numbers:
                if number % 30 == 0:
                    await kill_one(renderer)
                try:
                    await innocent(renderer, number)
                except DiagnosedError as error:
                    failures.extend(found.code for found in error.diagnostics)

        await asyncio.gather(*(client() for _ in range(8)))
        assert set(failures) <= {"process-ended"}
        assert len(failures) <= 20
        await innocent(renderer, 1_000)
