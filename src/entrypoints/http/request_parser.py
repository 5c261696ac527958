"""The heads of requests, read as RFC 9112 has them.

The parser takes what follows the head of a request to upgrade for the other protocol: its body would be lost, and what
comes of it later be read as the next request. Some clients ask so with every first request, Java's own among them, and
who passes requests of others on could be made to pass on two in one. We speak HTTP/1.1 alone: the head is read again
without the header Upgrade, which a server may ignore (RFC 9110, section 7.8).
"""

from typing import Final, Protocol

import httptools

_TUNNEL: Final = b"CONNECT"


class ReadsRequests(Protocol):
    """What is called back, as httptools has it; it keeps the head of the request that is being read."""

    url: bytes
    headers: list[tuple[bytes, bytes]]


class RequestParser:
    """A parser that tells its protocol of no upgrade but in the callbacks for the head that is read again."""

    def __init__(self, protocol: ReadsRequests) -> None:
        self._protocol = protocol
        self._begin()

    def _begin(self) -> None:
        self._parser = parser = httptools.HttpRequestParser(self._protocol)
        # As uvicorn has it: what comes behind a request that ends the connection is no reason to refuse that one.
        parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self.get_http_version = parser.get_http_version
        self.get_method = parser.get_method
        self.should_keep_alive = parser.should_keep_alive
        self.should_upgrade = parser.should_upgrade

    def feed_data(self, data: bytes) -> None:
        """Read what came.

        Raises:
            HttpParserError: it is no request.
        """
        rest: bytes | memoryview = data
        while rest:
            try:
                self._parser.feed_data(rest)
            except httptools.HttpParserUpgrade as upgrade:
                rest = memoryview(rest)[upgrade.args[0] :]
                head = self._head_without_upgrade()
                self._begin()
                self._parser.feed_data(head)
            else:
                return

    def _head_without_upgrade(self) -> bytes:
        protocol = self._protocol
        line = b"%b %b HTTP/%b\r\n" % (self.get_method(), protocol.url, self.get_http_version().encode())
        headers = b"".join(b"%b: %b\r\n" % each for each in protocol.headers if each[0] != b"upgrade")
        return line + headers + b"\r\n"


def fault_of_head(parser: RequestParser, headers: list[tuple[bytes, bytes]]) -> str | None:
    """Return what makes a head none that may be answered, None where nothing does."""
    hosts = sum(name == b"host" for name, _ in headers)
    if hosts > 1 or (not hosts and parser.get_http_version() == "1.1"):  # RFC 9112, section 3.2
        return "Name the host in one header Host."
    if parser.get_method() == _TUNNEL:
        return "This service opens no tunnels: CONNECT is for proxies."
    return None
