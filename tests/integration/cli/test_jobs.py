"""`docgen jobs` beside a service without a worker."""

import json
import os
import pty
import subprocess
from pathlib import Path

import httpx2

from tests.integration.cli.conftest import DOCGEN, Run, clean_environment
from tests.integration.cli.serving import serving_on, upload
from tests.integration.cli.test_worker import LETTER, queue, state
from tests.integration.support.databases import as_service

LOOPBACK = {"DOCGEN_WEBHOOKS__ALLOWED_NETWORKS": "127.0.0.0/8"}


def test_what_waits_is_shown_given_up_and_tried_again(database_url: str, tmp_path: Path, docgen: Run) -> None:
    settings = {"DOCGEN_DATABASE__URL": as_service(database_url), "DOCGEN_DATABASE__ADMIN_URL": database_url}
    with serving_on(database_url, tmp_path, "serve", **LOOPBACK) as (_, address):
        upload(address, "letter.txt", LETTER)
        first, _ = queue(address, 2)
        with httpx2.Client(base_url=address, trust_env=False, timeout=60) as client:
            webhook = client.post("/v1/webhooks", json={"url": "http://127.0.0.1:9999/"}).json()["id"]
            delivery = client.post(f"/v1/webhooks/{webhook}/test").json()["id"]
            shown = json.loads(docgen("jobs", "status", "--json", **settings).stdout)
            counts = {each["kind"]: (each["waiting"], each["later"], each["running"]) for each in shown["queues"]}
            assert {kind: found for kind, found in counts.items() if any(found)} == {
                "render": (2, 0, 0),
                "webhook": (1, 0, 0),
            }
            assert shown["queues"][0]["oldest_seconds"] > 0
            done = docgen("jobs", "discard", first, delivery, **settings)
            assert (done.returncode, done.stdout) == (
                0,
                f"{first} was cancelled.\n{delivery} is not sent any more.\n",
            )
            assert state(address, first)["status"] == "cancelled"
            path = f"/v1/webhooks/{webhook}/deliveries"
            (given_up,) = client.get(path).json()["data"]
            assert given_up["status"] == "failed"
            assert given_up["attempts"][0]["error"] == "The operator has discarded it."
            done = docgen("jobs", "retry", first, delivery, "--workspace", "default", **settings)
            assert (done.returncode, done.stdout) == (
                0,
                f"{first} is in the queue again.\n{delivery} is sent again.\n",
            )
            assert state(address, first)["status"] == "queued"
            assert client.get(path).json()["data"][0]["status"] == "pending"


def test_a_terminal_shows_a_table(database_url: str, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    environment = clean_environment(DOCGEN_DATABASE__URL=as_service(database_url))
    done = subprocess.run([DOCGEN, "jobs", "status"], cwd=tmp_path, env=environment, stdout=theirs, check=True)
    os.close(theirs)
    assert done.returncode == 0
    lines = os.read(ours, 10_000).decode().splitlines()
    os.close(ours)
    assert lines[0].split() == ["QUEUE", "WAITING", "LATER", "RUNNING", "OLDEST"]
    assert lines[1].split() == ["render", "0", "0", "0", "-"]
