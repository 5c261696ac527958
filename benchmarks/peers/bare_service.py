"""The server and the render workers, and nothing between them: no framework, no caller, no checks, no records.

It is what any service on this server pays that lets isolated workers render, so that the distance to it is what the
service itself costs. It runs as the others do: uvicorn with two processes.
"""

import hashlib
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from adapters.rendering.language.limits import DEFAULT_LIMITS
from adapters.rendering.workers.machine import default_memory_bytes
from adapters.rendering.workers.renderer import WorkerRenderer
from adapters.rendering.workers.settings import PoolSettings
from application.ports.template_renderer import TemplateSource
from domain.formats import OutputFormat, TemplateFormat
from domain.identifiers import WorkspaceId
from domain.render_request import RenderOptions

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

_PROCESSES: Final = 2
_WORKERS: Final = 2
_LETTER: Final = (Path(os.environ["TEMPLATES"]) / "letter.docx").read_bytes()


async def _letter() -> bytes:
    return _LETTER


_SOURCE: Final = TemplateSource(
    TemplateFormat.DOCX, hashlib.sha256(_LETTER).hexdigest(), _letter, WorkspaceId("wsp_benchmark")
)
_OPTIONS: Final = RenderOptions(OutputFormat.DOCX, "en", "UTC", datetime(2026, 1, 31, tzinfo=UTC))
_workers = WorkerRenderer(PoolSettings(_WORKERS, default_memory_bytes(_WORKERS * _PROCESSES)), DEFAULT_LIMITS)


async def app(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Render the letter with the request's body as its data; GET tells that the service is there."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
        return
    document = b""
    if scope["method"] == "POST":
        document = (await _workers.render(_SOURCE, await _body(receive), _OPTIONS)).content
    length = str(len(document)).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
    await send({"type": "http.response.body", "body": document})


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message["body"], message["more_body"]
    return body


async def _live(receive: Receive, send: Send) -> None:
    await receive()
    async with _workers:
        await send({"type": "lifespan.startup.complete"})
        await receive()
    await send({"type": "lifespan.shutdown.complete"})
