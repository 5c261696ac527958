"""Measures how fast Slack is answered: python -m benchmarks.slack

Requests as Slack sends them, signed, fifty at a time, to `docgen serve` with one process and its embedded PostgreSQL,
once while that has nothing else to do, and once while four connections keep it calculating. What is measured is the
whole answer; the jobs are left for a worker. `/docgen` opens a view at a Slack of the tests, which runs in the process
that measures and answers at once; the other requests call nobody before their answer. Processor time is that of the
service for one request, its PostgreSQL left out.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx2
import psutil

from benchmarks.load import services
from benchmarks.report import markdown, write_report
from entrypoints.databases import start_embedded_database
from entrypoints.settings.service import load_settings
from tests.integration.support.fake_slack import BOT_TOKEN, SIGNING_SECRET, FakeSlack

_AT_ONCE: Final = 50
_TEMPLATES: Final = 50
_BUSY: Final = 4
_CALCULATION: Final = "SELECT sum(n * n % 7) FROM generate_series(1, 3000000) AS n"
_HEADING: Final = ["", "at a time", "p50, ms", "p99, ms", "slowest, ms", "processor, ms"]

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of request."""

    name: str
    path: str
    make: Callable[[FakeSlack], Payload]


def _menu(slack: FakeSlack) -> Payload:
    view = {"id": "V1", "callback_id": "docgen_pick"}
    return slack.interaction("block_suggestion", view=view, action_id="pick:template", value="letter 1")


CASES: Final = (
    Case("a command that is a job", "/slack/commands", lambda slack: slack.command("list")),
    Case("a command that opens a view", "/slack/commands", lambda slack: slack.command("")),
    Case("items of a menu", "/slack/options", _menu),
)


@contextmanager
def serving(folder: Path) -> Iterator[tuple[services.Service, FakeSlack]]:
    """Run a service with templates, and a Slack."""
    with FakeSlack().serving() as slack:
        settings = {
            "DOCGEN_SLACK__SIGNING_SECRET": SIGNING_SECRET,
            "DOCGEN_SLACK__BOT_TOKEN": BOT_TOKEN,
            "DOCGEN_SLACK__API_URL": f"{slack.url}/api",
        }
        with services.docgen(folder, 1, settings) as docgen, httpx2.Client(base_url=docgen.url, timeout=60) as client:
            for number in range(_TEMPLATES):
                file = {"file": (f"letter-{number}.txt", f"Dear {{{{ name }}}} {number}".encode())}
                data = {"name": f"Letter {number}", "publish": "true"}
                client.post("/v1/templates", files=file, data=data).raise_for_status()
            yield docgen, slack


async def answers(url: str, slack: FakeSlack, case: Case, count: int) -> list[float]:
    """Send requests, fifty at a time, and return how long each answer took, in milliseconds."""
    limits = httpx2.Limits(max_connections=_AT_ONCE, max_keepalive_connections=_AT_ONCE)
    taken: list[float] = []
    left = iter(range(count))
    async with httpx2.AsyncClient(base_url=url, limits=limits, timeout=30) as client:

        async def send() -> None:
            for _ in left:
                body = slack.body_of(case.path, case.make(slack))
                headers = slack.signed(case.path, body)
                began = time.perf_counter()
                response = await client.post(case.path, content=body, headers=headers)
                taken.append((time.perf_counter() - began) * 1000)
                if not response.is_success:
                    raise RuntimeError(f"{case.name}: {response.status_code} {response.text}")

        await asyncio.gather(*(send() for _ in range(_AT_ONCE)))
    return taken


def processor_seconds(pid: int) -> float:
    """Return what a service and its processes have taken of the processor, its PostgreSQL left out."""
    first = psutil.Process(pid)
    found = (first, *first.children(recursive=True))
    return sum(sum(each.cpu_times()[:2]) for each in found if "postgres" not in each.name())


@asynccontextmanager
async def busy(url: str, connections: int) -> AsyncIterator[None]:
    """Keep a database calculating within the block."""

    async def calculate() -> None:
        connection = await asyncpg.connect(url)
        try:
            while True:
                await connection.fetchval(_CALCULATION)
        finally:
            connection.terminate()

    tasks = [asyncio.create_task(calculate()) for _ in range(connections)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def measured(docgen: services.Service, slack: FakeSlack, database_url: str, count: int) -> list[list[str]]:
    """Measure every case, with a database that has nothing else to do and with one that has."""
    rows = [_HEADING]
    for connections in (0, _BUSY):
        async with busy(database_url, connections):
            for case in CASES:
                await answers(docgen.url, slack, case, _AT_ONCE)
                before = processor_seconds(docgen.pid)
                taken = await answers(docgen.url, slack, case, count)
                spent = (processor_seconds(docgen.pid) - before) * 1000 / len(taken)
                name = f"{case.name}, busy database" if connections else case.name
                p99 = statistics.quantiles(taken, n=100)[98]
                figures = (statistics.median(taken), p99, max(taken))
                rows.append([name, str(_AT_ONCE), *(f"{each:,.0f}" for each in figures), f"{spent:.1f}"])
                print("  ".join(rows[-1]), flush=True)
    return rows


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.slack", description="Measure how fast Slack is answered.")
    parser.add_argument("--count", type=int, default=1000, help="how many requests of each kind (default 1000)")
    parser.add_argument("--write", action="store_true", help="write the table into docs/benchmarks.md")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        folder = Path(name) / "docgen"
        with serving(folder) as (docgen, slack), start_embedded_database(load_settings(data_dir=folder)) as url:
            rows = asyncio.run(measured(docgen, slack, url, chosen.count))
    if chosen.write:
        write_report("slack", markdown(rows), f"python -m benchmarks.slack --count {chosen.count} --write")
    return 0


if __name__ == "__main__":
    sys.exit(main())
