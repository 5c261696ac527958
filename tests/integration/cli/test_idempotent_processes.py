"""Requests with an Idempotency-Key before several real processes, one of which is killed."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from adapters.postgres.idempotency_keys import LEASE
from tests.integration.cli.serving import EVERYTHING_STORED, serving_on, upload
from tests.integration.support.relay import Relay, relay_beside

# Each render prints another time, so that each leaves a file of its own in the storage.
TEMPLATE = b'Dear {{ name }}, it is {{ now | time("HH:mm:ss.SSSSSS") }}.\n'
KEY = {"Idempotency-Key": "9a1e4b52-5f0e-4f43-9d7b-0c6a1d2b3c4d"}
BODY = {"template": "letter", "data": {"name": "Ada"}}


def render(address: str) -> httpx2.Response:
    """Send the request."""
    return httpx2.post(f"{address}/v1/renders", json=BODY, headers=KEY, timeout=60, trust_env=False)


def renders(address: str) -> list[dict[str, Any]]:
    """List the renders that there are."""
    found: list[dict[str, Any]] = httpx2.get(f"{address}/v1/renders", trust_env=False).json()["data"]
    return found


def document(address: str, render_id: str) -> str:
    """Fetch the document of a render."""
    answer = httpx2.get(f"{address}/v1/renders/{render_id}/document", trust_env=False)
    assert answer.status_code == 200
    return answer.text


def blobs(tmp_path: Path) -> int:
    """Count the blobs in the storage of the servers."""
    return sum(1 for path in (tmp_path / "data" / "storage").rglob("*") if len(path.name) == 64)


def test_fifty_requests_before_two_processes_make_one_render(database_url: str, tmp_path: Path) -> None:
    with (
        serving_on(database_url, tmp_path, "one", **EVERYTHING_STORED) as (_, one),
        serving_on(database_url, tmp_path, "two", **EVERYTHING_STORED) as (_, two),
    ):
        upload(one, "letter.txt", TEMPLATE)
        before = blobs(tmp_path)
        together = threading.Barrier(50)

        def send(number: int) -> httpx2.Response:
            together.wait()
            return render((one, two)[number % 2])

        with ThreadPoolExecutor(50) as pool:
            answers = list(pool.map(send, range(50)))
        (only,) = renders(one)
        assert blobs(tmp_path) == before + 1
        assert set(Counter(answer.status_code for answer in answers)) <= {201, 409}
        made = [answer for answer in answers if answer.status_code == 201]
        assert {answer.json()["id"] for answer in made} == {only["id"]}
        assert sum("idempotent-replayed" not in answer.headers for answer in made) == 1
        assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"request-in-progress"}
        for address in (one, two):
            answer = render(address)
            assert (answer.json()["id"], answer.headers["idempotent-replayed"]) == (only["id"], "true")


@contextmanager
def killed_in_the_middle(folder: Path, database_url: str, hold: Callable[[Relay], None]) -> Iterator[str]:
    """Kill the server that carries the request out when its record is on its way; give the address of another one."""
    with relay_beside(database_url) as relay, serving_on(database_url, folder, "other") as (_, other):
        with serving_on(relay.url, folder, "killed") as (process, address):
            upload(address, "letter.txt", TEMPLATE)
            hold(relay)

            def send() -> None:
                with pytest.raises(httpx2.TransportError):
                    render(address)

            sender = threading.Thread(target=send)
            sender.start()
            assert relay.held.wait(60)
            process.kill()
            process.wait()
            sender.join()
        yield other


def test_a_process_that_is_killed_in_its_work_gives_its_key_back_in_time(tmp_path: Path, database_url: str) -> None:
    with killed_in_the_middle(tmp_path, database_url, lambda relay: relay.hold_back("INSERT INTO renders")) as other:
        killed = time.monotonic()
        answer = render(other)
        while answer.status_code == 409 and time.monotonic() < killed + 4 * LEASE.total_seconds():
            assert answer.json()["code"] == "request-in-progress"
            assert renders(other) == []
            time.sleep(min(float(answer.headers["retry-after"]), 1.0))  # as a client does that is told to wait
            answer = render(other)
        assert answer.status_code == 201
        assert "idempotent-replayed" not in answer.headers
        (only,) = renders(other)
        assert only["id"] == answer.json()["id"]
        assert document(other, only["id"]).startswith("Dear Ada, it is ")
        assert render(other).headers["idempotent-replayed"] == "true"
        assert len(renders(other)) == 1


def test_what_a_process_has_recorded_before_it_was_killed_is_answered_again(tmp_path: Path, database_url: str) -> None:
    """Its record is there, though it never heard so: the answer is there as well."""
    with killed_in_the_middle(tmp_path, database_url, lambda relay: relay.hold_answer("INSERT INTO renders")) as other:
        answer = render(other)
        while answer.status_code == 409:  # the server may still be writing what it was sent
            answer = render(other)
        assert (answer.status_code, answer.headers["idempotent-replayed"]) == (201, "true")
        (only,) = renders(other)
        assert only["id"] == answer.json()["id"]
        assert document(other, only["id"]).startswith("Dear Ada, it is ")
