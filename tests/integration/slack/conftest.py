"""The whole service beside a Slack of the tests; one of each for a module."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from entrypoints.app import create_app
from entrypoints.container import Container
from entrypoints.settings.service import Settings
from entrypoints.settings.slack import SlackSettings
from tests.integration.http.conftest import register, settings_for
from tests.integration.slack.desk import Desk
from tests.integration.support.fake_slack import BOT_TOKEN, SIGNING_SECRET, FakeSlack

# May publish templates without being an administrator.
AUTHOR = "U0GRACE"
LETTER = "Dear {{ name }},\n\nyour salary is {{ salary }}.\n"


@pytest.fixture(scope="module")
def slack() -> Iterator[FakeSlack]:
    """A Slack."""
    with FakeSlack().serving() as slack:
        yield slack


@pytest.fixture(scope="module")
def slack_settings(module_database_url: str, tmp_path_factory: pytest.TempPathFactory, slack: FakeSlack) -> Settings:
    """Settings of a service with one Slack workspace."""
    return with_slack(settings_for(module_database_url, tmp_path_factory.mktemp("data")), slack)


def with_slack(settings: Settings, slack: FakeSlack, **slack_fields: Any) -> Settings:
    """Return settings with Slack, and a worker in the service."""
    fields: dict[str, Any] = {
        "signing_secret": SecretStr(SIGNING_SECRET),
        "bot_token": SecretStr(BOT_TOKEN),
        "api_url": f"{slack.url}/api",
        "file_bytes": 100_000,
        "template_authors": AUTHOR,
        **slack_fields,
    }
    http = settings.http.model_copy(update={"with_worker": True, "public_url": "https://docgen.example.org"})
    return settings.model_copy(update={"http": http, "slack": SlackSettings.model_construct(**fields)})


@contextmanager
def with_letter(
    settings: Settings, container: Container | None = None, *, address: str = "http://testserver"
) -> Iterator[TestClient]:
    """Run a service that has a template; yield a client of it."""
    app = create_app(settings, container)
    with TestClient(app, raise_server_exceptions=False, base_url=address) as client:
        register(client, LETTER, name="offer-letter.txt", slug="offer-letter")
        yield client


def without_worker(settings: Settings) -> Settings:
    """Return settings of a service that leaves its jobs to others."""
    return settings.model_copy(update={"http": settings.http.model_copy(update={"with_worker": False})})


@pytest.fixture(scope="module")
def desk(slack_settings: Settings, slack: FakeSlack) -> Iterator[Desk]:
    """A person at Slack, with a service behind it that has a template."""
    with with_letter(slack_settings) as client:
        yield Desk(client, slack)


@pytest.fixture(autouse=True)
def nothing_illegal(request: pytest.FixtureRequest) -> Iterator[None]:
    """Nothing that Slack would refuse was sent, in whatever test."""
    yield
    if "slack" in request.fixturenames:
        slack: FakeSlack = request.getfixturevalue("slack")
        assert slack.complaints == []
