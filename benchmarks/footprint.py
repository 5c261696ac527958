"""What an installation that does nothing takes: python -m benchmarks.footprint

Starts the service and a worker in turns, as containers start them (one process, a database that is there already), and
measures the time until /readyz answers with 200. Then each is left alone for a while, and its memory is looked at: PSS,
in which pages that several processes share are divided among them.
"""

import argparse
import compileall
import http.client
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from adapters.embedded import EmbeddedPostgres
from benchmarks.load.processes import memory_of
from benchmarks.report import markdown, write_report

_DOCGEN: Final = str(Path(sys.executable).with_name("docgen"))
_SOURCES: Final = Path(__file__).parent.parent / "src"
_PATIENCE_SECONDS: Final = 60.0
_BETWEEN_QUESTIONS_SECONDS: Final = 0.005
_MEGABYTE: Final = 1_000_000
_HEADING: Final = (
    "",
    "ready after s",
    "from",
    "to",
    "processor s until then",
    "PSS MB",
    "blob writer MB",
    "render processes MB",
)


@dataclass(frozen=True, slots=True)
class Footprint:
    """One start: seconds until it was ready, what processors took in them, and megabytes when it had been idle."""

    command: str
    ready_seconds: float
    processor_seconds: float
    own: float
    writer: float
    rendering: float


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def measure(command: str, settings: Mapping[str, str], idle_seconds: float) -> Footprint:
    """Start a command, wait until it is ready, leave it alone for so long, look, and end it."""
    port = _free_port()
    environment = {**os.environ, **settings, "DOCGEN_HTTP__PORT": str(port), "DOCGEN_WORKER__PORT": str(port)}
    began = time.monotonic()
    process = subprocess.Popen([_DOCGEN, command], env=environment, stdout=subprocess.DEVNULL)
    try:
        while not _is_ready(port):
            if process.poll() is not None or time.monotonic() - began > _PATIENCE_SECONDS:
                raise RuntimeError(f"docgen {command} did not become ready")
            time.sleep(_BETWEEN_QUESTIONS_SECONDS)
        ready = time.monotonic() - began
        processor = _processor_seconds(process.pid)
        time.sleep(idle_seconds)
        own = psutil.Process(process.pid).memory_full_info().pss / _MEGABYTE
        others = memory_of(process.pid)
        return Footprint(
            command, ready, processor, own, others.get("blob writer", 0.0), others["zygote"] + others["worker"]
        )
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(_PATIENCE_SECONDS)


def _processor_seconds(pid: int) -> float:
    """Return what a process and those that it has started have taken: the same on a busy machine as on an idle one."""
    parent = psutil.Process(pid)
    times = [each.cpu_times() for each in (parent, *parent.children(recursive=True))]
    return sum(each.user + each.system for each in times)


def rows_of(found: Sequence[Footprint]) -> list[list[str]]:
    """Return the table, its heading first: medians of the rounds."""
    rows = [[*_HEADING]]
    for command in dict.fromkeys(each.command for each in found):
        rounds = [each for each in found if each.command == command]
        times = [each.ready_seconds for each in rounds]
        memory = [[each.own for each in rounds], [each.writer for each in rounds], [each.rendering for each in rounds]]
        rows.append([
            f"docgen {command}",
            *(f"{each:.1f}" for each in (statistics.median(times), min(times), max(times))),
            f"{statistics.median(each.processor_seconds for each in rounds):.1f}",
            *(f"{statistics.median(each):.0f}" for each in memory),
        ])  # fmt: skip
    return rows


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.footprint", description="Measure what DocGen takes when idle.")
    parser.add_argument("--rounds", type=int, default=5, help="how often service and worker take turns (default 5)")
    parser.add_argument("--idle", type=float, default=5.0, help="seconds to leave each alone (default 5)")
    parser.add_argument("--write", action="store_true", help="write the table into docs/benchmarks.md")
    chosen = parser.parse_args(arguments)
    found: list[Footprint] = []
    # As in the container image, whatever PYTHONDONTWRITEBYTECODE says here: no start compiles modules.
    compileall.compile_dir(_SOURCES, quiet=1)
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        with EmbeddedPostgres(Path(name) / "database") as server:
            settings = {
                "DOCGEN_DATABASE__URL": server.url(),
                "DOCGEN_DATA_DIR": str(Path(name) / "data"),
                "DOCGEN_AUTH__MODE": "none",
                "DOCGEN_LOG__LEVEL": "warning",
            }
            subprocess.run([_DOCGEN, "migrate"], env={**os.environ, **settings}, stdout=subprocess.DEVNULL, check=True)
            for number in range(1, chosen.rounds + 1):
                for command in ("serve", "worker"):
                    found.append(measure(command, settings, chosen.idle))
                    print(f"round {number}: {found[-1]}", flush=True)
    rows = rows_of(found)
    print("\n" + "\n".join("  ".join(cell.ljust(20) for cell in row) for row in rows))
    if chosen.write:
        command = f"python -m benchmarks.footprint --rounds {chosen.rounds} --idle {chosen.idle:g} --write"
        write_report("footprint", markdown(rows), command)
    return 0


if __name__ == "__main__":
    sys.exit(main())
