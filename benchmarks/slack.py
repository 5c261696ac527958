"""Measures how fast Slack is answered: python -m benchmarks.slack

Requests as Slack sends them, signed beforehand, fifty at a time, from wrk to `docgen serve` with one process and its
embedded PostgreSQL, once while that has nothing else to do, and once while four connections keep it calculating. What
is measured is the whole answer; the jobs are left for a worker. `/docgen` opens a view at a Slack of the tests, in
Python and in one thread, whose time is part of the answer; the other requests call nobody before theirs. Processor
time is that of the service for one request, its PostgreSQL left out.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx2
import psutil

from benchmarks.load import services, wrk
from benchmarks.report import markdown, write_report
from entrypoints.databases import start_embedded_database
from entrypoints.settings.service import load_settings
from tests.integration.support.fake_slack import BOT_TOKEN, SIGNING_SECRET, FakeSlack

_AT_ONCE: Final = 50
# More requests than a service with one process answers in a second.
_A_SECOND: Final = 1500
_WARM_SECONDS: Final = 2.0
# They are made before they are sent.
_TRIGGER_SECONDS: Final = 600.0
_TEMPLATES: Final = 50
_BUSY: Final = 4
_CALCULATION: Final = "SELECT sum(n * n % 7) FROM generate_series(1, 3000000) AS n"
_HEADING: Final = ["", "at a time", "answers", "p50, ms", "p99, ms", "slowest, ms", "processor, ms"]

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
        slack.trigger_seconds = _TRIGGER_SECONDS
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


def signed(slack: FakeSlack, case: Case, count: int, file: Path) -> None:
    """Write requests as Slack sends them now, each with a signature of its own."""
    with file.open("w", encoding="utf-8") as lines:
        for _ in range(count):
            body = slack.body_of(case.path, case.make(slack))
            headers = slack.signed(case.path, body)
            timestamp, signature = headers["X-Slack-Request-Timestamp"], headers["X-Slack-Signature"]
            lines.write(f"{timestamp}\t{signature}\t{body.decode()}\n")


def answers(url: str, slack: FakeSlack, case: Case, seconds: float, file: Path) -> wrk.Answered:
    """Send requests, fifty at a time, for so many seconds."""
    signed(slack, case, round(seconds * _A_SECOND), file)
    answered = wrk.put_signed(f"{url}{case.path}", file, connections=_AT_ONCE, seconds=seconds)
    if answered.refused or answered.broken:
        raise RuntimeError(f"{case.name}: {answered.refused} refused, {answered.broken} broken of {answered.requests}")
    return answered


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


async def measured(
    docgen: services.Service, slack: FakeSlack, database_url: str, seconds: float, file: Path
) -> list[list[str]]:
    """Measure every case, with a database that has nothing else to do and with one that has."""
    rows = [_HEADING]

    async def send(case: Case, duration: float) -> wrk.Answered:
        return await asyncio.to_thread(answers, docgen.url, slack, case, duration, file)

    for connections in (0, _BUSY):
        async with busy(database_url, connections):
            for case in CASES:
                await send(case, _WARM_SECONDS)
                before = processor_seconds(docgen.pid)
                answered = await send(case, seconds)
                spent = (processor_seconds(docgen.pid) - before) * 1000 / answered.requests
                name = f"{case.name}, busy database" if connections else case.name
                figures = (answered.p50_ms, answered.p99_ms, answered.slowest_ms)
                numbers = [str(_AT_ONCE), f"{answered.requests:,}", *(f"{each:,.0f}" for each in figures)]
                rows.append([name, *numbers, f"{spent:.1f}"])
                print("  ".join(rows[-1]), flush=True)
    return rows


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.slack", description="Measure how fast Slack is answered.")
    parser.add_argument("--seconds", type=float, default=10, help="how long for each kind of request (default 10)")
    parser.add_argument("--write", action="store_true", help="write the table into docs/benchmarks.md")
    chosen = parser.parse_args(arguments)
    if not wrk.is_installed():
        parser.error("it needs wrk: see benchmarks/load/wrk.py")
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        folder = Path(name) / "docgen"
        with serving(folder) as (docgen, slack), start_embedded_database(load_settings(data_dir=folder)) as url:
            rows = asyncio.run(measured(docgen, slack, url, chosen.seconds, Path(name) / "requests"))
    if chosen.write:
        write_report("slack", markdown(rows), f"python -m benchmarks.slack --seconds {chosen.seconds:g} --write")
    return 0


if __name__ == "__main__":
    sys.exit(main())
