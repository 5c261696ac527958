"""`docgen worker` as processes, in whose way things are put: each render that was accepted ends once."""

import asyncio
import signal
import socket
import subprocess
import threading
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import psutil
import pytest

from adapters.jobs.source import HEARTBEAT_TIMEOUT, POLL
from tests.integration.cli.conftest import Run
from tests.integration.cli.serving import (
    DEADLINE_SECONDS,
    free_port,
    running,
    serving,
    serving_on,
    until_not_ready,
    upload,
    working_on,
)
from tests.integration.support.databases import as_service
from tests.integration.support.relay import relay_beside
from tests.waiting import wait_until

LETTER = b"Dear {{ name }},\n"
# Some seconds of work, which is far from what it may take.
SLOW = b"{% for a in range(20000) %}{% for b in range(1000) %}{% if b %}{% endif %}{% endfor %}{% endfor %}Done.\n"
PATIENT = {
    "DOCGEN_LIMITS__STEPS": "1000000000000",
    "DOCGEN_LIMITS__RENDER_SECONDS": "600",
    "DOCGEN_WORKER__GRACE_SECONDS": "600",
}
ASYNC = {"Prefer": "respond-async"}
# What a worker reads when it has started a render, and before it renders.
IN_THE_MIDDLE = "SELECT template_versions.workspace_id"


def queue(address: str, count: int = 1, template: str = "letter", **headers: str) -> list[str]:
    """Have documents rendered later; return the identifiers of the renders."""
    ids = []
    with httpx2.Client(base_url=address, trust_env=False, timeout=60) as client:
        for number in range(count):
            body = {"template": template, "data": {"name": f"No. {number}"}}
            answer = client.post("/v1/renders", json=body, headers={**ASYNC, **headers})
            assert answer.status_code == 202, answer.text
            ids.append(answer.json()["id"])
    return ids


def state(address: str, render_id: str) -> dict[str, Any]:
    """Read a render."""
    record: dict[str, Any] = httpx2.get(f"{address}/v1/renders/{render_id}", trust_env=False, timeout=60).json()
    return record


def ended(address: str, ids: list[str]) -> list[dict[str, Any]]:
    """Wait for the ends of renders."""
    records = []
    with httpx2.Client(base_url=address, trust_env=False, timeout=90) as client:
        for render_id in ids:
            record = client.get(f"/v1/renders/{render_id}?wait=60").json()
            while record["finished_at"] is None:
                record = client.get(f"/v1/renders/{render_id}?wait=60").json()
            records.append(record)
    return records


def documents(address: str, records: list[dict[str, Any]]) -> list[str]:
    """Fetch the documents of renders."""
    found = []
    for record in records:
        assert record["status"] == "succeeded", record
        found.append(httpx2.get(f"{address}{record['links']['document']}", trust_env=False, timeout=60).text)
    return found


def query(database_url: str, statement: str, *values: object) -> list[Any]:
    """Ask the database, as its owner."""

    async def ask() -> list[Any]:
        connection = await asyncpg.connect(database_url)
        try:
            rows: list[Any] = await connection.fetch(statement, *values)
            return rows
        finally:
            await connection.close()

    return asyncio.run(ask())


def assert_taken_soon(database_url: str, job: Any, killed_at: datetime) -> None:
    """See by the database's clock that a job was taken from the dead, and not from somebody who was only slow.

    That who is idle has it within 10 seconds follows from two settings, which a test of the queue looks at; a machine
    that is busy may take more time for everything.
    """
    picks = "SELECT max(created) AS last FROM jobs.pgqueuer_log WHERE job_id = $1 AND status = 'picked'"
    (taken,) = query(database_url, picks, job["id"])
    assert taken["last"] - job["heartbeat"] >= HEARTBEAT_TIMEOUT
    assert taken["last"] - killed_at < 3 * (HEARTBEAT_TIMEOUT + POLL)


def attempts(database_url: str) -> list[int]:
    """How often each render was started."""
    return [row["attempts"] for row in query(database_url, "SELECT attempts FROM renders ORDER BY id")]


def jobs_left(database_url: str) -> int:
    """How many jobs are in the queue."""
    return len(query(database_url, "SELECT FROM jobs.pgqueuer"))


