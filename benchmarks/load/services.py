"""The services that are put under load: DocGen as its users start it, and the naive one."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import httpx2

from benchmarks.peers.catalogue import ENVIRONMENTS, ROOT

_PATIENCE_SECONDS: Final = 60.0
_NO_SETTINGS: Final[Mapping[str, str]] = {}
_NAIVE: Final = ("docxtpl==0.20.2", "fastapi==0.165.0", "uvicorn[standard]==0.54.0")


@dataclass(frozen=True, slots=True)
class Service:
    """A running service: its address, and its first process."""

    url: str
    pid: int


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def _running(command: list[str], environment: Mapping[str, str], ready: str, port: int) -> Iterator[Service]:
    """Start a service, wait until it answers at the path `ready`, and end it with its children afterwards."""
    url = f"http://127.0.0.1:{port}"
    # Not a pipe: one that nobody reads is full some day, and whoever writes to it then waits for ever.
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=log, text=True
        )
        try:
            _await(url + ready, process, log)
            yield Service(url, process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=_PATIENCE_SECONDS)


def _await(url: str, process: subprocess.Popen[str], log: IO[str]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            log.seek(0)
            raise RuntimeError(f"{process.args} ended: {log.read()[-2000:]}")
        with contextlib.suppress(httpx2.TransportError):
            if httpx2.get(url).is_success:
                return
        time.sleep(0.1)
    raise RuntimeError(f"{url} did not answer within {_PATIENCE_SECONDS:g} seconds")


@contextlib.contextmanager
def docgen(folder: Path, processes: int, settings: Mapping[str, str] = _NO_SETTINGS) -> Iterator[Service]:
    """Run `docgen serve` with its embedded PostgreSQL, which is as durable as any, and its local storage.

    `settings` are further ones, by the names of their variables.
    """
    port = _free_port()
    environment = {
        "DOCGEN_DATA_DIR": str(folder),
        "DOCGEN_HTTP__PORT": str(port),
        "DOCGEN_HTTP__WORKERS": str(processes),
        "DOCGEN_HTTP__WITH_WORKER": "false",
        "DOCGEN_LOG__LEVEL": "warning",
        **settings,
    }
    with _running([str(Path(sys.executable).with_name("docgen")), "serve"], environment, "/readyz", port) as service:
        yield service


@contextlib.contextmanager
def worker(folder: Path) -> Iterator[Service]:
    """Run `docgen worker` with one process that renders, beside the service of the same folder."""
    port = _free_port()
    environment = {
        "DOCGEN_DATA_DIR": str(folder),
        "DOCGEN_RENDERING__WORKERS": "1",
        "DOCGEN_WORKER__PORT": str(port),
    }
    with _running([str(Path(sys.executable).with_name("docgen")), "worker"], environment, "/readyz", port) as service:
        yield service


@contextlib.contextmanager
def naive(templates: Path, processes: int) -> Iterator[Service]:
    """Run the naive service in an environment of its own, which is made where it is not there yet."""
    home = ENVIRONMENTS / "naive-service"
    if not (home / "installed").exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        subprocess.run([str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", *_NAIVE], check=True)
        (home / "installed").touch()
    with _by_uvicorn(home / "bin", "naive_service:app", templates, processes, "/openapi.json") as service:
        yield service


@contextlib.contextmanager
def bare(templates: Path, processes: int) -> Iterator[Service]:
    """Run the server with the render workers and nothing between them, in the environment of this process."""
    with _by_uvicorn(Path(sys.executable).parent, "bare_service:app", templates, processes, "/") as service:
        yield service


@contextlib.contextmanager
def _by_uvicorn(programs: Path, app: str, templates: Path, processes: int, ready: str) -> Iterator[Service]:
    port = _free_port()
    command = [str(programs / "uvicorn"), "--workers", str(processes), "--port", str(port), "--no-access-log"]
    command += ["--app-dir", str(ROOT / "benchmarks" / "peers"), app]
    with _running(command, {"TEMPLATES": str(templates)}, ready, port) as service:
        yield service
