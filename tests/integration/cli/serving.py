"""`docgen serve` as a process, and a few ways to talk to it."""

import http.client
import json
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.integration.cli.conftest import DOCGEN, clean_environment
from tests.integration.support.databases import as_service

DEADLINE_SECONDS = 60


def free_port() -> int:
    """Return a port that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(directory: Path, log: Path, *arguments: str, **settings: str) -> Iterator["subprocess.Popen[str]"]:
    """Run a command of `docgen`, and end it in order."""
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [DOCGEN, *arguments],
            cwd=directory,
            env=clean_environment(**settings),
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(DEADLINE_SECONDS)
        finally:
            process.kill()
            process.wait()


@contextmanager
def serving(
    directory: Path, *arguments: str, port: int | None = None, **settings: str
) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """Run `docgen serve` until it is ready; yield the process and its address."""
    port = port or free_port()
    log = directory / "serve.log"
    with running(directory, log, "serve", "--port", str(port), *arguments, **settings) as process:
        address = f"http://127.0.0.1:{port}"
        wait_until_ready(process, address, log)
        yield process, address


# Small documents would otherwise be in the database, beside their records.
EVERYTHING_STORED = {"DOCGEN_STORAGE__BYTES_IN_RECORD": "0"}


@contextmanager
def serving_on(
    database_url: str, folder: Path, name: str, **settings: str
) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """Run a server with a name beside others on a database, with the storage in `folder` that all of them share."""
    directory = folder / name
    directory.mkdir()
    with serving(
        directory,
        DOCGEN_DATABASE__URL=as_service(database_url),
        DOCGEN_DATA_DIR=str(folder / "data"),
        DOCGEN_AUTH__MODE="none",
        DOCGEN_RENDERING__WORKERS="1",
        **settings,
    ) as (process, address):
        yield process, address


@contextmanager
def working_on(
    database_url: str, folder: Path, name: str, *arguments: str, ready: bool = True, **settings: str
) -> Iterator[tuple["subprocess.Popen[str]", Path]]:
    """Run a worker with a name, on a database and the storage in `folder`; yield it and its log when it is ready."""
    directory = folder / name
    directory.mkdir()
    port = free_port()
    log = directory / "worker.log"
    common = {
        "DOCGEN_DATABASE__URL": as_service(database_url),
        "DOCGEN_DATA_DIR": str(folder / "data"),
        "DOCGEN_RENDERING__WORKERS": "1",
        "DOCGEN_WORKER__PORT": str(port),
    }
    with running(directory, log, "worker", *arguments, **{**common, **settings}) as process:
        if ready:
            wait_until_ready(process, f"http://127.0.0.1:{port}", log)
        yield process, log


def wait_until_ready(process: "subprocess.Popen[str]", address: str, log: Path) -> None:
    """Wait until the service says that it is ready."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text(encoding="utf-8")
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=5):
                return
        except OSError:
            time.sleep(0.05)  # between two questions of a loop with a deadline
    pytest.fail(f"not ready in {DEADLINE_SECONDS} s: {log.read_text(encoding='utf-8')}")


def until_not_ready(address: str) -> None:
    """Ask as a load balancer does, until it would send requests elsewhere."""
    status, content = 200, b""
    while b"about to end" not in content:
        time.sleep(0.02)  # between two questions; the test's own time limit ends it
        with closing(http.client.HTTPConnection(address.removeprefix("http://"), timeout=DEADLINE_SECONDS)) as asking:
            asking.request("GET", "/readyz")
            response = asking.getresponse()
            status, content = response.status, response.read()
    assert status == 503


def get(url: str) -> object:
    """Return what a GET answers."""
    with urllib.request.urlopen(url, timeout=10) as response:
        answer: object = json.load(response)
        return answer


def upload(address: str, name: str, content: bytes) -> None:
    """Register and publish a template."""
    boundary = "c0ffee"
    parts = (
        (
            f'--{boundary}\r\nContent-Disposition: form-data; name="publish"\r\n\r\ntrue\r\n'
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        ).encode()
        + content
        + f"\r\n--{boundary}--\r\n".encode()
    )
    request = urllib.request.Request(
        f"{address}/v1/templates", parts, {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    )
    urllib.request.urlopen(request, timeout=10).close()
