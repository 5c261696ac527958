"""SIGTERM: not ready, then closed, and every request that came is answered."""

import http.client
import json
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import psutil
import pytest

from tests.integration.cli.serving import DEADLINE_SECONDS, free_port, running, serving_on, until_not_ready, upload
from tests.integration.support.databases import as_service

# Some seconds of work: it is far from done when the port is closed.
SLOW = b"{% for a in range(8000) %}{% for b in range(1000) %}{% if b %}{% endif %}{% endfor %}{% endfor %}Done.\n"
SETTINGS = {
    "DOCGEN_HTTP__DRAIN_SECONDS": "1",
    "DOCGEN_HTTP__WITH_WORKER": "false",
    "DOCGEN_LIMITS__STEPS": "1000000000000",
    "DOCGEN_LIMITS__RENDER_SECONDS": "60",
}


class Client:
    """A client that keeps its connection for as long as the service does."""

    def __init__(self, address: str) -> None:
        self._connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=DEADLINE_SECONDS)
        self.closed_by_service = 0

    def render(self, template: str) -> bytes:
        """Have a document made."""
        body = json.dumps({"template": template, "data": {}})
        headers = {"Content-Type": "application/json", "Accept": "text/plain"}
        self._connection.request("POST", "/v1/renders", body, headers)
        response = self._connection.getresponse()
        content = response.read()
        assert response.status == 200, content
        self.closed_by_service += response.headers.get("connection") == "close"
        return content

    def close(self) -> None:
        """Go away."""
        self._connection.close()


async def test_every_request_is_answered_on_the_way_to_the_end(database_url: str, open_folder: Path) -> None:
    with (
        serving_on(database_url, open_folder, "draining", **SETTINGS) as (service, address),
        ThreadPoolExecutor(2) as threads,
        ExitStack() as stack,
    ):
        upload(address, "slow.txt", SLOW)
        upload(address, "letter.txt", b"Dear Ada")
        keeping, other, patient = (stack.enter_context(closing(Client(address))) for _ in range(3))
        assert keeping.render("letter") == b"Dear Ada"
        assert not keeping.closed_by_service

        service.send_signal(signal.SIGTERM)
        until_not_ready(address)
        slow = threads.submit(patient.render, "slow")
        # Its connection stays for a request more, and is to be left then; what comes on a new one is answered, too.
        answers = [keeping.render("letter"), other.render("letter")]
        assert answers == [b"Dear Ada"] * 2
        assert keeping.closed_by_service == 1
        assert slow.result(DEADLINE_SECONDS) == b"Done.\n"
        assert service.wait(DEADLINE_SECONDS) == 0
    assert "Traceback" not in (open_folder / "draining" / "serve.log").read_text(encoding="utf-8")


async def test_a_second_signal_ends_several_processes_that_are_not_to_wait_any_more(
    database_url: str, open_folder: Path
) -> None:
    settings = SETTINGS | {"DOCGEN_HTTP__WORKERS": "2", "DOCGEN_HTTP__DRAIN_SECONDS": "600"}
    with serving_on(database_url, open_folder, "draining", **settings) as (service, address):
        service.send_signal(signal.SIGTERM)
        until_not_ready(address)
        service.send_signal(signal.SIGTERM)
        assert service.wait(DEADLINE_SECONDS) == 0


FAILING = """
import socket, sys
from entrypoints.cli.processes import Processes
from uvicorn import Config

if __name__ == "__main__":
    processes = Processes(Config("nowhere:app", workers=2), sockets=[socket.create_server(("127.0.0.1", 0))])
    processes.run()
    sys.exit(3 if processes.failed else 0)
"""


def test_processes_that_cannot_start_what_they_serve_have_failed(tmp_path: Path) -> None:
    script = tmp_path / "failing.py"
    script.write_text(FAILING, encoding="utf-8")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 3, done.stderr


@pytest.mark.parametrize(("command", "library"), [("serve", "asyncpg"), ("serve", "uvloop"), ("worker", "asyncpg")])
async def test_sigterm_during_the_start_ends_it_in_order(
    command: str, library: str, database_url: str, open_folder: Path
) -> None:
    """Sent as soon as a library is there: while the others are imported, and while the server begins."""
    log = open_folder / "start.log"
    settings = {
        "DOCGEN_DATABASE__URL": as_service(database_url),
        "DOCGEN_DATA_DIR": str(open_folder / "data"),
        "DOCGEN_AUTH__MODE": "none",
        "DOCGEN_HTTP__PORT": str(free_port()),
    }
    with running(open_folder, log, command, **settings) as process:
        while not _has_loaded(process, library):
            assert process.poll() is None, log.read_text(encoding="utf-8")
        started = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGTERM)
        assert process.wait(DEADLINE_SECONDS) == 0
        _, alive = psutil.wait_procs(started, timeout=DEADLINE_SECONDS)
        assert alive == []
    assert "Traceback" not in log.read_text(encoding="utf-8")


def _has_loaded(process: "subprocess.Popen[str]", library: str) -> bool:
    with suppress(psutil.AccessDenied, psutil.NoSuchProcess):
        return any(library in each.path for each in psutil.Process(process.pid).memory_maps())
    return False