def test_two_workers_share_the_work_and_do_each_job_once(database_url: str, tmp_path: Path) -> None:
    with serving_on(database_url, tmp_path, "serve") as (_, address):
        upload(address, "letter.txt", LETTER)
        with (
            relay_beside(database_url) as one,
            relay_beside(database_url) as two,
            working_on(one.url, tmp_path, "one", "--concurrency", "2") as (first, _),
            working_on(two.url, tmp_path, "two", "--concurrency", "2") as (second, _),
        ):
            # Both are held in the middle, so that both have work at one time.
            one.hold_back(IN_THE_MIDDLE)
            two.hold_back(IN_THE_MIDDLE)
            ids = queue(address, 12)
            assert one.held.wait(DEADLINE_SECONDS)
            assert two.held.wait(DEADLINE_SECONDS)
            picked = "SELECT DISTINCT queue_manager_id FROM jobs.pgqueuer WHERE status = 'picked'"
            assert len(query(database_url, picked)) == 2
            first.kill()
            second.kill()
        with working_on(database_url, tmp_path, "three"), working_on(database_url, tmp_path, "four"):
            records = ended(address, ids)
            assert documents(address, records) == [f"Dear No. {number},\n" for number in range(12)]
            wait_until(lambda: jobs_left(database_url) == 0)
        started = attempts(database_url)
        assert set(started) <= {1, 2}
        assert sum(started) <= 12 + 4  # two of each that was killed, at most, were started twice


def test_a_worker_that_is_killed_gives_its_render_to_the_next_one_soon(database_url: str, tmp_path: Path) -> None:
    with serving_on(database_url, tmp_path, "serve") as (_, address), relay_beside(database_url) as relay:
        upload(address, "letter.txt", LETTER)
        with working_on(relay.url, tmp_path, "killed") as (process, _):
            relay.hold_back(IN_THE_MIDDLE)
            (render_id,) = queue(address)
            assert relay.held.wait(DEADLINE_SECONDS)
            assert state(address, render_id)["status"] == "rendering"
            # What it says after this does not come through, or it does: then it is taken later still.
            (job,) = query(database_url, "SELECT id, heartbeat FROM jobs.pgqueuer")
            with working_on(database_url, tmp_path, "next"):
                process.kill()
                process.wait()
                (killed,) = query(database_url, "SELECT now() AS at")
                (record,) = ended(address, [render_id])
            assert_taken_soon(database_url, job, killed["at"])
        assert documents(address, [record]) == ["Dear No. 0,\n"]
        assert attempts(database_url) == [2]


def test_a_render_that_ends_every_worker_is_given_up_and_takes_no_other_along(
    database_url: str, tmp_path: Path
) -> None:
    with serving_on(database_url, tmp_path, "serve") as (_, address):
        upload(address, "slow.txt", SLOW)
        upload(address, "letter.txt", LETTER)
        (poison,) = queue(address, template="slow")
        for number in range(3):
            with working_on(database_url, tmp_path, f"killed-{number}", ready=False, **PATIENT) as (process, _):
                wait_until(lambda started=number + 1: attempts(database_url)[0] == started)
                process.kill()
        (good,) = queue(address)
        with working_on(database_url, tmp_path, "last"):
            given_up, made = ended(address, [poison, good])
        assert (given_up["status"], given_up["error"]["code"]) == ("failed", "render-failed")
        assert "ended 3 times" in given_up["error"]["detail"]
        assert documents(address, [made]) == ["Dear No. 0,\n"]
        again = httpx2.post(f"{address}/v1/renders/{poison}/retry", trust_env=False)
        assert (again.status_code, again.json()["status"]) == (202, "queued")


