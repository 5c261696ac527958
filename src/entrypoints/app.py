"""The ASGI application: routers, error handling and one lifespan around one container."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI

from domain.asset import MAX_ASSET_BYTES
from entrypoints.container import Container
from entrypoints.http.access import API_PREFIX, require_guarded
from entrypoints.http.body_guard import BodyGuardMiddleware, BodyLimits
from entrypoints.http.docs_page import mount_docs
from entrypoints.http.errors import COMMON_RESPONSES, install_error_handlers, problem_responses
from entrypoints.http.head_requests import HeadMiddleware
from entrypoints.http.openapi import DescribedApi
from entrypoints.http.request_id import RequestIdMiddleware
from entrypoints.http.routes import api_keys, assets, audit_events, renders, system, templates, versions
from entrypoints.lifespan import end_with_parent, entered
from entrypoints.settings import Settings, load_settings

DESCRIPTION = """Letters, contracts, invoices and notes from Word, Markdown and text templates.

Upload a template, read what it needs and what is wrong with it, then send JSON data and get the finished document."""

# Boundaries and small fields of a multipart body, on top of the file or the data in it.
_ENVELOPE_BYTES = 1_000_000


def create_app(settings: Settings | None = None, container: Container | None = None) -> FastAPI:
    """Return the application; the worker processes of `docgen serve` call it without arguments."""
    settings = settings or load_settings()
    container = container or Container(settings=settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[Mapping[str, Any]]:
        end_with_parent()
        async with entered(container.lifetimes()):
            yield {"container": container}

    app = DescribedApi(
        title="DocGen",
        version=version("docgen"),
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        responses=COMMON_RESPONSES,
        servers=[{"url": settings.http.public_url}] if settings.http.public_url else None,
    )
    for module in (templates, versions, renders, assets, api_keys, audit_events):
        app.include_router(
            module.router, prefix=API_PREFIX, responses=problem_responses("unauthenticated", "scope-missing")
        )
    app.include_router(system.router)
    mount_docs(app)
    require_guarded(app)
    install_error_handlers(app)
    limit = max(settings.limits.template_bytes, settings.limits.data_bytes, MAX_ASSET_BYTES) + _ENVELOPE_BYTES
    http = settings.http
    app.add_middleware(BodyGuardMiddleware, limits=BodyLimits(limit, http.client_seconds, http.client_bytes_per_second))
    app.add_middleware(HeadMiddleware)
    app.add_middleware(RequestIdMiddleware, ids=container.ids())
    return app
