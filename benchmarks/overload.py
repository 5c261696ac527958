"""Puts twice the load on the service that it can carry: python -m benchmarks.overload

Starts DocGen as its users do, with two processes, a durable PostgreSQL and local storage, measures how many letters a
second it renders and stores, and then sends twice as many on thousands of connections. Meanwhile its memory is
watched, and /readyz asked. Every answer has to be a 2xx, or a 429 or 503 that says when to come again; every letter
that was answered has to be recorded; and right after the load the service has to work as before.

Exit codes: 0 done, 1 a promise was broken, 2 wrong usage, 3 wrk is missing.
"""

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx2
import psutil

from benchmarks.cases import LETTER
from benchmarks.load import services, wrk
from benchmarks.report import markdown, write_report
from benchmarks.service import body_file, stored_renders

_PROCESSES: Final = 2
# As many as the lines of both processes hold.
_IN_LINE: Final = 1_000
# Between two requests of a connection; a server closes connections that are idle for 5 seconds.
_PAUSE_SECONDS: Final = 2.0
_ALLOWED: Final = frozenset({"201", "429", "503"})
_TIMES: Final = 2.5
_MEGABYTE: Final = 1_000_000
# What may be kept after the load: allocators do not give everything back.
_MORE_MEMORY: Final = 1.5


@dataclass(slots=True)
class Watched:
    """What was seen while the load lasted: memory of DocGen's own processes, and answers of /readyz."""

    memory: list[int] = field(default_factory=list)
    ready: list[bool] = field(default_factory=list)


def memory_of(pid: int) -> int:
    """Return the bytes that a process and its children have for themselves, those of PostgreSQL left out."""
    total = 0
    root = psutil.Process(pid)
    for process in (root, *root.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            if "postgres" not in process.name():
                total += process.memory_full_info().uss
    return total


@contextmanager
def watched(service: services.Service) -> Iterator[Watched]:
    """Look at the service once a second."""
    found, over = Watched(), threading.Event()

    def watch() -> None:
        while not over.wait(1):
            found.memory.append(memory_of(service.pid))
            try:
                found.ready.append(httpx2.get(f"{service.url}/readyz", timeout=10).is_success)
            except httpx2.TransportError:
                found.ready.append(False)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield found
    finally:
        over.set()
        watcher.join()


def first_answer(url: str, wish: object) -> float:
    """Return how many seconds the next letter takes.

    Raises:
        httpx2.HTTPStatusError: it is refused.
    """
    began = time.monotonic()
    httpx2.post(url, json=wish, timeout=60).raise_for_status()
    return time.monotonic() - began


def broken_promises(
    load: wrk.Answered, seen: Watched, memory_before: int, memory_after: int, answered: int, recorded: int
) -> list[str]:
    """Say what should not have happened; `answered` letters were, and `recorded` have a record."""
    complaints = {
        f"other answers came: {dict(load.statuses)}": not _ALLOWED.issuperset(load.statuses),
        f"{load.without_retry_after} refusals do not say when to come again": load.without_retry_after > 0,
        f"{load.broken} requests got no answer": load.broken > 0,
        f"{answered} letters were answered, and {recorded} recorded": recorded < answered,
        "/readyz did not answer": not (seen.ready and all(seen.ready)),
        f"the memory grew from {memory_before:,} to {memory_after:,} bytes": memory_after
        > _MORE_MEMORY * memory_before,
    }
    return [complaint for complaint, true in complaints.items() if true]


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.overload", description="Put twice its load on the service.")
    parser.add_argument("--seconds", type=float, default=60.0, help="seconds of the overload (default 60)")
    parser.add_argument("--write", action="store_true", help="write the table into docs/benchmarks.md")
    chosen = parser.parse_args(arguments)
    if not wrk.is_installed():
        sys.stderr.write("wrk is missing: install it (Debian, Ubuntu: 'apt install wrk'), then run this again.\n")
        return 3
    with tempfile.TemporaryDirectory() as name, services.docgen(Path(name) / "docgen", _PROCESSES) as service:
        rows, complaints = measured(service, Path(name), chosen.seconds)
    print("\n" + "\n".join("  ".join(cell.ljust(44) for cell in row) for row in rows))
    for complaint in complaints:
        sys.stderr.write(f"Broken: {complaint}.\n")
    if chosen.write and not complaints:
        command = f"python -m benchmarks.overload --seconds {chosen.seconds:g} --write"
        write_report("overload", markdown(rows), command)
    return int(bool(complaints))


def measured(service: services.Service, folder: Path, seconds: float) -> tuple[list[list[str]], list[str]]:
    """Overload a service; return the table, its heading first, and what should not have happened."""
    template = {"file": ("letter.docx", LETTER.template("jinja"))}
    fields = {"name": "letter", "publish": "true"}
    httpx2.post(f"{service.url}/v1/templates", files=template, data=fields, timeout=60).raise_for_status()
    url, wish = f"{service.url}/v1/renders", {"template": "letter", "data": {**LETTER.data, "recipient": "@@N@@"}}
    load = wrk.Load(url, body_file(folder / "stored.json", wish))
    short = min(8.0, seconds)
    wrk.put(load, connections=16, seconds=short)  # the first ones find nothing remembered
    before = wrk.put(load, connections=16, seconds=short)
    memory_before, recorded_before = memory_of(service.pid), stored_renders(service.url)
    # Those in the line wait as long as it takes; the others send as many as come at twice the speed, and some more,
    # since also a refusal takes its time.
    connections = _IN_LINE + round(_TIMES * before.good_a_second * _PAUSE_SECONDS)
    with watched(service) as seen:
        over = wrk.put(load, connections=connections, seconds=seconds, delay_ms=_PAUSE_SECONDS * 1000, count=True)
    first = first_answer(url, wish)
    after = wrk.put(load, connections=16, seconds=short)
    memory_after = memory_of(service.pid)
    recorded = stored_renders(service.url) - recorded_before
    # What was answered afterwards has a record too.
    answered = over.statuses.get("201", 0) + 1 + after.requests - after.refused
    offered = over.requests / over.seconds
    rows = [
        ["", ""],
        ["before: letters stored a second", f"{before.good_a_second:,.0f}"],
        ["before: p50 ms", f"{before.p50_ms:.1f}"],
        ["overload: requests a second", f"{offered:,.0f} ({offered / before.good_a_second:.1f} times as many)"],
        ["overload: connections", f"{connections:,}"],
        *([f"overload: answers {status}", f"{found:,}"] for status, found in sorted(over.statuses.items())),
        ["overload: refusals without Retry-After", str(over.without_retry_after)],
        ["overload: requests without an answer", str(over.broken)],
        ["overload: letters stored a second", f"{over.good_a_second:,.0f}"],
        ["overload: /readyz answered with 200", f"{sum(seen.ready)} of {len(seen.ready)} times"],
        ["memory of all processes before, MB", f"{memory_before / _MEGABYTE:,.0f}"],
        ["the most during the overload, MB", f"{max(seen.memory, default=0) / _MEGABYTE:,.0f}"],
        ["after it, MB", f"{memory_after / _MEGABYTE:,.0f}"],
        ["after: the first letter took, ms", f"{first * 1000:,.0f}"],
        ["after: letters stored a second", f"{after.good_a_second:,.0f}"],
        ["after: p50 ms", f"{after.p50_ms:.1f}"],
    ]
    return rows, broken_promises(over, seen, memory_before, memory_after, answered, recorded)


if __name__ == "__main__":
    sys.exit(main())
