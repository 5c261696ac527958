"""Health, versions, descriptions, and everything the framework would say by itself."""

import asyncio
import re
from collections.abc import Coroutine
from pathlib import Path

import asyncpg
import pytest
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from domain.errors import WrongStorageError
from entrypoints.app import create_app
from entrypoints.container import Container
from entrypoints.settings.metrics import MetricsSettings
from tests.integration.http.conftest import register, settings_for
from tests.integration.http.problems import assert_problem
from tests.integration.support.relay import relay_to


def test_the_service_says_that_it_is_ready(client: TestClient) -> None:
    assert client.get("/livez").json() == {"status": "alive"}
    ready = {"status": "ready", "components": {"database": "ok", "storage": "ok"}}
    assert client.get("/readyz").json() == ready
    assert client.get("/health").json() == ready
    assert client.get("/version").json()["name"] == "docgen"


def test_errors_of_the_framework_are_problems_too(client: TestClient) -> None:
    assert_problem(client.get("/v1/nothing"), 404, "not-found")
    assert_problem(client.put("/v1/templates"), 405, "method-not-allowed")
    assert_problem(client.get("/v1/templates/none"), 404, "not-found")
    assert_problem(client.get("/v1/templates/none/versions/0"), 422, "request-invalid")
    assert_problem(client.get("/v1/templates/none/versions/99999999999999999999"), 422, "request-invalid")


@pytest.mark.parametrize("method", ["POST", "OPTIONS"])
def test_a_file_of_the_docs_is_only_read(client: TestClient, method: str) -> None:
    answer = client.request(method, "/docs/static/swagger-ui.css")
    assert_problem(answer, 405, "method-not-allowed")
    assert answer.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("given", ["order-17", None, "a b", "x" * 200])
def test_every_answer_has_a_request_id(client: TestClient, given: str | None) -> None:
    response = client.get("/livez", headers={"X-Request-ID": given} if given else {})
    answered = response.headers["x-request-id"]
    assert answered == given if given == "order-17" else re.fullmatch(r"req_[0-9a-f]{32}", answered)


def test_the_description_is_complete(client: TestClient) -> None:
    spec = client.get("/openapi.json").json()
    operations = [operation for path in spec["paths"].values() for operation in path.values()]
    ids = [operation["operationId"] for operation in operations]
    assert len(ids) == len(set(ids))
    assert "create_render" in ids
    body = spec["components"]["schemas"]["RenderBody"]
    assert {"template", "data", "output", "missing"} <= set(body["properties"])
    for operation in operations:
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                assert list(response["content"]) == ["application/problem+json"], operation["operationId"]
    for schema in spec["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_the_description_page_loads_nothing_from_elsewhere(client: TestClient) -> None:
    page = client.get("/docs")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    links = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    for link in links:
        if not link.startswith("data:"):
            assert client.get(f"/{link}").status_code == 200, link
            assert "//" not in link


async def test_a_database_that_is_down_is_named_and_comes_back(database_url: str, tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    async with relay_to(database_url) as relay:

        def on_the_loop(work: Coroutine[None, None, None]) -> None:
            asyncio.run_coroutine_threadsafe(work, loop).result()

        def scenario() -> None:
            app = create_app(settings_for(relay.url, tmp_path))
            with TestClient(app, raise_server_exceptions=False) as client:
                register(client)
                on_the_loop(relay.stop())
                unready = client.get("/readyz")
                assert "database" in assert_problem(unready, 503, "unavailable")["detail"]
                refused = client.get("/v1/templates")
                assert assert_problem(refused, 503, "unavailable")["component"] == "database"
                assert unready.headers["retry-after"] == refused.headers["retry-after"] == "2"
                on_the_loop(relay.start())
                assert client.get("/v1/templates/letter").status_code == 200
                assert client.get("/readyz").status_code == 200

        # The relay runs on this loop, so its clients have to be in another thread.
        await asyncio.to_thread(scenario)


def test_without_metrics_nothing_is_counted_and_there_is_no_page(database_url: str, tmp_path: Path) -> None:
    settings = settings_for(database_url, tmp_path).model_copy(update={"metrics": MetricsSettings(enabled=False)})
    container = Container(settings=settings)
    with TestClient(create_app(settings, container)) as client:
        assert_problem(client.get("/metrics"), 404, "not-found")
        assert client.get("/livez").status_code == 200
    assert container.metrics() is None


async def test_a_schema_that_is_ahead_is_told_and_holds_nobody_up(database_url: str, tmp_path: Path) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute("UPDATE alembic_version SET version_num = '9999'")
    await connection.close()

    def scenario() -> None:
        with TestClient(create_app(settings_for(database_url, tmp_path))) as client:
            answer = client.get("/readyz")
            assert answer.status_code == 200
            assert answer.json()["components"]["database"].startswith("ok: The database has the tables of a newer")

    await asyncio.to_thread(scenario)


def test_a_storage_that_is_not_the_databases_is_refused(database_url: str, tmp_path: Path) -> None:
    own = settings_for(database_url, tmp_path / "own")
    mark = own.storage_dir / ".docgen-storage"
    with TestClient(create_app(own)) as client:
        register(client)
        assert client.get("/readyz").status_code == 200
        mark.rename(mark.with_name("elsewhere"))
        unready = assert_problem(client.get("/readyz"), 503, "unavailable")
        assert "is its disk mounted" in unready["components"]["storage"]
        mark.with_name("elsewhere").rename(mark)
        assert client.get("/readyz").status_code == 200
    unmounted = create_app(settings_for(database_url, tmp_path / "empty"))
    with pytest.raises(WrongStorageError, match="docgen storage adopt"), TestClient(unmounted):
        pass
    with TestClient(create_app(own)) as client:
        assert client.get("/v1/templates/letter/versions/1/file").status_code == 200
