"""Requests with an Idempotency-Key: carried out once, and answered again as they were answered.

The key is taken before the request is carried out, and the answer is kept after it. What left nothing behind (most
errors, and documents that are not stored) releases the key: sent again, the request may fare better. A process that
dies with a request in its hands leaves the key to the next one after the lease. The answer about a render is kept in
the transaction of its record; other work is done once more where a process died between its end and the answer.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from application.caller import Caller
from application.ports.idempotency_keys import AnsweredClaim, Claim, IdempotencyKeys, KeptAnswer
from application.use_cases.requested_renders import AnswerOf, FinishedRender
from domain.errors import ConflictError, DiagnosedError, DocGenError
from domain.identifiers import RenderId
from domain.render_request import RenderRequest
from entrypoints.container import Container
from entrypoints.http.downloads import begun
from entrypoints.http.errors import answer_to_error
from entrypoints.http.idempotency_key import CARRIED_OUT_AGAIN, SECRET_ANSWERS, key_of
from entrypoints.http.request_digest import digested

logger = logging.getLogger("docgen.http")

REPLAYED: Final = "Idempotent-Replayed"

# Well within the lease of a key.
_SECONDS_BETWEEN_EXTENSIONS: Final = 5.0

_CLAIM: Final = "idempotency_claim"

T = TypeVar("T")
Handle = Callable[[Request], Coroutine[Any, Any, Response]]


class RenderedResponse(Response):
    """A render's record, or the bytes of its document; `render_id` is the render that is kept, None for none."""

    def __init__(self, *args: Any, render_id: RenderId | None, is_document: bool = False, **options: Any) -> None:
        self.render_id = render_id
        self.is_document = is_document
        super().__init__(*args, **options)


class RecordedResponse(Response):
    """An answer that is kept, where its request has a key, along with what it tells of."""


async def carry_out(request: Request, caller: Caller, operation: str, handle: Handle) -> Response:
    """Answer a request; one with a key that was answered already gets the same answer.

    Raises:
        InvalidRequestError: the key is none.
        IdempotencyMismatchError, RequestInProgressError: the key is not free for this request.
        ConflictError: what it was answered with was a secret, or a document that is gone.
    """
    if request.method != "POST" or operation in CARRIED_OUT_AGAIN:
        return await handle(request)
    key = key_of(request)
    if key is None:
        return await handle(request)
    keys: IdempotencyKeys = request.state.container.idempotency_keys()
    async with digested(request) as (digest, whole):
        found = await keys.claim(caller.workspace_id, key, digest)
        if isinstance(found, KeptAnswer):
            return await _replayed(request.state.container, caller, key, found)
        request.scope["state"][_CLAIM] = found
        async with extended(keys, found):
            return await _answered(keys, found, whole, operation, handle)


async def _answered(keys: IdempotencyKeys, claim: Claim, request: Request, operation: str, handle: Handle) -> Response:
    try:
        response = await handle(request)
    except DocGenError as error:
        if error.render_id is None:  # or else it was kept with the record of the failure
            await _tried(keys.release(claim))
        raise
    except BaseException:
        await _tried(keys.release(claim))
        raise
    if isinstance(response, RecordedResponse):
        return response
    if not isinstance(response, RenderedResponse):
        body = None if operation in SECRET_ANSWERS else bytes(response.body)
        await _tried(keys.keep(claim, _kept(response, body)))
    elif response.render_id is None:
        await _tried(keys.release(claim))
    return response


def answer_of(
    request: Request, respond: Callable[[FinishedRender | RenderRequest], RenderedResponse]
) -> AnswerOf | None:
    """Return what makes the answer about a render, to be kept with its record; None where the request has no key."""
    claim: Claim | None = request.scope["state"].get(_CLAIM)
    if claim is None:
        return None

    async def answer(outcome: FinishedRender | RenderRequest | DiagnosedError) -> AnsweredClaim:
        if isinstance(outcome, DiagnosedError):
            response = await answer_to_error(request, outcome)
            return AnsweredClaim(claim, _kept(response, bytes(response.body), outcome.render_id))
        rendered = respond(outcome)
        body = None if rendered.is_document else bytes(rendered.body)
        return AnsweredClaim(claim, _kept(rendered, body, rendered.render_id))

    return answer


def recorded_answer_of(
    request: Request, respond: Callable[[T], RecordedResponse]
) -> Callable[[T], Awaitable[AnsweredClaim]] | None:
    """Return what makes an answer that is to be kept with what it tells of; None where the request has no key."""
    claim: Claim | None = getattr(request.state, _CLAIM, None)
    if claim is None:
        return None

    async def answer(outcome: T) -> AnsweredClaim:
        response = respond(outcome)
        return AnsweredClaim(claim, _kept(response, bytes(response.body)))

    return answer


async def _tried(work: Awaitable[None]) -> None:
    """Do what comes after the request: it is carried out, whatever becomes of its key."""
    try:
        await work
    except DocGenError as error:
        logger.warning("The answer to an Idempotency-Key could not be kept: %s", error)


def _kept(response: Response, body: bytes | None, render_id: RenderId | None = None) -> KeptAnswer:
    headers = {name: value for name, value in response.headers.items() if name != "content-length"}
    return KeptAnswer(response.status_code, headers, body, render_id)


async def _replayed(container: Container, caller: Caller, key: str, answer: KeptAnswer) -> Response:
    headers = {**answer.headers, REPLAYED: "true"}
    if answer.body is None and answer.render_id is not None:
        stored = await container.get_document()(caller, answer.render_id)
        content = await begun(stored.stream())
        headers["content-length"] = str(stored.document.size)
        return StreamingResponse(content, answer.status, headers)
    if answer.body is None:
        raise ConflictError(
            f"The request with the Idempotency-Key {key!r} was carried out, and what it made was shown once: "
            "look for it in the list, and use a new key to make another one."
        )
    return Response(answer.body, answer.status, headers)


@asynccontextmanager
async def extended(
    keys: IdempotencyKeys, claim: Claim, seconds: float = _SECONDS_BETWEEN_EXTENSIONS
) -> AsyncIterator[None]:
    """Extend a claim again and again within the block, with so many seconds in between."""

    async def extend() -> None:
        while True:
            await asyncio.sleep(seconds)
            await _tried(keys.extend(claim))

    task = asyncio.create_task(extend())
    try:
        yield
    finally:
        task.cancel()
