"""Measures batches over HTTP: python -m benchmarks.batches_http

Starts DocGen with its embedded PostgreSQL, which is durable, and local storage. Rows of CSV are sent to the service and
become letters in Word, made by one worker and by two, with one process each that renders. Timed is all of it, from the
request to the end of the batch. Every letter is taken out of the archive and compared with what its row says; each row
has one. A larger file is accepted beside that, and called off. docxtpl makes letters in a loop in the same run.

Exit codes: 0 done, 1 a row has no document, or a wrong one, 2 wrong usage.
"""

import argparse
import contextlib
import os
import statistics
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx2
import psutil

from benchmarks.batch import case_of, require, run_loop, write_csv
from benchmarks.cases import LETTER
from benchmarks.check import what_is_wrong
from benchmarks.load import services
from benchmarks.report import markdown, write_report

_LOOP: Final = 200
_HEADING: Final = ["", "rows", "accepted after, s", "finished after, s", "documents a second", "peak MB"]
_SECONDS_BETWEEN_LOOKS: Final = 0.05


@dataclass(slots=True)
class Peak:
    """The most memory that processes of a kind had, each for itself, in MB of resident pages."""

    megabytes: float = 0.0
    _ended: threading.Event = field(default_factory=threading.Event)

    @contextlib.contextmanager
    def of(self, root: int, mark: str) -> Iterator[None]:
        """Look again and again at the processes below one, itself included, whose command has a mark."""
        thread = threading.Thread(target=self._look, args=(psutil.Process(root), mark))
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join()

    def _look(self, root: psutil.Process, mark: str) -> None:
        while not self._ended.wait(_SECONDS_BETWEEN_LOOKS):
            with contextlib.suppress(psutil.Error):
                for process in (root, *root.children(recursive=True)):
                    with contextlib.suppress(psutil.Error):
                        if mark in " ".join(process.cmdline()):
                            found = process.memory_info().rss / 1_000_000
                            self.megabytes = max(self.megabytes, found)


@dataclass(frozen=True, slots=True)
class Run:
    """A batch: rows, seconds until it was accepted and until it was done, and the most memory of who did it."""

    what: str
    rows: int
    accepted: float
    finished: float
    peak_mb: float

    def row(self) -> list[str]:
        """Return it as a row of the table."""
        done = f"{self.finished:.1f}" if self.finished else ""
        rate = f"{self.rows / self.finished:,.0f}" if self.finished else ""
        accepted = f"{self.accepted:.1f}" if self.accepted else ""
        return [self.what, f"{self.rows:,}", accepted, done, rate, f"{self.peak_mb:.0f}" if self.peak_mb else ""]


def send(client: httpx2.Client, path: Path) -> tuple[dict[str, Any], float]:
    """Send a file of rows; return the batch, and the seconds until it was accepted."""
    began = time.perf_counter()
    with path.open("rb") as rows:
        answer = client.post("/v1/batches", files={"rows": ("rows.csv", rows)}, data={"template": "letter"})
    seconds = time.perf_counter() - began
    require(answer.status_code == 202, answer.text)
    return answer.json(), seconds


def measure(client: httpx2.Client, path: Path, count: int, pids: Sequence[int]) -> Run:
    """Have a batch made by the workers that run."""
    peak = Peak()
    with peak.of(pids[0], "docgen"):
        began = time.perf_counter()
        batch, accepted = send(client, path)
        while batch["finished_at"] is None:
            batch = client.get(f"/v1/batches/{batch['id']}?wait=60").json()
        finished = time.perf_counter() - began
    require(batch["counts"] == {"total": count, "succeeded": count, "failed": 0, "pending": 0}, str(batch["counts"]))
    look_at(client, batch, path.parent / "archive.zip", count)
    plural = "s" if len(pids) > 1 else ""
    return Run(
        f"letters in Word from CSV over HTTP, {len(pids)} worker{plural}", count, accepted, finished, peak.megabytes
    )


