"""The real Traefik in front of the real service, with the middlewares and routes of a deployment."""

import http.client
import json
import signal
import ssl
import subprocess
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio

from tests.integration.cli.serving import DEADLINE_SECONDS, free_port, serving, upload
from tests.integration.deployment.load import under_load
from tests.integration.deployment.programs import checked, program
from tests.integration.deployment.proxy import HOST, Proxy, proxying
from tests.integration.support.databases import Template, as_service
from tests.waiting import wait_until

ADDRESS = f"https://{HOST}"
RENDER = {"template": "letter", "data": {"name": "Ada"}}


@dataclass(slots=True)
class Replica:
    """A service that can be ended and started again on its port."""

    folder: Path
    database_url: str
    port: int = field(default_factory=free_port)
    _running: ExitStack = field(default_factory=ExitStack)
    _process: "subprocess.Popen[str] | None" = None

    def start(self) -> None:
        """Start it, and wait until it is ready."""
        directory = self.folder / str(self.port)
        directory.mkdir(exist_ok=True)
        self._process, _ = self._running.enter_context(
            serving(
                directory,
                port=self.port,
                DOCGEN_DATABASE__URL=as_service(self.database_url),
                DOCGEN_DATA_DIR=str(self.folder / "data"),
                DOCGEN_AUTH__MODE="none",
                DOCGEN_RENDERING__WORKERS="1",
                DOCGEN_HTTP__TRUSTED_PROXIES="127.0.0.1",
                DOCGEN_HTTP__DRAIN_SECONDS="3",
            )
        )

    def end(self) -> int:
        """Tell it to end, as whoever runs containers does, and return its exit status."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(DEADLINE_SECONDS)

    def close(self) -> None:
        """Have nothing left of it, without waiting for its end in order."""
        if self._process is not None:
            self._process.kill()
        self._running.close()


@dataclass(frozen=True, slots=True)
class Front:
    """A service, Traefik before it, and another service that Traefik knows of and nobody has started yet."""

    proxy: Proxy
    running: Replica
    other: Replica

    @contextmanager
    def client(self, address: str) -> Iterator[httpx2.Client]:
        """A client with an address of its own, as which it is counted."""
        transport = httpx2.HTTPTransport(verify=False, local_address=address)
        with httpx2.Client(transport=transport, base_url=self.base, headers={"Host": HOST}, timeout=30) as client:
            yield client

    @contextmanager
    def announced(self, path: str, length: int, address: str) -> Iterator[http.client.HTTPSConnection]:
        """Announce a body that is not sent; the connection is closed behind the block."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.proxy.https, timeout=30, source_address=(address, 0), context=context
        )
        with closing(connection):
            connection.request("POST", path, headers={"Host": HOST, "Content-Length": str(length)})
            yield connection

    @property
    def base(self) -> str:
        """Where it takes TLS."""
        return f"https://127.0.0.1:{self.proxy.https}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def front(template_database: Template, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Front]:
    """A service with a template, and Traefik before it."""
    program("traefik")
    folder = tmp_path_factory.mktemp("front")
    async with template_database.copy() as url:
        running, other = (Replica(folder, url) for _ in range(2))
        with ExitStack() as stack:
            stack.callback(running.close)
            stack.callback(other.close)
            running.start()
            upload(f"http://127.0.0.1:{running.port}", "letter.txt", b"Dear {{ name }},\n")
            proxy = stack.enter_context(proxying(folder, [running.port, other.port]))
            proxy.await_state(running.port, "UP")
            # Until it has asked, Traefik takes every service that a file names for one that runs.
            proxy.await_state(other.port, "DOWN")
            yield Front(proxy, running, other)


def test_answers_have_the_headers_of_a_service_behind_tls(front: Front) -> None:
    """The service's own stay; plain HTTP leads to TLS."""
    with front.client("127.0.0.2") as client:
        answer = client.get("/livez")
        plain = httpx2.get(f"http://127.0.0.1:{front.proxy.http}/livez", headers={"Host": HOST})
    assert answer.status_code == 200
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert "server" not in answer.headers
    assert plain.status_code == 301
    assert plain.headers["location"].startswith(f"https://{HOST}")


@pytest.mark.parametrize(("path", "host"), [("/metrics", HOST), ("/livez", "other.test")])
def test_what_has_no_route_is_not_reached(front: Front, path: str, host: str) -> None:
    """Neither the figures of the service, nor anything under a name that is not the service's."""
    with front.client("127.0.0.2") as client:
        answer = client.get(path, headers={"Host": host})
    assert answer.status_code == 404
    assert "application/problem+json" not in answer.headers.get("content-type", "")


