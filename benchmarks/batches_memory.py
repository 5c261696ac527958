"""Measures whether the memory of a worker grows: python -m benchmarks.batches_memory

Starts DocGen with its embedded PostgreSQL, and one worker with one process that renders; a batch of 100,000 rows of CSV
becomes letters in Word. The memory of the worker's processes is printed for each tenth of the rows, and how much it has
grown at the end since the first tenth was done.

Exit codes: 0 done, 1 a row has no document, or memory grew by more than 5 %, 2 wrong usage.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import httpx2
import psutil

from benchmarks.batch import require, write_csv
from benchmarks.batches_http import send
from benchmarks.cases import LETTER
from benchmarks.load import services
from benchmarks.load.processes import memory_of
from benchmarks.memory import MOST_GROWTH, Sample, growth_of, rows_of
from benchmarks.report import markdown, write_report

_SAMPLES: Final = 10
_SECONDS_BETWEEN_LOOKS: Final = 0.3
_MEGABYTE: Final = 1_000_000
_ITSELF: Final = "docgen worker"
# A render process is replaced now and then, and a fresh one is small: of each tenth, the most is told.
_ROLES: Final = (_ITSELF, "worker", "zygote", "blob writer")
_NAMES: Final = (_ITSELF, "its renderer", "its zygote", "its blob writer")


def memory_of_worker(pid: int) -> dict[str, float]:
    """Return the memory (PSS, megabytes) of `docgen worker` and of the processes that it has started."""
    return {_ITSELF: psutil.Process(pid).memory_full_info().pss / _MEGABYTE, **memory_of(pid)}


def sampled(client: httpx2.Client, path: Path, rows: int, pid: int) -> list[Sample]:
    """Have a batch made, and look at the memory of the worker with this process number all the time.

    Raises:
        SystemExit: a row has no document.
    """
    batch, _ = send(client, path)
    samples, most = list[Sample](), dict[str, float]()
    while batch["finished_at"] is None:
        time.sleep(_SECONDS_BETWEEN_LOOKS)
        most |= {role: max(size, most.get(role, 0.0)) for role, size in memory_of_worker(pid).items()}
        batch = client.get(f"/v1/batches/{batch['id']}").json()
        done = batch["counts"]["succeeded"]
        if done >= rows * (len(samples) + 1) / _SAMPLES:
            samples.append(Sample(done, most))
            print(f"{done:,}: " + ", ".join(f"{role} {size:.1f} MB" for role, size in most.items()), flush=True)
            most = {}
    require(batch["counts"]["succeeded"] == rows, str(batch["counts"]))
    return samples


def table_of(samples: Sequence[Sample]) -> list[list[str]]:
    """Return the table, its heading first."""
    lines = rows_of(samples, _ROLES)[1:]
    return [["rows", *(f"{name}, MB" for name in _NAMES)], *lines]


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.batches_memory", description="Measure whether a worker grows.")
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the batch (default 100000)")
    parser.add_argument("--write", action="store_true", help="write the table into docs/benchmarks.md")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="docgen-batches-") as name:
        home = Path(name)
        home.chmod(0o755)
        write_csv(home / "rows.csv", chosen.rows)
        with (
            services.docgen(home / "docgen", 1) as docgen,
            services.worker(home / "docgen") as worker,
            httpx2.Client(base_url=docgen.url, timeout=300) as client,
        ):
            template = {"file": ("letter.docx", LETTER.template("jinja"))}
            client.post("/v1/templates", files=template, data={"name": "letter", "publish": "true"}).raise_for_status()
            samples = sampled(client, home / "rows.csv", chosen.rows, worker.pid)
    rows = table_of(samples)
    print("\n" + "\n".join("  ".join(cell.ljust(28) for cell in row) for row in rows))
    if chosen.write:
        write_report(
            "batches-memory", markdown(rows), f"python -m benchmarks.batches_memory --rows {chosen.rows} --write"
        )
    return int(any(growth_of(samples, role) > MOST_GROWTH for role in _ROLES))


if __name__ == "__main__":
    sys.exit(main())
