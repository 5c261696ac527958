"""Measures the queue: python -m benchmarks.jobs

Starts DocGen with its embedded PostgreSQL, which is durable, and local storage. Letters in Word are accepted with
`Prefer: respond-async`, one after the other, and their answers are timed; then workers with one render process each
make them: one worker, and then two. The rate is that of the records' own times: the documents between the first fifth,
while workers start, and the last twentieth. Every tenth document is opened and compared with what it should hold.

Exit codes: 0 done, 1 a render was lost, or a document wrong, 2 wrong usage.
"""

import argparse
import contextlib
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import httpx2

from benchmarks.cases import LETTER
from benchmarks.check import what_is_wrong
from benchmarks.load import services
from benchmarks.report import markdown, write_report

_ASYNC: Final = {"Prefer": "respond-async"}
_HEADING: Final = ("workers", "documents a second", "accepted, median ms", "accepted, p99 ms", "waited, median s")


@dataclass(frozen=True, slots=True)
class Run:
    """What so many workers did: documents a second, how long each answer took, and how long renders waited."""

    workers: int
    rate: float
    accepted_ms: Sequence[float]
    waited_ms: Sequence[float]


def accept(client: httpx2.Client, count: int) -> tuple[list[str], list[float]]:
    """Have so many letters rendered later; return the renders, and the milliseconds that each answer took."""
    ids, times = [], []
    for _ in range(count):
        began = time.perf_counter()
        answer = client.post("/v1/renders", json={"template": "letter", "data": LETTER.data}, headers=_ASYNC)
        times.append((time.perf_counter() - began) * 1000)
        if answer.status_code != 202:
            raise RuntimeError(f"not accepted: {answer.text}")
        ids.append(answer.json()["id"])
    return ids, times


def records_of(client: httpx2.Client, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Wait for the ends of renders, and return their records.

    Raises:
        RuntimeError: one did not succeed, or its document is wrong.
    """
    records = []
    for number, render_id in enumerate(ids):
        record = client.get(f"/v1/renders/{render_id}?wait=60").json()
        while record["finished_at"] is None:
            record = client.get(f"/v1/renders/{render_id}?wait=60").json()
        if record["status"] != "succeeded":
            raise RuntimeError(f"a render failed: {record}")
        if number % 10 == 0:
            wrong = what_is_wrong(client.get(record["links"]["document"]).content, LETTER)
            if wrong is not None:
                raise RuntimeError(f"a document is wrong: {wrong}")
        records.append(record)
    return records


def rate_of(records: Sequence[dict[str, Any]]) -> float:
    """Return the documents a second between the first fifth and the last twentieth."""
    times = sorted(datetime.fromisoformat(record["finished_at"]) for record in records)
    first, last = len(times) // 5, len(times) - len(times) // 20 - 1
    return (last - first) / (times[last] - times[first]).total_seconds()


def measure(folder: Path, client: httpx2.Client, workers: int, count: int) -> Run:
    """Accept letters, and have them made by so many workers."""
    ids, times = accept(client, count)
    with contextlib.ExitStack() as stack:
        for _ in range(workers):
            stack.enter_context(services.worker(folder))
        records = records_of(client, ids)
    return Run(workers, rate_of(records), times, [record["timings"]["queued_ms"] for record in records])


def rows_of(runs: Sequence[Run]) -> list[list[str]]:
    """Return the table, its heading first: medians of the rounds."""
    rows = [[*_HEADING]]
    for workers in sorted({run.workers for run in runs}):
        found = [run for run in runs if run.workers == workers]
        accepted = [each for run in found for each in run.accepted_ms]
        waited = [each for run in found for each in run.waited_ms]
        rows.append([
            str(workers),
            f"{statistics.median(run.rate for run in found):,.0f}",
            f"{statistics.median(accepted):.1f}",
            f"{statistics.quantiles(accepted, n=100)[98]:.1f}",
            f"{statistics.median(waited) / 1000:.1f}",
        ])  # fmt: skip
    return rows


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.jobs", description="Measure the queue and its workers.")
    parser.add_argument("--count", type=int, default=2000, help="how many letters a round (default 2000)")
    parser.add_argument("--rounds", type=int, default=3, help="how often one worker and two take turns (default 3)")
    parser.add_argument("--write", action="store_true", help="write the table into docs/benchmarks.md")
    chosen = parser.parse_args(arguments)
    runs: list[Run] = []
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        folder = Path(name) / "docgen"
        with services.docgen(folder, 1) as docgen, httpx2.Client(base_url=docgen.url, timeout=90) as client:
            template = {"file": ("letter.docx", LETTER.template("jinja"))}
            client.post("/v1/templates", files=template, data={"name": "letter", "publish": "true"}).raise_for_status()
            for number in range(1, chosen.rounds + 1):
                for workers in (1, 2):
                    runs.append(measure(folder, client, workers, chosen.count))
                    print(f"round {number}, {workers} at work: {runs[-1].rate:,.0f} a second", flush=True)
    rows = rows_of(runs)
    print("\n" + "\n".join("  ".join(cell.ljust(20) for cell in row) for row in rows))
    if chosen.write:
        command = f"python -m benchmarks.jobs --count {chosen.count} --rounds {chosen.rounds} --write"
        write_report("jobs", markdown(rows), command)
    return 0


if __name__ == "__main__":
    sys.exit(main())