def test_a_worker_that_is_told_to_end_finishes_what_it_does_and_nothing_else(database_url: str, tmp_path: Path) -> None:
    with serving_on(database_url, tmp_path, "serve") as (_, address):
        upload(address, "slow.txt", SLOW)
        first, second = queue(address, 2, template="slow")
        with working_on(database_url, tmp_path, "told", "--concurrency", "1", **PATIENT) as (process, log):
            wait_until(lambda: state(address, first)["status"] == "rendering")
            own = f"http://127.0.0.1:{psutil.Process(process.pid).environ()['DOCGEN_WORKER__PORT']}"
            metrics = httpx2.get(f"{own}/metrics", trust_env=False, timeout=60).text
            for line in ('state="running"} 1.0', 'state="waiting"} 1.0'):
                assert f'docgen_queue_jobs{{kind="render",{line}' in metrics
            process.send_signal(signal.SIGTERM)
            until_not_ready(own)
            assert process.wait(DEADLINE_SECONDS) == 0
        assert "Traceback" not in log.read_text(encoding="utf-8")
        assert state(address, first)["status"] == "succeeded"
        assert state(address, second)["status"] == "queued"
        with working_on(database_url, tmp_path, "next", **PATIENT):
            assert documents(address, ended(address, [first, second])) == ["Done.\n"] * 2
        assert attempts(database_url) == [1, 1]


def test_a_worker_without_the_time_to_finish_hands_back(database_url: str, tmp_path: Path) -> None:
    with serving_on(database_url, tmp_path, "serve") as (_, address):
        upload(address, "slow.txt", SLOW.replace(b"20000", b"100000"))
        (render_id,) = queue(address, template="slow")
        hasty = {**PATIENT, "DOCGEN_WORKER__GRACE_SECONDS": "0.1"}
        with working_on(database_url, tmp_path, "told", **hasty) as (process, log):
            wait_until(lambda: state(address, render_id)["status"] == "rendering")
            process.send_signal(signal.SIGTERM)
            assert process.wait(DEADLINE_SECONDS) == 0
        assert "Traceback" not in log.read_text(encoding="utf-8")
        assert state(address, render_id)["status"] == "queued"
        assert attempts(database_url) == [0]
        assert [row["status"] for row in query(database_url, "SELECT status FROM jobs.pgqueuer")] == ["queued"]


def test_a_worker_that_is_told_to_end_twice_hands_back_at_once(database_url: str, tmp_path: Path) -> None:
    with serving_on(database_url, tmp_path, "serve") as (_, address):
        upload(address, "slow.txt", SLOW.replace(b"20000", b"100000"))
        (render_id,) = queue(address, template="slow")
        with working_on(database_url, tmp_path, "told", **PATIENT) as (process, log):
            wait_until(lambda: state(address, render_id)["status"] == "rendering")
            process.send_signal(signal.SIGINT)
            wait_until(lambda: "Finishing what runs" in log.read_text(encoding="utf-8"))
            process.send_signal(signal.SIGINT)
            assert process.wait(DEADLINE_SECONDS) == 0
        assert "Traceback" not in log.read_text(encoding="utf-8")
        assert state(address, render_id)["status"] == "queued"


def test_a_request_that_dies_before_its_commit_leaves_neither_record_nor_job(database_url: str, tmp_path: Path) -> None:
    with serving_on(database_url, tmp_path, "other") as (_, other), relay_beside(database_url) as relay:
        with serving_on(relay.url, tmp_path, "killed") as (process, address):
            upload(address, "letter.txt", LETTER)
            relay.hold_back("INSERT INTO jobs.pgqueuer")
            sender = threading.Thread(target=_expect_a_broken_connection, args=(address, {}))
            sender.start()
            assert relay.held.wait(DEADLINE_SECONDS)
            process.kill()
            process.wait()
            sender.join()
        assert jobs_left(database_url) == 0
        assert httpx2.get(f"{other}/v1/renders", trust_env=False).json()["data"] == []


def test_a_request_that_dies_after_its_commit_is_carried_out_and_answered_again(
    database_url: str, tmp_path: Path
) -> None:
    key = {"Idempotency-Key": "one"}
    with serving_on(database_url, tmp_path, "other") as (_, other), relay_beside(database_url) as relay:
        with serving_on(relay.url, tmp_path, "killed") as (process, address):
            upload(address, "letter.txt", LETTER)
            (earlier,) = queue(
                address, **{"Idempotency-Key": "earlier"}
            )  # the first key sweeps, which is committed, too
            relay.hold_answer("COMMIT")
            sender = threading.Thread(target=_expect_a_broken_connection, args=(address, key))
            sender.start()
            wait_until(lambda: jobs_left(database_url) == 2)
            process.kill()
            process.wait()
            sender.join()
        (render_id,) = queue(other, **key)
        with working_on(database_url, tmp_path, "worker"):
            assert documents(other, ended(other, [earlier, render_id])) == ["Dear No. 0,\n"] * 2
        assert attempts(database_url) == [1, 1]


