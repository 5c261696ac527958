"""`docgen storage check` on a service that was killed, and on a storage that was damaged."""

import asyncio
import os
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg
import httpx2
import pytest

from tests.integration.cli.checking import Checking
from tests.integration.cli.conftest import Run
from tests.integration.cli.serving import DEADLINE_SECONDS, EVERYTHING_STORED, serving_on, upload, working_on
from tests.integration.support.databases import as_service
from tests.integration.support.relay import Relay, relay_beside

LETTER = b"Dear {{ name }},\n"
THREE_DAYS = 3 * 24 * 3600


def render(address: str, name: str) -> httpx2.Response:
    """Make a document."""
    body = {"template": "letter", "data": {"name": name}}
    return httpx2.post(f"{address}/v1/renders", json=body, trust_env=False, timeout=60)


def blobs_in(folder: Path) -> set[Path]:
    """The blobs of the storage that lies in a test's folder."""
    return {path for path in (folder / "data" / "storage").rglob("*") if len(path.name) == 64}


def age(database_url: str, *blobs: Path) -> None:
    """Let blobs be old, in an installation that is older."""
    past = time.time() - THREE_DAYS
    for blob in blobs:
        os.utime(blob, (past, past))

    async def set_back() -> None:
        connection = await asyncpg.connect(database_url)
        await connection.execute("UPDATE workspaces SET created_at = created_at - interval '30 days'")
        await connection.close()

    asyncio.run(set_back())


def kill_at(
    statement: str, relay: Relay, process: "subprocess.Popen[str]", request: Callable[[], httpx2.Response]
) -> None:
    """Send a request, and kill the service when it is about to say something to the database."""
    relay.hold_back(statement)

    def send() -> None:
        with pytest.raises(httpx2.TransportError):
            request()

    sender = threading.Thread(target=send)
    sender.start()
    assert relay.held.wait(DEADLINE_SECONDS)
    process.kill()
    process.wait()
    sender.join()


@pytest.mark.timeout(300)
def test_a_service_that_is_killed_between_blob_and_row_leaves_an_orphan(
    database_url: str, tmp_path: Path, check: Checking
) -> None:
    with (
        relay_beside(database_url) as relay,
        serving_on(relay.url, tmp_path, "killed", **EVERYTHING_STORED) as (process, address),
    ):
        upload(address, "letter.txt", LETTER)
        assert render(address, "Ada").status_code == 201
        named = blobs_in(tmp_path)
        kill_at("INSERT INTO renders", relay, process, lambda: render(address, "Grace"))
    [orphan] = blobs_in(tmp_path) - named
    assert check.kinds() == {orphan.name: "young"}
    age(database_url, orphan, *named)
    code, found = check("--no-contents")
    assert (code, found["ok"], found["counts"]["orphaned"]) == (1, False, 1)
    assert [fault["sha256"] for fault in found["faults"]] == [orphan.name]
    # A worker that starts collects.
    with working_on(database_url, tmp_path, "worker") as (_, log):
        while orphan.exists():
            time.sleep(0.05)  # the test's own time limit ends it
    assert blobs_in(tmp_path) == named
    code, found = check()
    assert (code, found["ok"], found["checked"], found["faults"]) == (0, True, 2, [])
    assert "Removed 1 blobs" in log.read_text(encoding="utf-8")


@pytest.mark.timeout(300)
def test_a_service_that_is_killed_between_the_rows_deletion_and_the_blobs_leaves_an_orphan(
    database_url: str, tmp_path: Path, check: Checking
) -> None:
    with (
        relay_beside(database_url) as relay,
        serving_on(relay.url, tmp_path, "killed", **EVERYTHING_STORED) as (process, address),
    ):
        upload(address, "letter.txt", LETTER)
        named = blobs_in(tmp_path)
        record = render(address, "Ada").json()
        url = f"{address}{record['links']['self']}"
        # What names its document is asked for when its row is gone.
        kill_at("UNION SELECT assets", relay, process, lambda: httpx2.delete(url, trust_env=False, timeout=60))
    [orphan] = blobs_in(tmp_path) - named
    assert orphan.name == record["sha256"]
    assert check.kinds() == {orphan.name: "young"}
    age(database_url, orphan, *named)
    code, found = check("--repair")
    assert (code, found["ok"], found["removed"]) == (0, True, 1)
    assert blobs_in(tmp_path) == named


def test_what_was_lost_and_damaged_is_named_for_people(
    database_url: str, tmp_path: Path, docgen: Run, check: Checking
) -> None:
    with serving_on(database_url, tmp_path, "one", **EVERYTHING_STORED) as (_, address):
        upload(address, "letter.txt", LETTER)
        lost, damaged = render(address, "Ada").json(), render(address, "Grace").json()
    for blob in blobs_in(tmp_path):
        if blob.name == lost["sha256"]:
            blob.unlink()
        elif blob.name == damaged["sha256"]:
            blob.write_bytes(b"DEAR GRACE,\n")
    settings = {"DOCGEN_DATABASE__URL": as_service(database_url), "DOCGEN_DATA_DIR": str(tmp_path / "data")}
    assert check.kinds("--repair") == {lost["sha256"]: "missing", damaged["sha256"]: "corrupt"}
    done = docgen("storage", "check", **settings)
    assert done.returncode == 1
    assert f"{lost['sha256']}\t{lost['bytes']} bytes\tis not there; named by render {lost['id']}\n" in done.stdout
    assert f"has other contents than were stored; named by render {damaged['id']}\n" in done.stdout
    assert "Checked 2 blobs: 1 missing, 1 corrupt, 0 orphaned, 0 foreign, 0 young.\n" in done.stdout


def test_a_database_that_is_down_is_no_fault_of_the_storage(docgen: Run, tmp_path: Path) -> None:
    done = docgen("storage", "check", DOCGEN_DATABASE__URL="postgresql://docgen@127.0.0.1:1/docgen")
    assert done.returncode == 3
    assert "database" in done.stderr


def test_a_worker_does_not_start_with_the_storage_of_others_until_it_is_told_to(
    docgen: Run, database_url: str, tmp_path: Path
) -> None:
    database = {"DOCGEN_DATABASE__URL": as_service(database_url)}
    storage = tmp_path / ".docgen" / "storage"
    storage.mkdir(parents=True)
    (storage / ".docgen-storage").write_text("sto_of_others\n")
    refused = docgen("worker", **database)
    assert (refused.returncode, "belongs to another database" in refused.stderr) == (3, True)
    adopted = docgen("storage", "adopt", **database)
    assert (adopted.returncode, "for its own, by the mark sto_of_others" in adopted.stdout) == (0, True)
