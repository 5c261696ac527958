"""Every error becomes problem details (RFC 9457), the framework's own included."""

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Match

from domain.data_path import escape_pointer
from domain.diagnostics import Diagnostic
from domain.errors import (
    BreakingChangeError,
    CallerGoneError,
    DocGenError,
    InvalidRequestError,
    RateLimitedError,
    RowsInvalidError,
    ScopeMissingError,
    ServiceUnavailableError,
    UnauthenticatedError,
)
from entrypoints.http.problem_codes import CODES, PROBLEM, STATUS_OF_CODE
from entrypoints.http.request_id import STATE_KEY
from entrypoints.http.schemas.problem import DiagnosticBody, Problem, RowProblemBody, SchemaChangeBody

logger = logging.getLogger("docgen.http")

# Of a body with many faults, so many are told; and of a name that somebody made up, so many characters.
_TOLD: Final = 100
_LONGEST_NAME: Final = 200

# What the framework raises has a status only.
_CODE_OF_STATUS: Final[Mapping[int, str]] = {
    400: "malformed-request",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    408: "request-timeout",
    413: "payload-too-large",
    415: "unsupported-media-type",
    422: "request-invalid",
    503: "overloaded",
}


class MalformedRequestError(DocGenError):
    """The request cannot be read: broken JSON, a broken multipart body, a missing part."""

    code = "malformed-request"


class DoubledKeyError(MalformedRequestError):
    """An object in the body has a key twice: which of the two was meant? `path` leads to the key."""

    def __init__(self, path: Sequence[str]) -> None:
        super().__init__(f"The body has the key {_shortened(path[-1])!r} twice in one object: keep one of them.")
        self.path = tuple(path)


class BadCursorError(DocGenError):
    """The cursor is not one that a list gave out."""

    code = "bad-cursor"


class NotAcceptableError(DocGenError):
    """None of the media types that the client accepts can be made."""

    code = "not-acceptable"


class PreconditionRequiredError(DocGenError):
    """The change has to say which state it is meant for (RFC 6585, section 3)."""

    code = "precondition-required"


class RangeNotSatisfiableError(DocGenError):
    """The range begins behind the end of what there is; `size` is how many bytes there are."""

    code = "range-not-satisfiable"

    def __init__(self, size: int) -> None:
        super().__init__(f"There are {size:,} bytes, and none of them lies in the range that was asked for.")
        self.size = size


class UnsupportedBodyError(DocGenError):
    """The request's body is of a content type that the operation does not take."""

    code = "unsupported-media-type"


def problem_responses(*codes: str) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI responses of an operation that may fail with these codes, beside those of every operation.

    `DescribedApi` brings them together.
    """
    by_status: dict[int | str, dict[str, Any]] = {}
    for code in codes:
        by_status.setdefault(STATUS_OF_CODE[code], {"model": Problem, "description": "", CODES: []})[CODES].append(code)
    return by_status


# Of every operation that reads a template or renders one.
ENGINE_CODES: Final = ("queue-full",)


def problem(
    request: Request,
    code: str,
    detail: str,
    *,
    diagnostics: Iterable[Diagnostic] = (),
    headers: Mapping[str, str] | None = None,
    **extra: Any,
) -> Response:
    """Return a problem-details response; `extra` members are added to the standard ones."""
    found = [DiagnosticBody.of(diagnostic).model_dump() for diagnostic in diagnostics]
    if found:
        extra["diagnostics"] = found
    content = problem_content(code, detail, request.scope.get("state", {}).get(STATE_KEY), **extra)
    return Response(content, status_code=STATUS_OF_CODE[code], media_type=PROBLEM, headers=dict(headers or {}))


def problem_content(code: str, detail: str, request_id: str | None, **extra: Any) -> bytes:
    """Return the body of a problem-details response (RFC 9457, section 3)."""
    body: dict[str, Any] = {
        "type": f"urn:docgen:problem:{code}",
        "title": code.replace("-", " ").capitalize(),
        "status": STATUS_OF_CODE[code],
        "detail": detail,
        "code": code,
        "request_id": request_id,
        **extra,
    }
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")


def install_error_handlers(app: FastAPI) -> None:
    """Make the application answer every error with problem details."""
    app.add_exception_handler(DocGenError, answer_to_error)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(ClientDisconnect, _on_client_gone)
    app.add_exception_handler(CallerGoneError, _on_client_gone)
    app.add_exception_handler(Exception, _on_unexpected_error)


async def answer_to_error(request: Request, error: Exception) -> Response:
    """Return the problem for an error of DocGen's own."""
    assert isinstance(error, DocGenError)  # noqa: S101  # registered for this class
    extra = _members_of(request, error)
    headers: dict[str, str] = {}
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    challenge = _challenge_of(error)
    if challenge is not None:
        headers["WWW-Authenticate"] = challenge
    if isinstance(error, RateLimitedError):
        request.state.allowance = error.allowance  # which `AnswerHeaders` tells
    if isinstance(error, RangeNotSatisfiableError):
        headers["Content-Range"] = f"bytes */{error.size}"
    if isinstance(error, ServiceUnavailableError):
        logger.warning("%s is unavailable: %s", error.component, error)
        extra["component"] = error.component
    if error.code not in STATUS_OF_CODE or error.code == "internal":
        return await _on_unexpected_error(request, error)
    diagnostics = () if "rows" in extra else error.diagnostics
    return problem(request, error.code, str(error), diagnostics=diagnostics, headers=headers, **extra)


