"""A service that asks for no key is called by its own names alone, and not by pages of others."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from entrypoints.app import create_app
from entrypoints.settings.http import HttpSettings
from entrypoints.settings.metrics import MetricsSettings
from tests.integration.http.conftest import settings_for
from tests.integration.http.problems import assert_problem

FILES = {"file": ("note.txt", b"Hi")}


@pytest.fixture
def client(database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    http = HttpSettings(allowed_hosts="localhost, 127.0.0.1,[::1]", cors_origins="https://app.example.org")
    settings = settings_for(database_url, tmp_path).model_copy(update={"http": http})
    with TestClient(create_app(settings), base_url="http://localhost:8000") as client:
        yield client


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000", "[::1]"])
def test_its_own_names_reach_it(client: TestClient, host: str) -> None:
    assert client.get("/v1/templates", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:8000", "", "[", "a b"]
)
def test_another_name_does_not(client: TestClient, host: str) -> None:
    for path in ("/v1/templates", "/openapi.json", "/metrics", "/nothing"):
        problem = assert_problem(client.get(path, headers={"Host": host}), 400, "malformed-request")
        assert "DOCGEN_HTTP__ALLOWED_HOSTS" in problem["detail"]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost.evil.example", "file://", "["])
def test_pages_of_others_change_nothing(client: TestClient, origin: str) -> None:
    answer = client.post("/v1/templates", files=FILES, headers={"Origin": origin})
    assert_problem(answer, 400, "malformed-request")
    assert client.get("/v1/templates", headers={"Origin": origin}).json()["data"] == []


@pytest.mark.parametrize("origin", ["http://localhost:8000", "http://127.0.0.1:3000", "https://app.example.org"])
def test_its_own_pages_and_those_that_are_named_may(client: TestClient, origin: str) -> None:
    assert client.post("/v1/templates", files=FILES, headers={"Origin": origin}).status_code == 201


def test_who_watches_it_calls_it_by_the_address_that_it_has(client: TestClient) -> None:
    """Docker, Kubernetes and load balancers know no name of it, and would end what refuses them."""
    for path in ("/livez", "/readyz", "/health"):
        assert client.get(path, headers={"Host": "10.1.2.3:8000"}).status_code == 200


def test_figures_too_where_they_are_for_who_has_the_token(database_url: str, tmp_path: Path) -> None:
    settings = settings_for(database_url, tmp_path).model_copy(
        update={
            "http": HttpSettings(allowed_hosts="docgen.example.org"),
            "metrics": MetricsSettings(token=SecretStr("0123456789abcdef")),
        }
    )
    with TestClient(create_app(settings), base_url="http://10.1.2.3:8000") as client:
        assert client.get("/metrics", headers={"Authorization": "Bearer 0123456789abcdef"}).status_code == 200
        assert client.get("/metrics").status_code == 401
