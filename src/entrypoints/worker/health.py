"""What a worker answers to those who look after it: /livez, /readyz and /metrics."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI
from typing_extensions import override

from entrypoints.container import Container
from entrypoints.http.errors import install_error_handlers
from entrypoints.http.routes import metrics, system


class _Server(uvicorn.Server):
    """A server beside something else, which has the signals."""

    @contextmanager
    @override
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def answering(container: Container, listener: socket.socket) -> AsyncIterator[None]:
    """Answer within the block."""
    config = uvicorn.Config(
        create_health_app(container), access_log=False, server_header=False, log_config=None, ws="none"
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await task


def create_health_app(container: Container) -> FastAPI:
    """Return the application with the answers alone."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[Mapping[str, Any]]:
        yield {"container": container}

    app = FastAPI(lifespan=lifespan, openapi_url=None)
    app.include_router(system.router)
    app.include_router(metrics.router)
    install_error_handlers(app)
    return app
