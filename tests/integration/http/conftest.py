"""The whole application on a real PostgreSQL and a real directory."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from entrypoints.app import create_app
from entrypoints.settings.access import AuthSettings
from entrypoints.settings.database import DatabaseSettings
from entrypoints.settings.limits import LimitsSettings
from entrypoints.settings.service import Settings
from entrypoints.settings.work import RenderingSettings
from tests.integration.support.databases import as_service

EXAMPLES = Path("examples")


def settings_for(url: str, data_dir: Path) -> Settings:
    """Settings for a test, none of them from the environment: the service has a role of its own, as it should have.

    Templates run in the test's process, which starts faster; the test of isolated rendering takes the workers back.
    """
    return Settings.model_construct(
        data_dir=data_dir,
        database=DatabaseSettings(url=SecretStr(as_service(url)), admin_url=SecretStr(url)),
        auth=AuthSettings(mode="none"),
        rendering=RenderingSettings(workers=0),
        limits=LimitsSettings(template_bytes=1_000_000, data_bytes=200_000),
    )


@pytest.fixture
def client(database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    """A client of the running application."""
    app = create_app(settings_for(database_url, tmp_path))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def register(
    client: TestClient, text: str | bytes = "Dear {{ name }},\n", name: str = "letter.txt", **fields: str
) -> dict[str, object]:
    """Register and publish a template, and return it."""
    content = text.encode() if isinstance(text, str) else text
    response = client.post("/v1/templates", files={"file": (name, content)}, data={"publish": "true", **fields})
    assert response.status_code == 201, response.text
    body: dict[str, object] = response.json()
    return body
