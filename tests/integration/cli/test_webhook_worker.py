"""Workers that are killed while a receiver of webhooks is thinking: no message is lost, and the log says what was."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx2

from tests.integration.cli.serving import DEADLINE_SECONDS, serving_on, working_on
from tests.waiting import wait_until

LOOPBACK = {"DOCGEN_WEBHOOKS__ALLOWED_NETWORKS": "127.0.0.0/8"}


class Thinking:
    """A receiver that answers nothing before it is let go; `ids` are the messages that it was sent."""

    def __init__(self) -> None:
        self.go, self.ids = Event(), list[str]()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                receiver.ids.append(self.headers["webhook-id"])
                receiver.go.wait(DEADLINE_SECONDS)
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"

    @contextmanager
    def running(self) -> Iterator[None]:
        """Receive within the block."""
        thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield
        finally:
            self.go.set()
            self.server.shutdown()
            thread.join()
            self.server.server_close()


def test_a_message_whose_worker_is_killed_is_sent_again_under_the_same_id(database_url: str, tmp_path: Path) -> None:
    receiver, sends = Thinking(), ("--queue", "webhook")
    with (
        receiver.running(),
        serving_on(database_url, tmp_path, "serve", **LOOPBACK) as (_, address),
        httpx2.Client(base_url=address, trust_env=False, timeout=60) as client,
    ):
        webhook = client.post("/v1/webhooks", json={"url": receiver.url}).json()["id"]
        sent = client.post(f"/v1/webhooks/{webhook}/test").json()
        with working_on(database_url, tmp_path, "killed", *sends, ready=False, **LOOPBACK) as (worker, _):
            wait_until(lambda: len(receiver.ids) == 1)
            worker.kill()
            worker.wait()
        receiver.go.set()
        with working_on(database_url, tmp_path, "next", *sends, ready=False, **LOOPBACK):
            wait_until(lambda: _of(client, webhook)["status"] != "pending")
        delivery = _of(client, webhook)
    assert receiver.ids == [sent["event_id"]] * 2
    assert delivery["status"] == "succeeded"
    lost, taken = delivery["attempts"]
    assert (lost["status_code"], "whether it has arrived is not known" in lost["error"]) == (None, True)
    assert (taken["status_code"], taken["error"]) == (204, None)


def _of(client: httpx2.Client, webhook: str) -> dict[str, Any]:
    (delivery,) = client.get(f"/v1/webhooks/{webhook}/deliveries").json()["data"]
    found: dict[str, Any] = delivery
    return found
