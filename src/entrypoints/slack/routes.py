"""The addresses that Slack sends to. Each request is verified by its raw body before anything else is done with it."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from application.slack.edge import AnswerSlack
from application.slack.payloads import SlackRequest, SlackRequestKind
from domain.errors import UnauthenticatedError
from entrypoints.container import Container
from entrypoints.slack.bodies import payload_of
from entrypoints.slack.signatures import SIGNATURE, Signatures

# What Slack sends at most is a view with all that is filled in.
MAX_BYTES = 2_000_000


class SlackEndpoint:
    """Requests of the app whose signing secret it is."""

    def __init__(self, signatures: Signatures) -> None:
        self._signatures = signatures

    def router(self) -> APIRouter:
        """Return the addresses."""
        router = APIRouter(prefix="/slack", include_in_schema=False)
        for path, kind in _KINDS.items():
            router.add_api_route(path, self._answering(kind), methods=["POST"], response_model=None)
        return router

    def _answering(self, kind: SlackRequestKind):  # type: ignore[no-untyped-def]  # FastAPI reads it
        async def answer(request: Request, slack: Annotated[AnswerSlack, Depends(_answer_slack)]) -> Response:
            body = await request.body()
            if not self._signatures.is_valid(request.headers, body):
                raise UnauthenticatedError(
                    "Slack has not signed this request, or more than five minutes ago: compare "
                    "DOCGEN_SLACK__SIGNING_SECRET with the app's page, and this machine's clock with others.",
                    given=SIGNATURE in request.headers,
                )
            payload = payload_of(kind, body)
            if "ssl_check" in payload:
                return Response()
            if payload.get("type") == "url_verification":
                return PlainTextResponse(str(payload.get("challenge", "")))
            # A select menu may ask for its items at the address of interactions, too.
            asked = SlackRequestKind.OPTIONS if payload.get("type") == "block_suggestion" else kind
            signature = request.headers[SIGNATURE]
            answered = await slack(SlackRequest(asked, payload, signature, request.state.request_id))
            return Response() if answered is None else JSONResponse(dict(answered))

        return answer


_KINDS = {
    "/commands": SlackRequestKind.COMMAND,
    "/interactions": SlackRequestKind.INTERACTION,
    "/options": SlackRequestKind.OPTIONS,
    "/events": SlackRequestKind.EVENT,
}
PATHS = tuple(f"/slack{path}" for path in _KINDS)


async def _answer_slack(request: Request) -> AnswerSlack:
    container: Container = request.state.container
    parts = container.slack()
    assert parts is not None  # noqa: S101  # the router is mounted where Slack is configured
    return parts.answer
