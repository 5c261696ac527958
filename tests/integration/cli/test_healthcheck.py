"""healthcheck: ready first, alive from then on, and addresses that cannot be any."""

import threading
from argparse import Namespace
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from typing_extensions import override

from entrypoints.cli import healthcheck
from entrypoints.cli.health_marker import HealthMarker
from tests.integration.cli.conftest import Run
from tests.integration.cli.serving import free_port


class Service(HTTPServer):
    """Answers with the statuses that a test wants."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.statuses = {"/livez": 200, "/readyz": 200}

    @property
    def address(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_port}"

    def check(self, *, ready: bool = False) -> int:
        """Run the command."""
        return healthcheck.run(Namespace(url=self.address, worker=False, ready=ready))


class _Answers(BaseHTTPRequestHandler):
    server: Service

    def do_GET(self) -> None:
        self.send_response(self.server.statuses[self.path])
        self.end_headers()
        self.wfile.write(b'{"detail": "The database does not answer."}')

    @override
    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()
        HealthMarker(server.server_port).remove()


def test_a_service_is_asked_for_its_readiness_until_it_was_ready_once(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    service.statuses["/readyz"] = 503
    assert service.check() == 3
    assert "is not ready: The database does not answer." in capsys.readouterr().err
    service.statuses["/readyz"] = 200
    assert service.check() == 0
    assert capsys.readouterr().out == "ready\n"
    # A database that is away for a while is no reason to end a container.
    service.statuses["/readyz"] = 503
    assert service.check() == 0
    assert capsys.readouterr().out == "alive\n"
    assert service.check(ready=True) == 3
    service.statuses["/livez"] = 500
    assert service.check() == 3


def test_a_service_that_starts_anew_has_to_be_ready_again(service: Service) -> None:
    assert service.check() == 0
    service.statuses["/readyz"] = 503
    HealthMarker(service.server_port).remove()
    assert service.check() == 3


def test_a_worker_is_asked_on_its_port_and_one_without_cannot_be(docgen: Run) -> None:
    port = str(free_port())
    done = docgen("healthcheck", "--worker", DOCGEN_WORKER__PORT=port, DOCGEN_WORKER__HOST="0.0.0.0")
    assert (done.returncode, f"http://127.0.0.1:{port} does not answer" in done.stderr) == (3, True)
    done = docgen("healthcheck", "--worker")
    assert (done.returncode, "DOCGEN_WORKER__PORT" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    "url", ["127.0.0.1:8000", "ftp://host", "http://", "http://[bad", "http://host:x", "http://a\nb"]
)
def test_what_is_no_address_is_wrong_usage(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert healthcheck.run(Namespace(url=url, worker=False, ready=False)) == 2
    assert "is not an address" in capsys.readouterr().err
