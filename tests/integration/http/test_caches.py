"""What is kept on the machine of the service, so that a start fetches and compiles nothing anew."""

import shutil
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from entrypoints.app import create_app
from entrypoints.settings.storage import CacheSettings
from tests.integration.http.conftest import register, settings_for

BODY = {"template": "letter", "data": {"name": "Ada"}}


@pytest.mark.parametrize("sizes", [{"file_bytes": 1_000_000, "compiled_bytes": 0}, {}], ids=["files", "compiled"])
def test_a_template_is_fetched_from_the_storage_once(database_url: str, tmp_path: Path, sizes: dict[str, int]) -> None:
    """A start finds it in the cache, in the place that is set; without that the storage is asked."""
    cache = CacheSettings(dir=tmp_path / "elsewhere", **sizes)
    settings = settings_for(database_url, tmp_path / "data").model_copy(update={"cache": cache})
    with TestClient(create_app(settings)) as client:
        register(client)
    with TestClient(create_app(settings)) as client:  # a start; what was uploaded is not in memory any more
        assert client.post("/v1/renders", json=BODY).is_success
    shutil.rmtree(next((tmp_path / "data" / "storage").glob("wsp_*")))
    with TestClient(create_app(settings)) as client:
        assert client.post("/v1/renders", json=BODY, headers={"Accept": "text/plain"}).text == "Dear Ada,\n"
    shutil.rmtree(tmp_path / "elsewhere")
    with TestClient(create_app(settings)) as client:
        assert client.post("/v1/renders", json=BODY).json()["code"] == "unavailable"
    assert not (tmp_path / "data" / "cache").exists()
