"""Messages from a request to a real receiver, by way of PostgreSQL and a worker; the receiver is that of the guide."""

import asyncio
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from starlette.testclient import TestClient

from entrypoints.app import create_app
from entrypoints.container import Container
from entrypoints.lifespan import entered
from entrypoints.settings.service import Settings
from entrypoints.settings.webhooks import WebhookSettings
from entrypoints.worker.working import working
from tests.integration.http.conftest import register, settings_for
from tests.integration.http.problems import assert_problem
from tests.integration.support.relay import Relay, relay_beside

GUIDE = Path("docs/how-to/webhooks.md")


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """A service whose webhooks may lead to this machine."""
    allowed = WebhookSettings(allowed_networks="127.0.0.0/8")
    return settings_for(database_url, tmp_path).model_copy(update={"webhooks": allowed})


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


@contextmanager
def worker(settings: Settings) -> Iterator[None]:
    """Run a worker within the block."""
    ready, stop = Event(), Event()

    async def work() -> None:
        container = Container(settings=settings)
        async with entered(container.lifetimes()), working(container):
            ready.set()
            await asyncio.to_thread(stop.wait)

    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(asyncio.run, work())
        try:
            while not ready.wait(0.1):
                assert not running.done(), running.exception()
            yield
        finally:
            stop.set()
        running.result()


