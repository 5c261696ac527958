"""The ASGI application: routers, error handling and one lifespan around one container."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.types import ASGIApp
from typing_extensions import override

from domain.asset import MAX_ASSET_BYTES
from entrypoints.container import Container, service_container
from entrypoints.draining import draining
from entrypoints.http.access import require_guarded
from entrypoints.http.allowed_hosts import AllowedHosts
from entrypoints.http.answer_headers import AnswerHeaders
from entrypoints.http.body_guard import BodyGuardMiddleware, BodyLimits
from entrypoints.http.client_address import TrustedProxies
from entrypoints.http.cross_origin import CrossOriginMiddleware
from entrypoints.http.docs_page import mount_docs
from entrypoints.http.errors import install_error_handlers
from entrypoints.http.full_disk import on_disk_error
from entrypoints.http.head_requests import HeadMiddleware
from entrypoints.http.in_flight import Capacity, InFlight
from entrypoints.http.measured_requests import MeasuredRequests
from entrypoints.http.openapi import DescribedApi
from entrypoints.http.routes import (
    api_keys,
    assets,
    audit_events,
    batches,
    links,
    metrics,
    renders,
    slack,
    system,
    templates,
    usage,
    versions,
    webhooks,
    workspace,
)
from entrypoints.http.traced_requests import TracedRequests
from entrypoints.lifespan import end_with_parent, entered
from entrypoints.parts.zygote import StartedZygote
from entrypoints.settings.service import Settings, load_settings
from entrypoints.telemetry.process import Telemetry
from entrypoints.telemetry.variables import load_telemetry_settings
from entrypoints.worker.working import working

DESCRIPTION = """Letters, contracts, invoices and notes from Word, Markdown and text templates.

Upload a template, read what it needs and what is wrong with it, then send JSON data and get the finished document."""

# Boundaries and small fields of a multipart body, on top of the file or the data in it.
_ENVELOPE_BYTES = 1_000_000
# FastAPI would look for providers of traces, metrics and logs in every request; ours are in `traced_requests`.
_NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}


class _Application(DescribedApi):
    """An application with something around all of it, its answers to unexpected errors included."""

    def __init__(self, *, around: Callable[[ASGIApp], ASGIApp], **options: Any) -> None:
        super().__init__(**options)
        self._around = around

    @override
    def build_middleware_stack(self) -> ASGIApp:
        """Return what answers requests."""
        return self._around(super().build_middleware_stack())


def _answering(app: ASGIApp, settings: Settings, container: Container) -> ASGIApp:
    """Put the headers that every answer has around an application."""
    origins = settings.http.allowed_origins
    names = settings.http.allowed_names
    guarded = settings.metrics.token is not None
    known = AllowedHosts(app, names, origins, guarded=guarded) if names else app
    inner = CrossOriginMiddleware(known, origins) if origins else known
    stopping = container.stopping()
    answering = AnswerHeaders(inner, container.ids(), stopping, hsts_seconds=settings.http.hsts_seconds)
    counting = container.metrics()
    measured = answering if counting is None else MeasuredRequests(answering, counting.requests)
    telemetry: Telemetry = container.telemetry()
    if telemetry.tracer is None:
        return measured
    return TracedRequests(measured, telemetry.tracer, propagates=telemetry.propagates)


def _mount_slack(app: FastAPI, settings: Settings) -> dict[str, int]:
    """Open the addresses for Slack where requests of its app can be verified; return how large they may be."""
    secret = settings.slack.signing_secret
    if secret is None:
        return {}
    from entrypoints.slack import installing  # noqa: PLC0415  # only where it is configured
    from entrypoints.slack.routes import MAX_BYTES, PATHS, SlackEndpoint  # noqa: PLC0415  # only where configured
    from entrypoints.slack.signatures import Signatures  # noqa: PLC0415  # see above

    app.include_router(SlackEndpoint(Signatures(secret.get_secret_value())).router())
    if settings.slack.client_id is not None:
        app.state.slack_is_secure = (settings.http.public_url or "").startswith("https://")
        app.include_router(installing.router)
    return dict.fromkeys(PATHS, MAX_BYTES)


def create_app(
    settings: Settings | None = None, container: Container | None = None, zygote: StartedZygote | None = None
) -> FastAPI:
    """Return the application; `zygote` is what workers are forked from, where it was started before."""
    settings = settings or load_settings()
    container = container or service_container(settings, Telemetry(load_telemetry_settings()), zygote)

    proxies = TrustedProxies(settings.http.trusted_networks, settings.http.forwarded_header)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[Mapping[str, Any]]:
        end_with_parent()
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(container.telemetry())
            await stack.enter_async_context(entered(container.lifetimes()))
            if settings.http.with_worker:
                await stack.enter_async_context(working(container))
            stack.enter_context(draining(container.stopping(), settings.http.drain_seconds))
            yield {"container": container, "trusted_proxies": proxies}

    app = _Application(
        around=lambda app: _answering(app, settings, container),
        title="DocGen",
        version=version("docgen"),
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        telemetry=_NO_TELEMETRY,
        # Starlette would name the host that the request names, and lead from https to http behind a proxy.
        redirect_slashes=False,
        servers=[{"url": settings.http.public_url}] if settings.http.public_url else None,
    )
    # Included routers would be searched twice for each request, and the first route that fits is taken.
    for module in (
        renders,
        batches,
        templates,
        versions,
        assets,
        api_keys,
        audit_events,
        webhooks,
        workspace,
        usage,
        slack,
    ):
        app.router.routes.extend(module.router.routes)
    app.include_router(system.router)
    app.include_router(metrics.router)
    app.include_router(links.router)
    larger = _mount_slack(app, settings)
    mount_docs(app)
    require_guarded(app)
    install_error_handlers(app)
    app.add_exception_handler(OSError, on_disk_error)
    limit = max(settings.limits.template_bytes, settings.limits.data_bytes, MAX_ASSET_BYTES) + _ENVELOPE_BYTES
    http = settings.http
    # Files of rows are read from the disk, and never as a whole.
    larger |= {batches.router.prefix: max(limit, settings.limits.rows_bytes + _ENVELOPE_BYTES)}
    capacity = Capacity(http.requests, max(http.body_bytes, limit, *larger.values()))
    limits = BodyLimits(limit, http.client_seconds, http.client_bytes_per_second, larger)
    app.add_middleware(BodyGuardMiddleware, limits=limits, in_flight=InFlight(capacity))
    app.add_middleware(HeadMiddleware)
    return app
