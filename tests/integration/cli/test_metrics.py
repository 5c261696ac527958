"""/metrics of real processes: one answer, whichever of them is asked."""

import json
import os
import signal
import time
import urllib.request
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from urllib.error import HTTPError

import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.integration.cli.serving import serving_on, until_not_ready, upload, wait_until_ready

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]

_TOKEN = "a token of 16 or more"
# A machine on which everything is tested at once takes its time to start another process.
_DEADLINE_SECONDS = 100


def scraped(address: str, token: str = _TOKEN) -> Samples:
    """Ask for the metrics, on a connection of its own."""
    request = urllib.request.Request(f"{address}/metrics", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=10) as response:
        assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
        text = response.read().decode()
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(samples: Samples, name: str, **labels: str) -> float:
    """Return a sample, 0 where there is none."""
    return samples.get((name, frozenset(labels.items())), 0.0)


def render(address: str) -> None:
    """Have a letter made, on a connection of its own."""
    body = json.dumps({"template": "letter", "data": {"name": "Ada"}}).encode()
    request = urllib.request.Request(f"{address}/v1/renders", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as response:
        response.read()


def serving_processes(parent: int) -> list[int]:
    """Return the processes that serve, which the parent has spawned: not those that these fork to render."""
    found = []
    for each in psutil.Process(parent).children():
        with suppress(psutil.NoSuchProcess):  # it has ended, and nobody has taken notice yet
            found += [each.pid] if "spawn_main" in " ".join(each.cmdline()) else []
    return found


def rendered(samples: Samples) -> float:
    return value(samples, "docgen_render_duration_seconds_count", format="txt", output="txt", outcome="ok")


def requested(samples: Samples) -> float:
    name = "docgen_http_request_duration_seconds_count"
    return value(samples, name, method="POST", route="/v1/renders", status="2xx")


@pytest.mark.timeout(300)
async def test_two_processes_give_one_answer_also_when_one_has_died(database_url: str, open_folder: Path) -> None:
    settings = {
        "DOCGEN_HTTP__DRAIN_SECONDS": "1",
        "DOCGEN_HTTP__WORKERS": "2",
        "DOCGEN_METRICS__TOKEN": _TOKEN,
        "DOCGEN_HTTP__WITH_WORKER": "false",
    }
    with serving_on(database_url, open_folder, "metrics", **settings) as (service, address):
        with pytest.raises(HTTPError, match="401"):
            scraped(address, token="another token of the kind")
        upload(address, "letter.txt", b"Dear {{ name }}")
        answered = _both_have_rendered(address, service.pid)
        samples = scraped(address)
        assert rendered(samples) == requested(samples) == answered
        # What is in use is added up, too: each of them has a pool.
        assert value(samples, "docgen_database_connections_limit", pool="sessions") == 20
        assert value(samples, "docgen_component_up", component="database") == 1
        assert value(samples, "process_cpu_seconds_total") > 0

        first, second = serving_processes(service.pid)
        os.kill(first, signal.SIGKILL)
        _wait_for_another(service.pid, first, second)
        wait_until_ready(service, address, open_folder / "metrics" / "serve.log")
        render(address)
        # What the dead one has counted is still there, and how things stood in it is not.
        samples = scraped(address)
        assert rendered(samples) == requested(samples) == answered + 1
        assert value(samples, "docgen_database_connections_limit", pool="sessions") == 20

        folder = _counts_of(second)
        service.send_signal(signal.SIGTERM)
        until_not_ready(address)
        assert service.wait(_DEADLINE_SECONDS) == 0
        assert not folder.exists()


def _both_have_rendered(address: str, parent: int) -> int:
    """Render until both processes have; return how often. Who of them takes a connection is the kernel's to say."""
    folder = _counts_of(serving_processes(parent)[0])
    count, deadline = 0, time.monotonic() + _DEADLINE_SECONDS
    while time.monotonic() < deadline:
        held = [HTTPConnection(address.removeprefix("http://")) for _ in range(4)]
        for connection in held:
            connection.connect()
        for connection in held:
            body = json.dumps({"template": "letter", "data": {"name": "Ada"}})
            connection.request("POST", "/v1/renders", body, {"Content-Type": "application/json"})
        for connection in held:
            response = connection.getresponse()
            assert response.status == 201, response.read()
            connection.close()
        count += len(held)
        rendering = [path for path in folder.glob("histogram_*.db") if b"docgen_render_duration" in path.read_bytes()]
        if len(rendering) == 2:
            return count
    pytest.fail("one process did everything")


def _counts_of(pid: int) -> Path:
    return Path(psutil.Process(pid).environ()["PROMETHEUS_MULTIPROC_DIR"])


def _wait_for_another(parent: int, first: int, second: int) -> None:
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while time.monotonic() < deadline:
        others = set(serving_processes(parent)) - {first, second}
        if others and _has_figures(_counts_of(second), others.pop()):
            return
        time.sleep(0.05)  # between two questions of a loop with a deadline
    pytest.fail("nothing came in place of the process that was killed")


def _has_figures(folder: Path, pid: int) -> bool:
    path = folder / f"gauge_livesum_{pid}.db"
    return path.exists() and b"docgen_database_connections_limit" in path.read_bytes()
