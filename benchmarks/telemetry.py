"""Measures what traces cost: python -m benchmarks.telemetry

Starts DocGen four times, each with an embedded PostgreSQL: twice without telemetry, so that the difference between
equal ones is seen, with 5 % of all traces, and with every trace, which go to a collector of this process over OTLP and
http. They take turns; in a turn one makes letters in Word for four clients that wait for them. What is measured is the
processor time of all its processes but PostgreSQL's, divided by the renders: exporting is in it.

Exit codes: 0 done, 2 wrong usage.
"""

import argparse
import contextlib
import random
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Final

import httpx2
import psutil

from benchmarks.cases import LETTER
from benchmarks.load import services
from benchmarks.report import markdown, write_report

_OFF: Final = "off"
_CLIENTS: Final = 4
_KINDS: Final[Mapping[str, str | None]] = {_OFF: None, "off, once more": None, "5 %": "0.05", "100 %": "1"}
_HEADING: Final = ("traces", "ms, not stored", "from", "to", "more", "ms, stored", "from", "to", "more")
# Soon, so that what a turn has to tell is handed over within it, or within the next one of the same service.
_SCHEDULE_MS: Final = "200"


class _Sink(BaseHTTPRequestHandler):
    """A collector that takes everything and keeps nothing."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Take an export."""
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def _collector() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Sink)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def processor_seconds(pid: int) -> float:
    """Return the processor time of a process and of those it started, PostgreSQL's left out."""
    total, waiting = 0.0, [psutil.Process(pid)]
    while waiting:
        process = waiting.pop()
        with contextlib.suppress(psutil.NoSuchProcess):
            if "postgres" not in process.name():
                total += sum(process.cpu_times()[:4])  # its own, and those of children that have ended
                waiting += process.children()
    return total


def _variables(share: str | None, collector: str) -> dict[str, str]:
    if share is None:
        return {}
    return {
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector,
        "OTEL_METRICS_EXPORTER": "none",
        "OTEL_TRACES_SAMPLER": "parentbased_traceidratio",
        "OTEL_TRACES_SAMPLER_ARG": share,
        "OTEL_BSP_SCHEDULE_DELAY": _SCHEDULE_MS,
    }


def measure(service: services.Service, client: httpx2.Client, count: int, *, store: bool) -> float:
    """Return the milliseconds of processor time of one render."""
    before = processor_seconds(service.pid)
    body = {"template": "letter", "data": LETTER.data, "store": store}
    with ThreadPoolExecutor(_CLIENTS) as clients:
        for answer in clients.map(lambda _: client.post("/v1/renders", json=body), range(count)):
            answer.raise_for_status()
    return (processor_seconds(service.pid) - before) / count * 1000


def rows_of(times: Mapping[tuple[str, bool], Sequence[float]]) -> list[list[str]]:
    """Return the table, its heading first: medians of the rounds, and their quartiles."""
    rows = [[*_HEADING]]
    for kind in _KINDS:
        row = [kind]
        for store in (False, True):
            low, middle, high = statistics.quantiles(times[kind, store], n=4)
            off = statistics.median(times[_OFF, store])
            row += [f"{middle:.3f}", f"{low:.3f}", f"{high:.3f}", "" if kind == _OFF else f"{middle / off - 1:+.0%}"]
        rows.append(row)
    return rows


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.telemetry", description="Measure what traces cost.")
    parser.add_argument("--count", type=int, default=800, help="how many letters a turn (default 800)")
    parser.add_argument("--rounds", type=int, default=21, help="how many turns each has (default 21)")
    parser.add_argument("--write", action="store_true", help="write the table into docs/benchmarks.md")
    chosen = parser.parse_args(arguments)
    times: dict[tuple[str, bool], list[float]] = {(kind, store): [] for kind in _KINDS for store in (False, True)}
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)
        collector = stack.enter_context(_collector())
        running = {}
        for number, (kind, share) in enumerate(_KINDS.items()):
            service = stack.enter_context(services.docgen(folder / str(number), 1, _variables(share, collector)))
            client = stack.enter_context(httpx2.Client(base_url=service.url, timeout=90))
            template = {"file": ("letter.docx", LETTER.template("jinja"))}
            client.post("/v1/templates", files=template, data={"name": "letter", "publish": "true"}).raise_for_status()
            measure(service, client, chosen.count, store=True)  # what is compiled once, and imported
            running[kind] = (service, client)
        for number in range(1, chosen.rounds + 1):
            for store in (False, True):
                for kind, (service, client) in random.sample(sorted(running.items()), len(running)):
                    times[kind, store].append(measure(service, client, chosen.count, store=store))
            print(f"round {number}: {', '.join(f'{k} {times[k, False][-1]:.2f} ms' for k in _KINDS)}", flush=True)
    rows = rows_of(times)
    print("\n" + "\n".join("  ".join(cell.ljust(20) for cell in row) for row in rows))
    if chosen.write:
        command = f"python -m benchmarks.telemetry --count {chosen.count} --rounds {chosen.rounds} --write"
        write_report("telemetry", markdown(rows), command)
    return 0


if __name__ == "__main__":
    sys.exit(main())