def _expect_a_broken_connection(address: str, headers: dict[str, str]) -> None:
    with pytest.raises(httpx2.TransportError):
        queue(address, **headers)


def test_a_database_that_dies_under_the_work_comes_back_and_so_does_the_work(tmp_path: Path) -> None:
    """The embedded PostgreSQL is killed; its parent starts it again, and service and worker find it."""
    settings = {"DOCGEN_RENDERING__WORKERS": "1"}
    log = tmp_path / "worker.log"
    with serving(tmp_path, "--no-with-worker", **settings) as (service, address):
        upload(address, "letter.txt", LETTER)
        ids = queue(address, 30)
        with running(tmp_path, log, "worker", **settings) as worker:
            wait_until(lambda: any(state(address, each)["status"] == "succeeded" for each in ids[:3]))
            _kill_postgres(service)
            wait_until(lambda: _is_ready(address))
            records = ended(address, ids)
            assert documents(address, records) == [f"Dear No. {number},\n" for number in range(30)]
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(DEADLINE_SECONDS) == 0
    said = log.read_text(encoding="utf-8")
    assert "Traceback" not in said, said


def _kill_postgres(service: "subprocess.Popen[str]") -> None:
    for child in psutil.Process(service.pid).children():
        if child.name() == "postgres":
            child.kill()


def _is_ready(address: str) -> bool:
    try:
        return httpx2.get(f"{address}/readyz", trust_env=False, timeout=10).status_code == 200
    except httpx2.TransportError:
        return False


def test_who_waits_is_answered_when_the_service_ends(database_url: str, tmp_path: Path) -> None:
    with serving_on(database_url, tmp_path, "serve") as (process, address):
        upload(address, "letter.txt", LETTER)
        (render_id,) = queue(address)
        answers: list[httpx2.Response] = []

        def wait() -> None:
            answers.append(httpx2.get(f"{address}/v1/renders/{render_id}?wait=60", trust_env=False, timeout=90))

        waiting = threading.Thread(target=wait)
        waiting.start()
        wait_until(lambda: len(_connections(process)) > 0)
        process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        assert process.wait(DEADLINE_SECONDS) == 0
        waiting.join()
        assert time.monotonic() - began < 25  # less than the service gives requests to finish
    assert (answers[0].status_code, answers[0].json()["status"]) == (200, "queued")


def _connections(process: "subprocess.Popen[str]") -> list[Any]:
    """Connections of clients: those to the port that the service listens on."""
    found = psutil.Process(process.pid).net_connections("tcp")
    ports = {each.laddr.port for each in found if each.status == psutil.CONN_LISTEN}
    return [each for each in found if each.status == psutil.CONN_ESTABLISHED and each.laddr.port in ports]


def test_the_service_does_the_work_itself_where_it_is_told_to(database_url: str, tmp_path: Path) -> None:
    directory = tmp_path / "serve"
    directory.mkdir()
    settings = {
        "DOCGEN_DATABASE__URL": as_service(database_url),
        "DOCGEN_AUTH__MODE": "none",
        "DOCGEN_RENDERING__WORKERS": "1",
    }
    with serving(directory, "--with-worker", **settings) as (_, address):
        upload(address, "letter.txt", LETTER)
        assert documents(address, ended(address, queue(address, 3))) == [f"Dear No. {n},\n" for n in range(3)]


def test_a_worker_says_what_is_wrong_with_its_settings(docgen: Run, tmp_path: Path) -> None:
    wrong = docgen("worker", "--queue", "letters")
    assert (wrong.returncode, "item 1 of the list is no queue; there are: render" in wrong.stderr) == (2, True)
    wrong = docgen("worker", "--concurrency", "0")
    assert (wrong.returncode, "DOCGEN_WORKER__CONCURRENCY" in wrong.stderr) == (2, True)


def test_a_port_in_use_is_one_sentence(docgen: Run) -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        taken = docgen("worker", DOCGEN_WORKER__PORT=str(port))
    assert taken.returncode == 3
    assert f"Cannot listen on 127.0.0.1:{port}" in taken.stderr