def test_a_body_above_the_limit_is_refused_before_it_is_sent(front: Front) -> None:
    """And one that is only too large for the service gets the service's own answer."""
    for path, length in (("/v1/batches", 104_000_001), ("/v1/renders", 22_000_001), ("/slack/events", 1_000_001)):
        with front.announced(path, length, "127.0.0.2") as connection:
            answer = connection.getresponse()
            assert answer.status == 413
            assert answer.headers["content-type"] != "application/problem+json"
    with front.client("127.0.0.2") as client:
        own = client.post("/v1/renders", content=bytes(21_500_000), headers={"Content-Type": "application/json"})
    assert (own.status_code, own.json()["code"]) == (413, "payload-too-large")


def test_who_holds_the_proxy_up_with_bodies_that_do_not_come_has_a_few_of_them(front: Front) -> None:
    """By address: another one sends rows meanwhile, and who has let go of the others does as well."""

    def refused() -> bool:
        return client.post("/v1/batches", content=b"{}").status_code == 429

    def refused_after_another() -> bool:
        announced.append(held.enter_context(front.announced("/v1/batches", 1_000_000, "127.0.0.6")))
        return refused()

    announced: list[http.client.HTTPSConnection] = []
    with front.client("127.0.0.6") as client, ExitStack() as held:
        wait_until(refused_after_another)
        # The one that asks whether it is refused takes a place as well.
        assert len(announced) >= 9
        with front.client("127.0.0.4") as another:
            assert another.post("/v1/batches", content=b"{}").status_code == 415
        held.close()
        wait_until(lambda: not refused())


def test_slack_has_a_route_and_a_rate_of_its_own(front: Front) -> None:
    """Who uses it up has to wait on this route alone, and nobody else has to."""
    with front.client("127.0.0.3") as client, front.client("127.0.0.4") as another:
        taken = 0
        # Faster than the 50 a second that are given back.
        while client.post("/slack/commands", content=b"{}").status_code != 429:
            taken += 1
            assert taken < 5_000
        assert taken >= 200
        assert another.post("/slack/commands", content=b"{}").status_code != 429
        assert client.get("/livez").status_code == 200


def test_who_asks_faster_than_the_rate_has_to_wait_and_nobody_else(front: Front) -> None:
    """Counted by address: wrk asks from one, and so does the first of these two clients."""

    def refused() -> bool:
        return client.post("/nowhere").status_code == 429

    url = f"{front.base}/nowhere"
    with front.client("127.0.0.1") as client, under_load(url, HOST, {}, connections=32, delay_ms=0) as load:
        wait_until(refused)
        with front.client("127.0.0.4") as another:
            assert another.post("/nowhere").status_code == 404
    assert load.answers.keys() == {404, 429}
    assert load.answers[404] >= 1000


def test_every_route_has_headers_and_a_rate(front: Front) -> None:
    """As Traefik itself has them, and none of its parts has a fault."""
    with urllib.request.urlopen(f"http://127.0.0.1:{front.proxy.api}/api/http/middlewares", timeout=5) as answer:
        middlewares = {it["name"]: it for it in json.load(answer)}
    with urllib.request.urlopen(f"http://127.0.0.1:{front.proxy.api}/api/http/routers", timeout=5) as answer:
        routers = [it for it in json.load(answer) if it["name"].startswith("docgen")]
    assert len(routers) == 4
    for router in routers:
        (chain,) = router["middlewares"]
        kinds = {middlewares[name]["type"] for name in middlewares[chain]["chain"]["middlewares"]}
        assert {"headers", "ratelimit", "retry"} <= kinds
    assert {it["status"] for it in (*routers, *middlewares.values())} == {"enabled"}


def test_the_check_of_its_container_finds_traefik_well(front: Front) -> None:
    """`traefik healthcheck`, as Compose and the Swarm run it."""
    assert "OK" in checked("traefik", "healthcheck", f"--configFile={front.proxy.static}")


def test_a_rolling_restart_costs_nobody_an_answer(front: Front, tmp_path: Path) -> None:
    """Documents are made all the time, while another service is started, and then each of both is ended in turn.

    Faster than Traefik would let a single address ask.
    """
    replicas = (front.running, front.other)
    with proxying(tmp_path, [it.port for it in replicas], rate_limit=False) as proxy:
        proxy.await_state(front.running.port, "UP")
        proxy.await_state(front.other.port, "DOWN")
        url = f"https://127.0.0.1:{proxy.https}/v1/renders"
        with under_load(url, HOST, RENDER, connections=8, delay_ms=10) as load:
            _started(front.other, proxy)
            assert front.running.end() == 0
            _started(front.running, proxy)
            assert front.other.end() == 0
    assert load.broken == 0, load
    assert set(load.answers) == {201}, load


def _started(replica: Replica, proxy: Proxy) -> None:
    replica.start()
    proxy.await_state(replica.port, "UP")