class Guide:
    """The receiver of the guide, as it stands there: `secrets` are those that it knows, `taken` what it has taken."""

    def __init__(self, *secrets: str) -> None:
        source = re.search(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
        assert source is not None
        self.names: dict[str, Any] = {"__name__": "receiver"}
        exec(compile(source[1], str(GUIDE), "exec"), self.names)  # what the guide tells people to run
        self.names["SECRETS"] = list(secrets)
        self.taken: list[dict[str, Any]] = self.names["taken"]
        self.ids: set[str] = self.names["seen"]
        handler: type[BaseHTTPRequestHandler] = self.names["Receiver"]
        self.server = HTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/in"

    @contextmanager
    def running(self) -> Iterator["Guide"]:
        """Receive within the block."""
        thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield self
        finally:
            self.server.shutdown()
            thread.join()
            self.server.server_close()


def finished(client: TestClient, webhook_id: str, count: int) -> list[dict[str, Any]]:
    """Wait until so many messages to a webhook are over; return them, newest first."""
    pause = Event()
    while True:
        found: list[dict[str, Any]] = client.get(f"/v1/webhooks/{webhook_id}/deliveries").json()["data"]
        if len(found) == count and all(each["status"] != "pending" for each in found):
            return found
        pause.wait(0.05)


def test_what_happens_reaches_the_receiver_of_the_guide(client: TestClient, settings: Settings) -> None:
    guide = Guide()
    with guide.running(), worker(settings):
        created = client.post("/v1/webhooks", json={"url": guide.url})
        assert created.status_code == 201, created.text
        webhook = created.json()
        guide.names["SECRETS"].append(webhook["secret"])
        register(client, slug="letter")
        render = client.post("/v1/renders", json={"template": "letter", "data": {"name": "Ada"}}).json()
        later = client.post(
            "/v1/renders", json={"template": "letter", "data": {}}, headers={"Prefer": "respond-async"}
        ).json()
        log = finished(client, webhook["id"], 3)
        assert [each["status"] for each in log] == ["succeeded"] * 3
        assert {each["attempts"][0]["status_code"] for each in log} == {204}
        told = {each["type"]: each["data"] for each in guide.taken}
        assert set(told) == {"template.published", "render.succeeded", "render.failed"}
        assert told["render.succeeded"] == client.get(f"/v1/renders/{render['id']}").json()
        assert told["render.failed"] == client.get(f"/v1/renders/{later['id']}").json()

        # Once more, under a new secret beside the old one, which is the only one that the receiver knows.
        client.post(f"/v1/webhooks/{webhook['id']}/rotate-secret")
        replayed = client.post(f"/v1/webhooks/{webhook['id']}/deliveries/{log[0]['id']}/replay")
        assert replayed.status_code == 202
        assert finished(client, webhook["id"], 3)[0]["attempts"][1]["status_code"] == 204
        # The receiver has seen it, and takes it once.
        assert len(guide.taken) == 3

        # An hour after its rotation, or at once: what the receiver knows signs no more.
        client.post(f"/v1/webhooks/{webhook['id']}/rotate-secret", json={"overlap_seconds": 0})
        client.post(f"/v1/webhooks/{webhook['id']}/rotate-secret", json={"overlap_seconds": 0})
        client.post(f"/v1/webhooks/{webhook['id']}/test")
        refused = finished(client, webhook["id"], 4)[0]
        assert (refused["event"], refused["attempts"][0]["status_code"]) == ("webhook.test", 400)


def test_a_network_that_is_not_allowed_is_not_reached(database_url: str, tmp_path: Path) -> None:
    """What was created under other settings is checked when it is sent."""
    guide = Guide()
    settings = settings_for(database_url, tmp_path)
    allowing = settings.model_copy(update={"webhooks": WebhookSettings(allowed_networks="127.0.0.0/8")})
    with guide.running(), TestClient(create_app(allowing)) as client:
        webhook = client.post("/v1/webhooks", json={"url": guide.url}).json()
        with worker(settings):
            client.post(f"/v1/webhooks/{webhook['id']}/test")
            (refused,) = finished(client, webhook["id"], 1)
    assert refused["attempts"][0]["status_code"] is None
    assert "DOCGEN_WEBHOOKS__ALLOWED_NETWORKS" in refused["attempts"][0]["error"]
    assert guide.ids == set()


def test_deliveries_are_listed_by_criteria_and_in_pages(client: TestClient) -> None:
    webhook = client.post("/v1/webhooks", json={"url": "http://127.0.0.1:9999/"}).json()
    path = f"/v1/webhooks/{webhook['id']}/deliveries"
    register(client, slug="letter")
    tested = client.post(f"/v1/webhooks/{webhook['id']}/test").json()
    page = client.get(f"{path}?limit=1").json()
    assert [each["id"] for each in page["data"]] == [tested["id"]]
    rest = client.get(path, params={"cursor": page["next_cursor"]}).json()
    assert [each["event"] for each in rest["data"]] == ["template.published"]
    assert client.get(f"{path}?event=webhook.test&status=pending").json()["data"] == [tested]
    assert client.get(f"{path}?status=failed").json()["data"] == []
    assert_problem(client.get(f"{path}?cursor=x"), 400, "bad-cursor")
    assert_problem(client.post(f"{path}/dlv_{'0' * 32}/replay"), 404, "not-found")


def test_erasing_a_render_erases_what_was_to_be_told_of_it(client: TestClient) -> None:
    register(client, slug="letter")
    webhook = client.post("/v1/webhooks", json={"url": "http://127.0.0.1:9999/"}).json()
    render = client.post("/v1/renders", json={"template": "letter", "data": {"name": "Ada"}}).json()
    path = f"/v1/webhooks/{webhook['id']}/deliveries"
    assert [each["subject"] for each in client.get(path).json()["data"]] == [render["id"]]
    assert client.delete(f"/v1/renders/{render['id']}").status_code == 204
    assert client.get(path).json()["data"] == []


def test_a_render_names_who_is_told(client: TestClient) -> None:
    register(client, slug="letter")
    webhook = client.post("/v1/webhooks", json={"url": "http://127.0.0.1:9999/", "events": ["render.failed"]}).json()
    wish = {"template": "letter", "data": {"name": "Ada"}, "deliver": [{"webhook": webhook["id"]}]}
    now = client.post("/v1/renders", json=wish)
    assert now.status_code == 201, now.text
    told = client.get(f"/v1/webhooks/{webhook['id']}/deliveries").json()["data"]
    assert [(each["event"], each["subject"]) for each in told] == [("render.succeeded", now.json()["id"])]
    later = client.post("/v1/renders", json=wish, headers={"Prefer": "respond-async"})
    assert later.status_code == 202
    for wrong, status, code in (
        ({"deliver": [{"webhook": "whk_" + "0" * 32}]}, 404, "not-found"),
        ({"deliver": [{"slack": "C1"}]}, 422, "request-invalid"),
        ({"store": False}, 422, "request-invalid"),
    ):
        assert_problem(client.post("/v1/renders", json=wish | wrong), status, code)


def test_an_answer_that_is_kept_and_the_message_are_written_together(client: TestClient) -> None:
    register(client, slug="letter")
    webhook = client.post("/v1/webhooks", json={"url": "http://127.0.0.1:9999/"}).json()
    wish, key = {"template": "letter", "data": {"name": "Ada"}}, {"Idempotency-Key": "once"}
    first, again = [client.post("/v1/renders", json=wish, headers=key) for _ in range(2)]
    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert len(client.get(f"/v1/webhooks/{webhook['id']}/deliveries").json()["data"]) == 1


def test_record_message_and_job_are_one_transaction(settings: Settings, database_url: str) -> None:
    with relay_beside(database_url) as relay:
        through = settings.model_copy(update={"database": settings_for(relay.url, settings.data_dir).database})
        with TestClient(create_app(through)) as client:
            register(client, slug="letter")
            client.post("/v1/webhooks", json={"url": "http://127.0.0.1:9999/", "events": ["render.succeeded"]})
            wish = {"template": "letter", "data": {"name": "Ada"}}
            assert client.post("/v1/renders", json=wish).status_code == 201
            begun = [index for index, each in enumerate(relay.statements) if each.startswith("BEGIN")]
            written = statements_of(relay)
    assert begun
    order = [next(index for index, each in enumerate(written) if word in each) for word in WRITTEN]
    assert order == sorted(order)
    between = written[order[0] : order[-1]]
    assert not any(each.startswith(("BEGIN", "COMMIT")) for each in between), json.dumps(between)


WRITTEN = ("INSERT INTO renders", "INSERT INTO webhook_deliveries", "INTO jobs.pgqueuer", "COMMIT")


def statements_of(relay: Relay) -> list[str]:
    """Return the statements from the record of the render on."""
    texts = list(relay.statements)
    start = next(index for index, each in enumerate(texts) if "INSERT INTO renders" in each)
    return texts[start:]
