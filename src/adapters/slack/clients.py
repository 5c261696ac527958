"""Clients of Slack's Web API: one for each installation, all on one pool of connections."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web.async_client import AsyncWebClient
from typing_extensions import override

from application.ports.slack_api import (
    SlackAnswer,
    SlackBusyError,
    SlackClient,
    SlackClients,
    SlackRefusedError,
    SlackUnreachableError,
)
from domain.errors import PayloadTooLargeError

_AT_ONCE_SECONDS: Final = 2.0
_CALL_SECONDS: Final = 30.0
_UPLOAD_SECONDS: Final = 300.0
_CONNECT_SECONDS: Final = 5.0
# For longer than this a job is handed back, and does not hold a place of its worker.
_WAITED_FOR: Final = 5
_TOO_MANY: Final = 429
_SERVER_FAULT: Final = 500
_OK: Final = 200

# What must not be done twice: where it is not known whether it was done, whoever asked has to find out.
_ONCE: Final = frozenset({"chat.postMessage", "files.completeUploadExternal"})


class _ShortPauses(AsyncRateLimitErrorRetryHandler):
    """Waits where Slack asks for a moment, and not where it asks for a minute."""

    @override
    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if response is None or response.status_code != _TOO_MANY:
            return False
        return _seconds(response.headers) <= _WAITED_FOR


def _handlers(method: str) -> list[AsyncRetryHandler]:
    always: list[AsyncRetryHandler] = [_ShortPauses(max_retry_count=1)]
    if method in _ONCE:
        return always
    return [*always, AsyncConnectionErrorRetryHandler(), AsyncServerErrorRetryHandler()]


class SlackWebClients(SlackClients):
    """An async context manager around the connections."""

    def __init__(self, api_url: str) -> None:
        """Take the base address of Slack's Web API."""
        self.api_url = api_url
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS)
        self._session = aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=200))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    @property
    def session(self) -> aiohttp.ClientSession:
        """The connections."""
        if self._session is None:
            raise RuntimeError("The connections to Slack were not opened: enter the lifetimes first.")
        return self._session

    def web_client(self, token: str, handlers: Sequence[AsyncRetryHandler] = ()) -> AsyncWebClient:
        """Return slack_sdk's client with a token."""
        return AsyncWebClient(token, self.api_url, session=self.session, retry_handlers=list(handlers))

    def may_have_token(self, url: str) -> bool:
        """Tell whether an address is Slack's, so that it may see a token."""
        host = urlsplit(url).hostname or ""
        api = urlsplit(self.api_url)
        is_slack = urlsplit(url).scheme == "https" and (host == "slack.com" or host.endswith(".slack.com"))
        return is_slack or urlsplit(url)[:2] == api[:2]

    @override
    def of_token(self, token: str) -> "SlackWebClient":
        return SlackWebClient(self, token)


class SlackWebClient(SlackClient):
    """The client of one installation."""

    def __init__(self, clients: SlackWebClients, token: str) -> None:
        self._clients = clients
        self._token = token

    @override
    async def call(self, method: str, **arguments: object) -> SlackAnswer:
        return await self._call(method, arguments, _CALL_SECONDS, _handlers(method))

    @override
    async def call_at_once(self, method: str, **arguments: object) -> SlackAnswer:
        return await self._call(method, arguments, _AT_ONCE_SECONDS, ())

    async def _call(
        self, method: str, arguments: Mapping[str, object], seconds: float, handlers: Sequence[AsyncRetryHandler]
    ) -> SlackAnswer:
        client = self._clients.web_client(self._token, handlers)
        with _failures(method):
            async with asyncio.timeout(seconds):
                response = await client.api_call(method, data=_form(arguments))
        data = response.data
        return data if isinstance(data, dict) else {}

    @override
    async def respond(self, response_url: str, message: Mapping[str, Any]) -> None:
        await self._send(response_url, "response_url", _CALL_SECONDS, json=dict(message))

    @override
    async def upload(self, upload_url: str, size: int, content: AsyncIterator[bytes]) -> None:
        headers = {"Content-Length": str(size), "Content-Type": "application/octet-stream"}
        await self._send(upload_url, "the upload of a file", _UPLOAD_SECONDS, data=content, headers=headers)

    async def _send(self, url: str, what: str, seconds: float, **options: Any) -> None:
        with _failures(what):
            async with asyncio.timeout(seconds), self._clients.session.post(url, **options) as response:
                text = await response.text(errors="replace")
        _require_done(what, response, text)

    @override
    async def download(self, url: str, most: int) -> bytes:
        if not self._clients.may_have_token(url):
            raise SlackRefusedError("the download of a file", "not_of_slack")
        what, content = "the download of a file", bytearray()
        headers = {"Authorization": f"Bearer {self._token}"}
        with _failures(what):
            async with (
                asyncio.timeout(_UPLOAD_SECONDS),
                self._clients.session.get(url, headers=headers, allow_redirects=False) as response,
            ):
                _require_done(what, response, "")
                async for piece in response.content.iter_chunked(1 << 16):
                    content += piece
                    if len(content) > most:
                        raise PayloadTooLargeError("The file", most)
        return bytes(content)


def _form(arguments: Mapping[str, object]) -> dict[str, str]:
    """Write arguments as a form, which every method takes: what has a structure as JSON."""
    return {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in arguments.items()
        if value is not None
    }


def _require_done(what: str, response: aiohttp.ClientResponse, text: str) -> None:
    if response.status == _OK:
        return
    if response.status == _TOO_MANY:
        raise SlackBusyError(what, _seconds(response.headers))
    if response.status >= _SERVER_FAULT:
        raise SlackUnreachableError(f"Slack answers {what} with {response.status}.")
    raise SlackRefusedError(what, f"status_{response.status}", text[:200])


def _seconds(headers: Mapping[str, Any]) -> float:
    found = {name.lower(): value for name, value in headers.items()}.get("retry-after", "")
    # slack_sdk has lists of values in its own class.
    asked = str(found[0] if isinstance(found, list) else found)
    return float(asked) if asked.isdigit() else 1.0


@asynccontextmanager
async def failures_of(method: str) -> AsyncIterator[None]:
    """Translate what goes wrong with a call of slack_sdk's client, which may take as long as any call."""
    with _failures(method):
        async with asyncio.timeout(_CALL_SECONDS):
            yield


@contextmanager
def _failures(method: str) -> Iterator[None]:
    """Translate what goes wrong with a call."""
    try:
        yield
    except SlackApiError as error:
        raise _refusal(method, error) from error
    except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as error:
        what = "does not answer in time" if isinstance(error, TimeoutError) else f"cannot be reached ({error})"
        raise SlackUnreachableError(f"Slack {what}: {method}.") from error


def _refusal(method: str, error: SlackApiError) -> Exception:
    response: Any = error.response
    status: int = getattr(response, "status_code", 0) or getattr(response, "status", 0)
    if status == _TOO_MANY:
        return SlackBusyError(method, _seconds(response.headers))
    data = getattr(response, "data", None)
    if status >= _SERVER_FAULT or not isinstance(data, dict):
        return SlackUnreachableError(f"Slack answers {method} with {status}.")
    reason = str(data.get("error", "unknown"))
    if reason in {"internal_error", "fatal_error", "service_unavailable", "request_timeout"}:
        return SlackUnreachableError(f"Slack has a fault: {method} gives {reason}.")
    details = data.get("response_metadata", {}).get("messages") or data.get("needed") or ""
    return SlackRefusedError(method, reason, str(details)[:500])
