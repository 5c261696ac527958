"""A service that has taken on all that it can says so, at once and to everybody but load balancers."""

import asyncio
from pathlib import Path

import httpx2
import pytest
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from entrypoints.app import create_app
from entrypoints.http.body_guard import BodyGuardMiddleware, BodyLimits
from entrypoints.http.in_flight import Capacity, InFlight
from entrypoints.settings.http import HttpSettings
from tests.integration.http.conftest import register, settings_for
from tests.integration.http.problems import assert_problem

LIMITS = BodyLimits(max_bytes=10_000, seconds=5, bytes_per_second=1_000)


class Slow:
    """An application that reads its body, and answers when it is let go."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.begun = asyncio.Semaphore(0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 204."""
        while (await receive()).get("more_body"):
            pass
        self.begun.release()
        await self.go.wait()
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})


def client_of(slow: Slow, in_flight: InFlight) -> httpx2.AsyncClient:
    guard = BodyGuardMiddleware(slow, LIMITS, in_flight)
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=guard), base_url="http://docgen")


async def test_too_many_requests_at_once_are_refused_and_others_follow_when_there_is_room() -> None:
    slow, in_flight = Slow(), InFlight(Capacity(3, 1_000))
    async with client_of(slow, in_flight) as client:
        taken = [asyncio.create_task(client.get("/v1/templates")) for _ in range(3)]
        for _ in taken:
            await slow.begun.acquire()
        refused = await client.get("/v1/templates")
        assert (refused.status_code, refused.json()["code"]) == (503, "overloaded")
        assert int(refused.headers["retry-after"]) > 0
        alive = asyncio.create_task(client.get("/livez"))
        await slow.begun.acquire()
        slow.go.set()
        assert [answer.status_code for answer in await asyncio.gather(*taken, alive)] == [204] * 4
        assert (await client.get("/v1/templates")).status_code == 204
    assert in_flight.is_empty


async def test_bytes_are_let_go_with_their_requests_whatever_becomes_of_those() -> None:
    slow, in_flight = Slow(), InFlight(Capacity(10, 1_000))
    async with client_of(slow, in_flight) as client:
        first = asyncio.create_task(client.post("/", content=b"x" * 900))
        await slow.begun.acquire()
        with pytest.raises(HTTPException, match="bodies"):
            await client.post("/", content=b"x" * 200)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        slow.go.set()
        assert (await client.post("/", content=b"x" * 900)).status_code == 204
    assert in_flight.is_empty


@pytest.mark.parametrize(
    ("method", "path", "content_type"),
    [
        ("POST", "/v1/renders", "application/json"),
        ("PATCH", "/v1/templates/letter", "application/json"),
        ("POST", "/v1/templates", "multipart/form-data; boundary=x"),
        ("PUT", "/v1/assets/logo.png", "image/png"),
    ],
)
def test_every_way_to_read_a_body_says_so(
    database_url: str, tmp_path: Path, method: str, path: str, content_type: str
) -> None:
    app = create_app(settings_for(database_url, tmp_path))
    (in_flight,) = (each.kwargs["in_flight"] for each in app.user_middleware if "in_flight" in each.kwargs)
    with TestClient(app, raise_server_exceptions=False) as client:
        register(client)
        assert in_flight.is_empty
        in_flight.hold(HttpSettings().body_bytes)
        answer = client.request(method, path, content=b"{}", headers={"Content-Type": content_type, "If-Match": "*"})
        assert_problem(answer, 503, "overloaded")
        assert int(answer.headers["retry-after"]) > 0
        # What needs no body goes on.
        assert client.get("/v1/templates").status_code == 200