def _members_of(request: Request, error: DocGenError) -> dict[str, Any]:
    """Return the members that a problem has by what its error carries."""
    extra: dict[str, Any] = {}
    if error.render_id is not None:
        extra["render_id"] = error.render_id
    if isinstance(error, InvalidRequestError):
        extra["errors"] = [_field_error(error.field, error.reason, _pointer_of(request, error.field))]
    if isinstance(error, DoubledKeyError):
        pointer = _pointer(("body", *error.path))
        extra["errors"] = [_field_error(".".join(error.path), "the key stands twice in one object.", pointer)]
    if isinstance(error, BreakingChangeError):
        extra["breaking_changes"] = [SchemaChangeBody.of(change).model_dump() for change in error.changes]
    if isinstance(error, RowsInvalidError) and error.problems:
        extra["rows"] = [RowProblemBody.of(each).model_dump() for each in error.problems]
        extra["more_rows"] = error.rows - len({each.row for each in error.problems})
    return extra


def _challenge_of(error: DocGenError) -> str | None:
    """Return what a client is to present (RFC 6750, section 3), None where that is not what is wrong."""
    if isinstance(error, UnauthenticatedError):
        return 'Bearer realm="docgen"' + (', error="invalid_token"' if error.given else "")
    if isinstance(error, ScopeMissingError):
        return f'Bearer realm="docgen", error="insufficient_scope", scope="{error.scope}"'
    return None


async def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  # registered for this class
    if isinstance(error.__cause__, DocGenError):  # which the framework has made its own of, as of all about bodies
        return await answer_to_error(request, error.__cause__)
    code, path = _CODE_OF_STATUS.get(error.status_code, "malformed-request"), request.scope["path"]
    detail = _FRAMEWORK_DETAILS.get(code, "{detail}").format(detail=error.detail, method=request.method, path=path)
    if code == "not-found" and path.endswith("/") and _route_path(request, path.rstrip("/")) is not None:
        detail = f"There is nothing at {path}: leave out the slash at its end."
    if error.detail and error.detail != HTTPStatus(error.status_code).phrase:
        detail = _OTHER_WORDS.get(error.detail, error.detail)
    headers = dict(error.headers or {})
    if code == "method-not-allowed":
        # The framework names the methods of the first route that has the path, and each route has one.
        headers["Allow"] = ", ".join(sorted(_methods_of(request)))
    return problem(request, code, detail, headers=headers)


def _route_path(request: Request, path: str) -> str | None:
    """Return the path of the first route that fits a path, None where none does."""
    scope = {**request.scope, "path": path, "path_params": {}}
    contexts = (each for each in iter_route_contexts(request.app.routes) if each.methods)
    return next((each.path for each in contexts if each.original_route.matches(scope)[0] is not Match.NONE), None)


