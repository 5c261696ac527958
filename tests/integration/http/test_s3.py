"""The service with a bucket for its files and documents."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from adapters.storage.s3.options import S3Options
from entrypoints.app import create_app
from entrypoints.container import Container
from entrypoints.lifespan import entered
from entrypoints.settings.s3 import S3Settings
from entrypoints.settings.service import Settings
from entrypoints.settings.storage import CacheSettings, StorageSettings
from tests.integration.http.conftest import register, settings_for
from tests.integration.support.seaweedfs import OWNER, Server

TEXT = "Dear Ada,\n"
BODY = {"template": "letter", "data": {"name": "Ada"}, "file_name": "Brief für Ada"}


def settings_with(options: S3Options, database_url: str, tmp_path: Path, **more: object) -> Settings:
    """Settings of a service that keeps its blobs at a place in a bucket."""
    chosen = S3Settings.model_validate(
        {
            "bucket": options.bucket,
            "endpoint_url": options.endpoint_url,
            "prefix": options.prefix,
            "access_key_id": OWNER.access_key_id,
            "secret_access_key": SecretStr(OWNER.secret_access_key),
            "connect_seconds": 0.5,
            "attempts": 1,
            **more,
        }
    )
    storage = StorageSettings(kind="s3", s3=chosen)
    return settings_for(database_url, tmp_path).model_copy(update={"storage": storage})


@pytest.fixture
def options(seaweedfs: Server) -> S3Options:
    """An empty place in the bucket."""
    return seaweedfs.options()


@pytest.fixture
def client(options: S3Options, database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    """A client of the running application."""
    with TestClient(create_app(settings_with(options, database_url, tmp_path))) as client:
        yield client


def rendered(client: TestClient) -> str:
    """Render a letter, and return the path of its document."""
    register(client)
    record = client.post("/v1/renders", json=BODY)
    assert record.status_code == 201, record.text
    path: str = record.json()["links"]["document"]
    return path


def test_documents_come_from_the_bucket(client: TestClient, tmp_path: Path) -> None:
    path = rendered(client)
    assert client.get(path).text == TEXT
    part = client.get(path, headers={"Range": "bytes=5-7"})
    assert (part.status_code, part.text) == (206, "Ada")
    assert client.get("/readyz").json()["components"]["storage"] == "ok"
    assert not (tmp_path / "storage").exists()


def test_a_redirect_leads_to_the_store_itself(client: TestClient, options: S3Options) -> None:
    path = rendered(client)
    answer = client.get(path, params={"redirect": "true"}, follow_redirects=False)
    assert answer.status_code == 302
    location = answer.headers["location"]
    assert location.startswith(f"{options.endpoint_url}/{options.bucket}/{options.prefix}")
    document = httpx2.get(location, trust_env=False)
    assert (document.status_code, document.text) == (200, TEXT)
    assert document.headers["content-type"] == "text/plain; charset=utf-8"
    expected = client.get(path).headers["content-disposition"]
    assert document.headers["content-disposition"] == expected
    assert "filename*=UTF-8''Brief%20f%C3%BCr%20Ada.txt" in expected
    spoilt = location.replace("X-Amz-Expires=5", "X-Amz-Expires=6")
    assert httpx2.get(spoilt, trust_env=False).status_code == 403


def test_an_address_for_the_public_has_its_own_host(options: S3Options, database_url: str, tmp_path: Path) -> None:
    port = urlsplit(options.endpoint_url or "").port
    public = f"http://localhost:{port}"
    with TestClient(create_app(settings_with(options, database_url, tmp_path, public_endpoint_url=public))) as client:
        path = rendered(client)
        answer = client.get(path, params={"redirect": "true"}, follow_redirects=False)
        assert answer.headers["location"].startswith(f"{public}/")
        assert httpx2.get(answer.headers["location"], trust_env=False).text == TEXT


def test_a_redirect_to_what_the_bucket_does_not_have_leads_to_the_service(
    options: S3Options, database_url: str, tmp_path: Path
) -> None:
    settings = settings_with(options, database_url, tmp_path)
    storage = settings.storage.model_copy(update={"bytes_in_record": 1_000})
    with TestClient(create_app(settings.model_copy(update={"storage": storage}))) as client:
        path = rendered(client)
        answer = client.get(path, params={"redirect": "true"}, follow_redirects=False)
        assert answer.status_code == 302
        assert client.get(answer.headers["location"]).text == TEXT


def test_a_link_is_the_services_own(client: TestClient) -> None:
    """As with a directory: it ends when the render is erased, however long its store would still give it."""
    path = rendered(client)
    link = client.post(path.replace("/document", "/links"), json={"ttl": 60}).json()["url"]
    assert client.get(link).text == TEXT
    assert client.delete(path.removesuffix("/document")).status_code == 204
    assert client.get(link).status_code == 410


async def adopt(settings: Settings) -> None:
    """Let the database take the storage of these settings for its own."""
    container = Container(settings=settings)
    async with entered(container.stores()):
        await container.own_storage().adopt()


@pytest.mark.parametrize("cache", [CacheSettings(), CacheSettings(file_bytes=0)], ids=["by default", "none"])
def test_a_start_fetches_no_template_again_unless_there_is_no_cache(
    options: S3Options, database_url: str, tmp_path: Path, cache: CacheSettings
) -> None:
    compiled_anew = cache.model_copy(update={"compiled_bytes": 0})
    settings = settings_with(options, database_url, tmp_path).model_copy(update={"cache": compiled_anew})
    with TestClient(create_app(settings)) as client:
        register(client)
    with TestClient(create_app(settings)) as client:
        assert client.post("/v1/renders", json=BODY).is_success
    # Nothing is left there but its mark.
    away = replace(options, prefix="nothing-is-here/")
    elsewhere = settings_with(away, database_url, tmp_path).model_copy(update={"cache": compiled_anew})
    asyncio.run(adopt(elsewhere))
    with TestClient(create_app(elsewhere)) as client:
        answer = client.post("/v1/renders", json=BODY, headers={"Accept": "text/plain"})
    assert (answer.text == TEXT) == (cache.file_bytes is None)


def test_a_store_that_is_down_makes_the_service_unready(
    options: S3Options, database_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    gone = replace(options, endpoint_url="http://127.0.0.1:9")
    with TestClient(create_app(settings_with(gone, database_url, tmp_path))) as client:
        unready = client.get("/readyz")
        assert unready.status_code == 503
        assert "the bucket docgen of http://127.0.0.1:9 cannot be reached" in unready.json()["components"]["storage"]
        refused = client.post("/v1/templates", files={"file": ("letter.txt", b"text")})
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert "cannot be reached" in caplog.text
