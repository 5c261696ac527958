"""Measures what isolation costs: python -m benchmarks.workers

The hop to a worker beside the same render in this process, letters a second through two workers, how soon a killed
worker is replaced, what an innocent workspace notices of one that spins for ever, and the memory of a worker. What is
compared is measured in turns, on the event loop that the service runs on, and every document is compared with the one
that the engine makes in this process.
"""

import argparse
import asyncio
import os
import signal
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import uvicorn

from adapters.rendering.in_process import InProcessRenderer
from adapters.rendering.language.limits import DEFAULT_LIMITS
from adapters.rendering.workers.machine import default_memory_bytes
from adapters.rendering.workers.renderer import WorkerRenderer
from adapters.rendering.workers.settings import PoolSettings
from application.ports.template_renderer import TemplateSource
from benchmarks.cases import LETTER
from benchmarks.render import NOW
from benchmarks.report import markdown, write_report
from domain.errors import TimeLimitError
from domain.formats import OutputFormat, TemplateFormat
from domain.identifiers import WorkspaceId
from domain.render_request import RenderOptions

_OPTIONS = RenderOptions(OutputFormat.DOCX, "en-US", "UTC", NOW)
_TEXT = replace(_OPTIONS, output=OutputFormat.TEXT)
_WORKERS = 2
_WORKSPACES = tuple(WorkspaceId(f"wsp_{number}") for number in range(_WORKERS))
_AT_ONCE = 4
_SPINNING = "{% for i in range(100000) %}{% for j in range(100000) %}{% if i %}{% endif %}{% endfor %}{% endfor %}"
_ROUNDS = 5
_HOP_GOAL: Final = "at most 0.15"
_LETTERS_GOAL: Final = "at least 1,500"
_REPLACEMENT_GOAL: Final = "at most 100"
_MEMORY_GOAL: Final = "at most 60"
# By the names in /proc/PID/smaps_rollup (proc_pid_smaps(5)): USS, and PSS.
_KINDS_OF_MEMORY = {
    "its own": ("Private_Clean", "Private_Dirty"),
    "with its part of what is shared": ("Pss",),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured, in which unit, once a round; `goal` is what the median is held to, '' where there is none."""

    what: str
    unit: str
    values: Sequence[float]
    goal: str = ""

    def row(self) -> list[str]:
        """Return the median and the range of the rounds, and the goal, as a row of a table."""
        shown = [_shown(value) for value in (statistics.median(self.values), min(self.values), max(self.values))]
        return [f"{self.what}, {self.unit}", *shown, self.goal]


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def source_of(file: bytes, template_format: TemplateFormat, workspace: WorkspaceId = _WORKSPACES[0]) -> TemplateSource:
    """Return a template that is loaded from memory; its bytes stand for their own hash."""

    async def load() -> bytes:
        return file

    return TemplateSource(template_format, str(hash(file)), load, workspace)


async def hop(workers: WorkerRenderer, count: int) -> list[Figure]:
    """Render a text of 20 kB and the letter in this process and in a worker, in turns."""
    here = InProcessRenderer()
    letter = LETTER
    text = source_of(b"{% for row in rows %}{{ row }}\n{% endfor %}", TemplateFormat.TEXT)
    works = {
        "text of 20 kB": (text, b'{"rows": [' + b",".join([b'"' + b"x" * 99 + b'"'] * 200) + b"]}", _TEXT),
        "letter in Word": (source_of(letter.template("jinja"), TemplateFormat.DOCX), letter.data_json(), _OPTIONS),
    }
    figures = []
    for what, (source, data, options) in works.items():
        expected = (await here.render(source, data, options)).content
        medians: list[tuple[float, float]] = []
        for _ in range(_ROUNDS):
            times: tuple[list[float], list[float]] = ([], [])
            for _ in range(count):
                for renderer, took in zip((here, workers), times, strict=True):
                    start = time.perf_counter()
                    document = await renderer.render(source, data, options)
                    took.append((time.perf_counter() - start) * 1000)
                    require(document.content == expected)
            medians.append((statistics.median(times[0]), statistics.median(times[1])))
        named = f"{what} ({len(expected) / 1000:.0f} kB)" if options is _OPTIONS else what
        figures += [
            Figure(f"{named}: in this process, p50", "ms", [own for own, _ in medians]),
            Figure(f"{named}: in a worker, p50", "ms", [other for _, other in medians]),
            Figure(f"{named}: the hop, p50", "ms", [other - own for own, other in medians], _HOP_GOAL),
        ]
    return figures


async def letters(workers: WorkerRenderer, seconds: float) -> Figure:
    """Render letters of two workspaces, some at once each."""
    letter = LETTER
    file, data = letter.template("jinja"), letter.data_json()
    expected = (await InProcessRenderer().render(source_of(file, TemplateFormat.DOCX), data, _OPTIONS)).content
    rates = []
    for _ in range(_ROUNDS):
        done = 0
        start = time.perf_counter()

        async def client(source: TemplateSource, end: float) -> int:
            made = 0
            while time.perf_counter() < end:
                require((await workers.render(source, data, _OPTIONS)).content == expected)
                made += 1
            return made

        sources = [source_of(file, TemplateFormat.DOCX, workspace) for workspace in _WORKSPACES] * _AT_ONCE
        done = sum(await asyncio.gather(*(client(source, start + seconds) for source in sources)))
        rates.append(done / (time.perf_counter() - start))
    return Figure(
        f"letters through {_WORKERS} workers, {len(_WORKSPACES) * _AT_ONCE} at once", "a second", rates, _LETTERS_GOAL
    )


async def replacements(workers: WorkerRenderer) -> Figure:
    """Kill a worker and wait until there is another one."""
    took = []
    for _ in range(4 * _ROUNDS):
        victim = workers.crew.worker_pids[0]
        start = time.perf_counter()
        os.kill(victim, signal.SIGKILL)
        await until(lambda gone=victim: gone not in workers.crew.worker_pids and workers.crew.ready == _WORKERS)  # type: ignore[misc]  # mypy infers no type of a default
        took.append((time.perf_counter() - start) * 1000)
    return Figure("from kill -9 of a worker to its replacement, ready", "ms", took, _REPLACEMENT_GOAL)


async def beside_a_spinning_one(count: int) -> list[Figure]:
    """Render short texts of a workspace while another one keeps a template spinning, killed and sent again for ever."""
    settings = PoolSettings(_WORKERS, default_memory_bytes(_WORKERS), render_seconds=0.5)
    limits = replace(DEFAULT_LIMITS, steps=10**15)
    figures: list[list[float]] = [[], []]
    async with WorkerRenderer(settings, limits) as workers:
        await until(lambda: workers.crew.ready == _WORKERS)
        spinning = asyncio.ensure_future(_spin(workers))
        source = source_of(b"Dear {{ name }}", TemplateFormat.TEXT, _WORKSPACES[1])
        for _ in range(_ROUNDS):
            times = []
            for _ in range(count):
                start = time.perf_counter()
                document = await workers.render(source, b'{"name": "Ada"}', _TEXT)
                times.append((time.perf_counter() - start) * 1000)
                require(document.content == b"Dear Ada")
                await asyncio.sleep(0.001)  # requests come one by one
            figures[0].append(statistics.median(times))
            figures[1].append(statistics.quantiles(times, n=100)[98])
        spinning.cancel()
        await asyncio.gather(spinning, return_exceptions=True)
    return [
        Figure(f"a short text beside a workspace that spins: {name}", "ms", values)
        for name, values in zip(("p50", "p99"), figures, strict=True)
    ]


async def _spin(workers: WorkerRenderer) -> None:
    while True:
        try:
            await workers.render(source_of(_SPINNING.encode(), TemplateFormat.TEXT), b"{}", _TEXT)
        except TimeLimitError:
            continue
        raise RuntimeError("a template that spins has ended by itself")


def memory(workers: WorkerRenderer) -> list[Figure]:
    """Return the memory of the workers, and of the process that they are forked from."""
    zygote = workers.crew.zygote_pid
    found = {"a worker": workers.crew.worker_pids, "the zygote": [] if zygote is None else [zygote]}
    return [
        Figure(
            f"memory of {what}: {words}",
            "MB",
            [_memory(pid, names) for pid in pids],
            _MEMORY_GOAL if what == "a worker" else "",
        )
        for what, pids in found.items()
        for words, names in _KINDS_OF_MEMORY.items()
    ]


def _memory(pid: int, names: Sequence[str]) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    sizes = {name: int(rest.split()[0]) for line in lines[1:] for name, _, rest in [line.partition(":")]}
    return sum(sizes[name] for name in names) / 1000


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition."""
    while not condition():  # noqa: ASYNC110  # processes set no events
        await asyncio.sleep(0.0005)


def require(right: bool) -> None:  # noqa: FBT001  # it is what the function is about
    """Stop where a document is not the one that it has to be.

    Raises:
        RuntimeError: it is not.
    """
    if not right:
        raise RuntimeError("a worker has made another document than this process")


async def measure_all(count: int, seconds: float) -> list[Figure]:
    """Measure everything."""
    settings = PoolSettings(_WORKERS, default_memory_bytes(_WORKERS), requests_of_a_life=10**9)
    async with WorkerRenderer(settings) as workers:
        await until(lambda: workers.crew.ready == _WORKERS)
        figures = await hop(workers, count)
        figures.append(await letters(workers, seconds))
        figures += memory(workers)
        figures.append(await replacements(workers))
    return [*figures, *await beside_a_spinning_one(count)]


def on_the_loop_of_the_service(work: Awaitable[list[Figure]]) -> list[Figure]:
    """Run it on the kind of event loop that uvicorn chooses."""

    async def run() -> list[Figure]:
        return await work

    factory = uvicorn.Config("entrypoints.app:create_app", factory=True).get_loop_factory()
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(run())


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.workers", description="Measure what isolated workers cost.")
    parser.add_argument("--count", type=int, default=1_000, help="renders a round (default 1000)")
    parser.add_argument("--seconds", type=float, default=3.0, help="seconds a round of letters (default 3)")
    parser.add_argument("--write", action="store_true", help="write the table into docs/benchmarks.md")
    chosen = parser.parse_args(arguments)
    figures = on_the_loop_of_the_service(measure_all(chosen.count, chosen.seconds))
    rows = [["", "median", "least", "most", "goal"], *(figure.row() for figure in figures)]
    for what, *values in rows:
        print(f"{what:78}" + "".join(f"{value:>10}" for value in values[:-1]) + f"  {values[-1]}")
    if chosen.write:
        write_report("workers", markdown(rows), f"python -m benchmarks.workers --count {chosen.count} --write")
    return 0


if __name__ == "__main__":
    sys.exit(main())
