"""Every request's time, by what was asked for: around the whole application, refusals at its edge included."""

from time import perf_counter
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from application.ports.metrics_report import RequestObserver

# No route fits: made-up paths are one, however many there are.
_NO_ROUTE: Final = "none"


class MeasuredRequests:
    """Tells an observer of each request when its answer was sent."""

    def __init__(self, app: ASGIApp, observer: RequestObserver) -> None:
        self._app = app
        self._observer = observer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = perf_counter()
        status: int | None = None

        async def send_and_look(message: Message) -> None:
            nonlocal status
            if status is None and message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_and_look)
        finally:
            route = getattr(scope.get("route"), "path", _NO_ROUTE)
            self._observer.request_ended(scope["method"], route, status, perf_counter() - began)