def look_at(client: httpx2.Client, batch: dict[str, Any], archive: Path, count: int) -> None:
    """Compare every document of a batch with its row; the archive has them in the order of the rows."""
    with client.stream("GET", batch["links"]["archive"]) as answer, archive.open("wb") as file:
        for piece in answer.iter_bytes():
            file.write(piece)
    with zipfile.ZipFile(archive) as found:
        names = found.namelist()
        require(names == [f"letter-{row}.docx" for row in range(2, count + 2)], "the names in the archive")
        for number, name in enumerate(names):
            wrong = what_is_wrong(found.read(name), case_of(number))
            require(wrong is None, f"{name}: {wrong}")


def accept(client: httpx2.Client, path: Path, count: int, pid: int) -> Run:
    """Have a large file accepted, and call the batch off."""
    peak = Peak()
    with peak.of(pid, "reader_process"):
        batch, accepted = send(client, path)
    require(batch["counts"]["total"] == count, str(batch["counts"]))
    client.post(f"/v1/batches/{batch['id']}/cancel").raise_for_status()
    return Run("rows of CSV accepted; memory of the process that reads them", count, accepted, 0.0, peak.megabytes)


def runs_of(count: int, rows: int, rounds: int) -> list[Run]:
    """Measure everything in a folder that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="docgen-batches-") as name:
        home = Path(name)
        home.chmod(0o755)
        small, large = home / "rows.csv", home / "large.csv"
        write_csv(small, count)
        write_csv(large, rows)
        loop = run_loop(home, min(_LOOP, count))
        found = [Run("docxtpl in a loop, each file written", loop.count, 0.0, loop.seconds, 0.0)]
        with services.docgen(home / "docgen", 1) as docgen, httpx2.Client(base_url=docgen.url, timeout=300) as client:
            template = {"file": ("letter.docx", LETTER.template("jinja"))}
            client.post("/v1/templates", files=template, data={"name": "letter", "publish": "true"}).raise_for_status()
            found.append(accept(client, large, rows, docgen.pid))
            for number in range(1, rounds + 1):
                for workers in (1, 2):
                    with contextlib.ExitStack() as stack:
                        running = [stack.enter_context(services.worker(home / "docgen")) for _ in range(workers)]
                        run = measure(client, small, count, [each.pid for each in running])
                    found.append(run)
                    print(f"round {number}, {workers} at work: {run.rows / run.finished:,.0f} a second", flush=True)
    return found


def medians(runs: Sequence[Run]) -> list[Run]:
    """Return one run of each kind: the medians of its rounds."""
    kinds = list(dict.fromkeys((run.what, run.rows) for run in runs))
    found = []
    for what, rows in kinds:
        same = [run for run in runs if (run.what, run.rows) == (what, rows)]
        accepted, finished, peak = (
            statistics.median(getattr(run, name) for run in same) for name in ("accepted", "finished", "peak_mb")
        )
        found.append(Run(what, rows, accepted, finished, peak))
    return found


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.batches_http", description="Measure batches over HTTP.")
    parser.add_argument("--count", type=int, default=10_000, help="letters (default 10000)")
    parser.add_argument("--rows", type=int, default=100_000, help="rows that are only accepted (default 100000)")
    parser.add_argument("--rounds", type=int, default=3, help="how often one worker and two take turns (default 3)")
    parser.add_argument("--write", action="store_true", help="write the table into docs/benchmarks.md")
    chosen = parser.parse_args(arguments)
    rows = [_HEADING, *(run.row() for run in medians(runs_of(chosen.count, chosen.rows, chosen.rounds)))]
    for what, *values in rows:
        print(f"{what:60}" + "".join(f"{value:>20}" for value in values))
    load = ", ".join(f"{value:.0f}" for value in os.getloadavg())
    print(f"{os.cpu_count()} processors; load of the machine at the end: {load}")
    if chosen.write:
        command = f"python -m benchmarks.batches_http --count {chosen.count} --rows {chosen.rows}"
        write_report("batches", markdown(rows), f"{command} --rounds {chosen.rounds} --write")
    return 0


if __name__ == "__main__":
    sys.exit(main())
