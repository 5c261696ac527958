"""Batches and processes in whose way things are put: each row that was accepted has one document or one failure."""

import signal
import threading
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.integration.cli.serving import DEADLINE_SECONDS, serving_on, upload, working_on
from tests.integration.cli.test_worker import LETTER, PATIENT, jobs_left, query
from tests.integration.support.relay import relay_beside
from tests.waiting import wait_until

# A row with `turns` takes some seconds, which is far from what it may take.
SLOW = (
    b"{{ name }}{% for a in range(turns) %}{% for b in range(1000) %}{% if b %}{% endif %}{% endfor %}{% endfor %}.\n"
)
# What a worker reads when it has taken rows, and before it renders them.
IN_THE_MIDDLE = "SELECT template_versions.workspace_id"


def accepted(address: str, rows: list[dict[str, Any]], template: str = "letter", **headers: str) -> str:
    """Have a batch accepted, and return its identifier."""
    body = {"template": template, "items": rows, "on_error": "continue"}
    answer = httpx2.post(f"{address}/v1/batches", json=body, headers=headers, trust_env=False, timeout=60)
    assert answer.status_code == 202, answer.text
    batch_id: str = answer.json()["id"]
    return batch_id


def ended(address: str, batch_id: str) -> dict[str, Any]:
    """Wait for the end of a batch."""
    while True:
        place = f"{address}/v1/batches/{batch_id}?wait=60"
        batch: dict[str, Any] = httpx2.get(place, trust_env=False, timeout=90).json()
        if batch["finished_at"] is not None:
            return batch


def documents(address: str, batch_id: str) -> list[str]:
    """Fetch the documents of a batch in the order of its rows, each of which has one render of its own."""
    with httpx2.Client(base_url=address, trust_env=False, timeout=60) as client:
        items = client.get(f"/v1/batches/{batch_id}/items?limit=200").json()["data"]
        renders = client.get("/v1/renders?limit=200").json()["data"]
        made = [item for item in items if item["status"] == "succeeded"]
        assert sorted(item["render_id"] for item in made) == sorted(render["id"] for render in renders)
        return [client.get(item["links"]["document"]).text for item in made]


def names(count: int) -> list[dict[str, Any]]:
    return [{"name": f"No. {number}"} for number in range(count)]


@pytest.mark.timeout(240)
def test_rows_of_a_worker_that_is_killed_are_made_by_the_next_one(database_url: str, tmp_path: Path) -> None:
    with serving_on(database_url, tmp_path, "serve") as (_, address), relay_beside(database_url) as relay:
        upload(address, "letter.txt", LETTER)
        with working_on(relay.url, tmp_path, "killed") as (process, _):
            relay.hold_back(IN_THE_MIDDLE)
            batch_id = accepted(address, names(120))
            assert relay.held.wait(DEADLINE_SECONDS)
            with working_on(database_url, tmp_path, "next"):
                process.kill()
                relay.hang_up()  # it holds the end of the connections back, too
                batch = ended(address, batch_id)
                wait_until(lambda: jobs_left(database_url) == 0)
        assert batch["counts"] == {"total": 120, "succeeded": 120, "failed": 0, "pending": 0}
        assert documents(address, batch_id) == [f"Dear No. {number},\n" for number in range(120)]
        assert query(database_url, "SELECT * FROM batch_chunks") == []


@pytest.mark.timeout(240)
def test_a_worker_that_is_told_to_end_hands_its_rows_back_and_no_start_is_counted(
    database_url: str, tmp_path: Path
) -> None:
    rows = [{"name": f"No. {number}", "turns": 10000 if number == 7 else 0} for number in range(30)]
    hasty = PATIENT | {"DOCGEN_WORKER__GRACE_SECONDS": "0.1"}
    with serving_on(database_url, tmp_path, "serve") as (_, address):
        upload(address, "slow.txt", SLOW)
        batch_id = accepted(address, rows, "slow")
        with working_on(database_url, tmp_path, "told", **hasty) as (process, log):
            wait_until(lambda: bool(query(database_url, "SELECT FROM batch_chunks WHERE starts = 1")))
            process.send_signal(signal.SIGTERM)
            assert process.wait(DEADLINE_SECONDS) == 0
        assert "Traceback" not in log.read_text(encoding="utf-8")
        left = "SELECT c.starts AS chunk, i.starts AS row FROM batch_chunks c, batch_items i WHERE i.number = 8"
        assert [tuple(each) for each in query(database_url, left)] == [(0, 0)]
        assert jobs_left(database_url) == 1
        with working_on(database_url, tmp_path, "next", **PATIENT):
            batch = ended(address, batch_id)
        assert batch["counts"] == {"total": 30, "succeeded": 30, "failed": 0, "pending": 0}
        assert documents(address, batch_id) == [f"No. {number}.\n" for number in range(30)]


@pytest.mark.timeout(240)
def test_a_row_that_ends_every_worker_is_given_up_and_takes_no_other_along(database_url: str, tmp_path: Path) -> None:
    rows = [{"name": f"No. {number}", "turns": 20000 if number == 7 else 0} for number in range(30)]
    with serving_on(database_url, tmp_path, "serve") as (_, address):
        upload(address, "slow.txt", SLOW)
        batch_id = accepted(address, rows, "slow")
        for start in (1, 2, 3):
            with working_on(database_url, tmp_path, f"killed-{start}", ready=False, **PATIENT) as (process, _):
                # The first time all rows are begun together, and then each for itself.
                begun = (
                    "SELECT FROM batch_chunks c, batch_items i WHERE c.starts = $1 AND i.number = 8 AND i.starts = $2"
                )
                wait_until(lambda start=start, begun=begun: bool(query(database_url, begun, start, start - 1)))
                process.kill()
        with working_on(database_url, tmp_path, "last"):
            batch = ended(address, batch_id)
        assert batch["counts"] == {"total": 30, "succeeded": 29, "failed": 1, "pending": 0}
        failed = httpx2.get(f"{address}/v1/batches/{batch_id}/items?status=failed", trust_env=False).json()["data"]
        assert [(item["row"], item["error"]["code"]) for item in failed] == [(8, "render-failed")]
        assert "ended 3 times" in failed[0]["error"]["detail"]
        assert documents(address, batch_id) == [f"No. {number}.\n" for number in range(30) if number != 7]


@pytest.mark.timeout(240)
def test_a_service_that_is_killed_after_it_has_accepted_a_batch_does_not_accept_it_twice(
    database_url: str, tmp_path: Path
) -> None:
    key = {"Idempotency-Key": "monday"}
    with serving_on(database_url, tmp_path, "first") as (process, address):
        upload(address, "letter.txt", LETTER)

        def send() -> None:
            try:
                accepted(address, names(120), **key)
            except httpx2.TransportError:
                return  # as is to be

        sender = threading.Thread(target=send)
        sender.start()
        wait_until(lambda: bool(query(database_url, "SELECT FROM batches")))
        process.kill()
        sender.join()
    with serving_on(database_url, tmp_path, "second") as (_, address), working_on(database_url, tmp_path, "worker"):
        batch_id = accepted(address, names(120), **key)
        assert [row["id"] for row in query(database_url, "SELECT id FROM batches")] == [batch_id]
        assert ended(address, batch_id)["counts"]["succeeded"] == 120
        assert documents(address, batch_id) == [f"Dear No. {number},\n" for number in range(120)]
