"""The guard of every route below /v1: nobody passes who is not known, or lacks the scope of the operation.

A guarded route without a line in the table of scopes cannot be built, and `require_guarded` refuses an application
that has another one below /v1.
"""

import inspect
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from typing_extensions import override

from application.caller import Caller, CallerKind, Origin
from domain.errors import ScopeMissingError, UnauthenticatedError
from entrypoints.container import Container
from entrypoints.http.idempotency import carry_out
from entrypoints.http.json_bodies import StrictRequest
from entrypoints.http.openapi import API_PREFIX
from entrypoints.http.query_parameters import named_parameters, refuse_odd_parameters
from entrypoints.http.request_id import STATE_KEY
from entrypoints.http.scopes import SCOPE_OF
from entrypoints.http.time_limit import limited


class GuardedRoute(APIRoute):
    """Knows the caller, and that it has the scope, before anything of the request's body is read.

    An endpoint that takes the request alone, and answers with a response, is called as it is: FastAPI's search for
    parameters, of which there are none, takes a share of the time of every short render.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        operation = str(options.get("operation_id"))
        if operation not in SCOPE_OF:
            raise TypeError(f"The route {path} ({operation}) has no line in SCOPE_OF: say which scope it needs.")
        self.scope_needed = SCOPE_OF[operation]
        self._calls_endpoint = list(inspect.signature(endpoint).parameters) == ["request"]
        super().__init__(path, endpoint, **options)
        self._parameters = named_parameters(self.dependant)
        if self._calls_endpoint:
            self.app = _answering(self.get_route_handler())

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler behind the guard."""
        handle = self.endpoint if self._calls_endpoint else super().get_route_handler()

        operation = str(self.operation_id)

        async def guarded(given: Request) -> Response:
            request = given if self._calls_endpoint else StrictRequest(given.scope, given.receive)
            # Starlette's object around the state looks each name up by several calls.
            state: dict[str, Any] = request.scope["state"]
            container: Container = state["container"]
            async with limited(request.scope, container.settings().http.request_seconds):
                caller = state["caller"] = await _caller_of(request, state, operation)
                # Where nobody says who they are, there is nobody to count for.
                if caller.kind is not CallerKind.ANONYMOUS:
                    state["allowance"] = await container.rate_limiter().admit(caller.workspace_id, caller.actor)
                try:
                    if self.scope_needed is not None:
                        caller.require(self.scope_needed)
                    if request.scope["query_string"]:
                        refuse_odd_parameters(request, self._parameters)
                    return await carry_out(request, caller, operation, handle)
                except ScopeMissingError as refusal:
                    await container.record_refusal()(caller, f"needs {refusal.scope}")
                    raise

        return guarded


def guarded_router(tag: str, prefix: str = "") -> APIRouter:
    """Return a router of guarded routes below /v1."""
    return APIRouter(prefix=API_PREFIX + prefix, tags=[tag], route_class=GuardedRoute)


def _answering(handle: Callable[[Request], Coroutine[Any, Any, Response]]) -> ASGIApp:
    """Return the ASGI application of a handler; what it raises is the application's to answer."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        response = await handle(Request(scope, receive, send))
        await response(scope, receive, send)

    return answer


def require_guarded(app: FastAPI) -> None:
    """Refuse an application that has a route below /v1 that anybody could call.

    Raises:
        TypeError: it has.
    """
    for context in iter_route_contexts(app.routes):
        path = context.path or ""
        if path.startswith(API_PREFIX) and not isinstance(context.original_route, GuardedRoute):
            raise TypeError(f"The route {path} is not guarded: give its router route_class=GuardedRoute.")


async def _caller_of(request: Request, state: dict[str, Any], operation: str) -> Caller:
    address = state["trusted_proxies"].address_of(request)
    origin = Origin(state.get(STATE_KEY), address, operation)
    container: Container = state["container"]
    try:
        credentials = _credentials(request)
    except UnauthenticatedError:
        await container.record_refusal().of_unknown(origin, None)
        raise
    return await container.authentication()(credentials, origin)


def _credentials(request: Request) -> str | None:
    given = request.headers.getlist("authorization")
    if not given:
        return None
    kind, _, credentials = given[0].strip().partition(" ")
    if len(given) > 1 or kind.lower() != "bearer" or not credentials.strip():
        raise UnauthenticatedError("Send one header 'Authorization: Bearer KEY', and no other kind of credentials.")
    return credentials.strip()
