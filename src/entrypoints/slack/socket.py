"""Socket Mode: what Slack sends comes over a connection that the service opens, and needs no address of its own."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

from slack_sdk.errors import SlackClientError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from application.ports.id_generator import IdGenerator
from application.slack.edge import Answer, AnswerSlack
from application.slack.payloads import SlackRequest, SlackRequestKind
from domain.errors import DocGenError, UnauthenticatedError

logger = logging.getLogger("docgen.slack")

_KINDS: Final = {
    "slash_commands": SlackRequestKind.COMMAND,
    "interactive": SlackRequestKind.INTERACTION,
    "events_api": SlackRequestKind.EVENT,
}
_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 60.0


class SocketMode:
    """Answers over the connection as over HTTP; what cannot be answered is not, and Slack sends it again."""

    def __init__(self, answer: AnswerSlack, ids: IdGenerator) -> None:
        self._answer = answer
        self._ids = ids
        self._answering: set[asyncio.Task[None]] = set()

    async def heard(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        """Begin to answer: the client takes the next message when this returns."""
        task = asyncio.create_task(self._reply(client, request))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def finish(self) -> None:
        """Wait for the answers that were begun."""
        await asyncio.gather(*self._answering, return_exceptions=True)

    async def _reply(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        try:
            answered = await self._answered(request.type, request.payload, request.envelope_id)
        except UnauthenticatedError:
            answered = None  # it was taken the first time
        except DocGenError as failure:
            logger.warning("A message of Slack was not answered, and comes again: %s", failure)
            return
        except Exception:
            logger.exception("A message of Slack was not answered in a way that nobody foresaw")
            return
        response = SocketModeResponse(request.envelope_id, None if answered is None else dict(answered))
        try:
            await client.send_socket_mode_response(response)
        except (SlackClientError, OSError, RuntimeError) as failure:
            logger.warning("The connection to Slack was lost before an answer: %s", failure)

    async def _answered(self, kind: str, payload: Mapping[str, Any], envelope_id: str) -> Answer:
        asked = _KINDS.get(kind)
        if asked is None:
            return None
        if payload.get("type") == "block_suggestion":
            asked = SlackRequestKind.OPTIONS
        return await self._answer(SlackRequest(asked, payload, f"socket:{envelope_id}", self._ids.new_id("req")))


@asynccontextmanager
async def listening(answer: AnswerSlack, ids: IdGenerator, app_token: str, api_url: str) -> AsyncIterator[None]:
    """Listen within the block; a connection that is lost is opened again."""
    mode = SocketMode(answer, ids)
    client = SocketModeClient(app_token, web_client=AsyncWebClient(base_url=api_url), logger=logger)
    client.socket_mode_request_listeners.append(mode.heard)
    opening = asyncio.create_task(_open(client))
    try:
        yield
    finally:
        opening.cancel()
        await asyncio.gather(opening, return_exceptions=True)
        await mode.finish()
        await client.close()  # type: ignore[no-untyped-call]  # slack_sdk says nothing of it


async def _open(client: SocketModeClient) -> None:
    """Open the connection, however long Slack is away; the client itself keeps it open from then on."""
    pause = _FIRST_PAUSE
    while True:
        try:
            await client.connect()  # type: ignore[no-untyped-call]  # slack_sdk says nothing of it
        except Exception as failure:  # noqa: BLE001  # of slack_sdk and aiohttp: whatever it is, Slack is tried again
            logger.warning("Slack's Socket Mode cannot be opened, and is tried again: %s", failure)
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        else:
            logger.info("Connected to Slack's Socket Mode.")
            return
