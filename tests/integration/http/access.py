"""Keys and clients of workspaces, for tests of a service with authentication."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from pydantic import SecretStr
from starlette.testclient import TestClient

from application.caller import operator
from application.use_cases.manage_api_keys import CreateApiKeyCommand
from domain.scope import Scope
from domain.workspace import DEFAULT_WORKSPACE
from entrypoints.app import create_app
from entrypoints.container import Container
from entrypoints.lifespan import entered
from entrypoints.settings.access import AuthSettings
from entrypoints.settings.service import Settings
from entrypoints.settings.slack import SlackSettings
from tests.integration.http.conftest import settings_for


def guarded_settings(url: str, data_dir: Path) -> Settings:
    """Settings of a service that asks for keys."""
    slack = SlackSettings.model_construct(
        signing_secret=SecretStr("secret"), client_id="12.34", client_secret=SecretStr("secret")
    )
    return settings_for(url, data_dir).model_copy(update={"auth": AuthSettings(mode="api-key"), "slack": slack})


def key_of(settings: Settings, workspace: str = DEFAULT_WORKSPACE, scopes: list[str] | None = None) -> str:
    """Create a key as the command line does, in a workspace that is created where it is missing; return its secret."""

    async def create() -> str:
        container = Container(settings=settings)
        async with entered(container.databases()):
            workspaces = container.manage_workspaces()
            found = [each for each in await workspaces.all() if each.slug == workspace]
            owner = found[0] if found else await workspaces.create(workspace)
            command = CreateApiKeyCommand(operator(owner.id, owner.slug), workspace, scopes or list(Scope))
            return (await container.manage_api_keys().create(command))[1]

    return asyncio.run(create())


@contextmanager
def serving(settings: Settings) -> Iterator[TestClient]:
    """Give a client of the running application, without a key."""
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


def bearer(secret: str) -> dict[str, str]:
    """Give the header that presents a key."""
    return {"Authorization": f"Bearer {secret}"}


def operations(client: TestClient) -> list[tuple[str, str, str]]:
    """Read method, path and operation of every route below /v1 out of the router."""
    app = client.app
    assert isinstance(app, FastAPI)
    return [
        (method, str(context.path), str(context.operation_id))
        for context in iter_route_contexts(app.routes)
        if str(context.path).startswith("/v1")
        for method in context.methods or ()
    ]
