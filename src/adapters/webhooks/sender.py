"""Messages by POST, on the layer of httpx that speaks HTTP and nothing besides.

It follows no redirect, keeps no cookie, and reads no proxy or password out of the environment. Each message has a
connection of its own.
"""

import asyncio
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from types import TracebackType
from typing import Final, Self

import httpcore2
from typing_extensions import override

from adapters.webhooks.network import AddressForbiddenError, CheckedNetwork, Resolve
from application.ports.webhook_sender import WebhookAnswer, WebhookSender
from domain.errors import InvalidRequestError, UrlForbiddenError
from domain.public_address import Network
from domain.webhook_delivery import MAX_EXCERPT_LENGTH
from domain.webhook_url import WebhookUrl, parse_webhook_url

# A character of UTF-8 has up to four bytes.
_EXCERPT_BYTES: Final = 4 * MAX_EXCERPT_LENGTH
_USER_AGENT: Final = f"DocGen/{version('docgen')}"
_REDIRECTS: Final = range(300, 400)


@dataclass(frozen=True, slots=True)
class SendingTimes:
    """Seconds: to connect, TLS included; to answer; and, once the status is there, for the beginning of the body."""

    connect: float = 5.0
    read: float = 15.0
    excerpt: float = 3.0


class HttpWebhookSender(WebhookSender):
    """Sends to checked addresses; an async context manager."""

    def __init__(
        self,
        resolve: Resolve,
        allowed: Iterable[Network] = (),
        *,
        times: SendingTimes | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Take who finds addresses, the networks that are allowed although they are not public, and whom TLS trusts."""
        self._times = times or SendingTimes()
        self._network = CheckedNetwork(resolve, allowed)
        self._tls = tls

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if "_pool" in vars(self):
            await self._pool.aclose()

    @cached_property
    def _pool(self) -> httpcore2.AsyncConnectionPool:
        # Made for the first message: a service that leaves them to workers need not read what certificates are trusted.
        return httpcore2.AsyncConnectionPool(
            ssl_context=self._tls or ssl.create_default_context(),
            max_connections=None,
            max_keepalive_connections=0,
            network_backend=self._network,
        )

    @override
    async def check(self, url: str) -> None:
        parsed = parse_webhook_url(url)
        try:
            async with asyncio.timeout(self._times.connect):
                await self._network.addresses_of(parsed.host)
        except AddressForbiddenError as error:
            raise UrlForbiddenError(str(error)) from error
        except OSError:  # nobody knows the host, or not in time: that may change
            return

    @override
    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> WebhookAnswer:
        try:
            return await self._post(parse_webhook_url(url), headers, body)
        except (AddressForbiddenError, InvalidRequestError, UrlForbiddenError) as error:
            return WebhookAnswer(error=str(error))
        except (httpcore2.ConnectTimeout, httpcore2.ConnectError) as error:
            return WebhookAnswer(error=f"No connection: {self._reason_of(error)}.")
        except TimeoutError:
            return WebhookAnswer(error=f"No answer: {self._too_late()}.")
        except (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError) as error:
            return WebhookAnswer(error=f"No answer: {self._reason_of(error)}.")

    async def _post(self, url: WebhookUrl, headers: Mapping[str, str], body: bytes) -> WebhookAnswer:
        sent = {
            "Host": url.authority,
            "User-Agent": _USER_AGENT,
            "Accept": "*/*",
            "Accept-Encoding": "identity",
            "Connection": "close",
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            **headers,
        }
        times = {"connect": self._times.connect, "read": self._times.read, "write": self._times.read}
        target = httpcore2.URL(
            scheme=url.scheme.encode(), host=url.host.encode(), port=url.port, target=url.target.encode()
        )
        fields = [(name.encode(), value.encode()) for name, value in sent.items()]
        post = self._pool.stream("POST", target, headers=fields, content=body, extensions={"timeout": times})
        # Each byte of an answer could take the time that one read may take.
        async with asyncio.timeout(self._times.connect + self._times.read) as deadline, post as response:
            deadline.reschedule(None)
            excerpt = await self._excerpt_of(response)
            moved = response.status in _REDIRECTS
            error = "Redirects are not followed: register the address that it leads to." if moved else None
            return WebhookAnswer(response.status, excerpt, error, _retry_after_of(response))

    async def _excerpt_of(self, response: httpcore2.Response) -> str:
        """Read the beginning of a body; whatever becomes of the rest, the status is what counts."""
        content = bytearray()
        try:
            async with asyncio.timeout(self._times.excerpt):
                async for chunk in response.aiter_stream():
                    content += chunk
                    if len(content) >= _EXCERPT_BYTES:
                        break
        except (TimeoutError, httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError):
            pass
        text = bytes(content[:_EXCERPT_BYTES]).decode("utf-8", "replace")
        return "".join(each if each.isprintable() or each == "\n" else "\N{REPLACEMENT CHARACTER}" for each in text)[
            :MAX_EXCERPT_LENGTH
        ]

    def _reason_of(self, error: Exception) -> str:
        if isinstance(error, httpcore2.TimeoutException):
            late = f"nobody answered within {self._times.connect:g} s"
            return late if isinstance(error, httpcore2.ConnectTimeout) else self._too_late()
        return str(error).rstrip(".") or "the connection was closed"

    def _too_late(self) -> str:
        return f"it took longer than {self._times.read:g} s"


def _retry_after_of(response: httpcore2.Response) -> str | None:
    found = (value.decode("latin-1") for name, value in response.headers if name.lower() == b"retry-after")
    return next(found, None)