def _methods_of(request: Request) -> frozenset[str]:
    """Return the methods of all routes that have the path of the first one that fits; GET answers HEAD as well."""
    path = _route_path(request, request.scope["path"])
    if path is None:  # a file of /docs, which is no route
        return frozenset({"GET", "HEAD"})
    contexts = (each for each in iter_route_contexts(request.app.routes) if each.path == path)
    methods = frozenset(method for each in contexts for method in each.methods or ())
    return methods | ({"HEAD"} if "GET" in methods else frozenset())


_FRAMEWORK_DETAILS: Final = {
    "not-found": "There is nothing at {path}; /docs lists what there is.",
    "method-not-allowed": "{path} does not take {method}; /docs lists what it takes.",
}


# Which name our classes, or what else than JSON pydantic would take.
_NO_OBJECT: Final = frozenset({"model_type", "model_attributes_type", "dict_type"})

# FastAPI says this of JSON that its parser gives up on.
_OTHER_WORDS: Final = {
    "There was an error parsing the body": (
        "The body cannot be read: its JSON nests too deep, has a number with too many digits, or is not in UTF-8."
    ),
}


async def _on_client_gone(request: Request, _: Exception) -> Response:
    # Nobody reads this answer; it only ends the request without a word in the log.
    return problem(request, "malformed-request", "The connection was closed before there was an answer.")


async def _on_validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  # registered for this class
    items = error.errors()
    broken = next((item for item in items if item["type"] == "json_invalid"), None)
    if broken is not None:
        return problem(request, "malformed-request", f"The body is not valid JSON: {broken['ctx']['error']}.")
    if any(item["loc"] == ("body",) and item["type"] == "model_attributes_type" for item in items) and not _is_json(
        request
    ):
        return problem(
            request,
            "unsupported-media-type",
            "Send the body as application/json (curl: -H 'Content-Type: application/json').",
        )
    return invalid_fields(request, items)


def _is_json(request: Request) -> bool:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return media_type == "application/json" or media_type.endswith("+json")


def invalid_fields(request: Request, items: Iterable[Mapping[str, Any]]) -> Response:
    """Return the problem for what pydantic found wrong, a field each."""
    found = list(items)
    errors = [_field_error(_field_of(item["loc"]), _sentence(item), _pointer(item["loc"])) for item in found[:_TOLD]]
    detail = " ".join(f"{error['field']}: {error['message']}" for error in errors)
    more = f" There are {len(found) - _TOLD} more faults." if len(found) > _TOLD else ""
    return problem(request, "request-invalid", detail + more, errors=errors)


def _field_error(field: str, message: str, pointer: str | None) -> dict[str, str]:
    error = {"field": _shortened(field), "message": message}
    return error if pointer is None else {**error, "pointer": _shortened(pointer)}


def _shortened(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"


def _sentence(item: Mapping[str, Any]) -> str:
    if item["type"] == "missing":
        return "it is missing: send a JSON object." if tuple(item["loc"]) == ("body",) else "it is missing."
    if item["type"] in _NO_OBJECT:
        return "Input should be an object."
    message = str(item["msg"]).removeprefix("Value error, ")
    return message if message.endswith((".", "?")) else f"{message}."


def _field_of(location: Iterable[Any]) -> str:
    steps = [str(step) for step in location]
    return ".".join(steps[1:] if len(steps) > 1 and steps[0] in ("body", "query", "path", "header") else steps)


def _pointer(location: Sequence[Any]) -> str | None:
    """Return where in the body something is (RFC 6901), None where it is not in the body."""
    if not location or location[0] != "body":
        return None
    return "".join(f"/{escape_pointer(str(step))}" for step in location[1:])


def _pointer_of(request: Request, field: str) -> str | None:
    """Return where in a JSON body a field is that the application itself refused; headers have names of other kinds."""
    return _pointer(("body", field)) if _is_json(request) and field.isidentifier() else None


async def _on_unexpected_error(request: Request, error: Exception) -> Response:
    request_id = request.scope.get("state", {}).get(STATE_KEY)
    logger.error("Unexpected error in request %s", request_id, exc_info=error)
    return problem(
        request,
        "internal",
        f"Something went wrong inside DocGen. The log has the details under the request id {request_id}.",
    )
