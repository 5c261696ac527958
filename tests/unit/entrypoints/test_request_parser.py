"""Requests that ask for another protocol, read as what they are besides."""

import pytest

from entrypoints.http.request_parser import RequestParser

ASKS = b"POST /a?b HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: h2c\r\nContent-Length: 3\r\n\r\n"


class Reader:
    """Keeps what was read, as the server's protocol does."""

    def __init__(self) -> None:
        self.parser = RequestParser(self)
        self.url = b""
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = b""
        self.requests: list[tuple[bytes, bytes, list[bytes], bytes]] = []

    def on_message_begin(self) -> None:
        """Begin a request."""
        self.url, self.headers, self.body = b"", [], b""

    def on_url(self, url: bytes) -> None:
        """Take a piece of its address."""
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        self.headers.append((name.lower(), value))

    def on_body(self, body: bytes) -> None:
        """Take a piece of its body."""
        self.body += body

    def on_message_complete(self) -> None:
        """End it, unless it is read again."""
        if not self.parser.should_upgrade():
            names = [name for name, _ in self.headers]
            self.requests.append((self.parser.get_method(), self.url, names, self.body))


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_the_head_is_read_again_and_the_body_is_its_body(size: int) -> None:
    reader = Reader()
    sent = (ASKS + b"abc") * 3 + b"GET /c HTTP/1.1\r\nHost: x\r\n\r\n"
    for start in range(0, len(sent), size):
        reader.parser.feed_data(sent[start : start + size])
    names = [b"host", b"connection", b"content-length"]
    assert reader.requests == [(b"POST", b"/a?b", names, b"abc")] * 3 + [(b"GET", b"/c", [b"host"], b"")]


def test_many_at_once_are_read_one_after_the_other() -> None:
    reader = Reader()
    reader.parser.feed_data((ASKS + b"abc") * 5_000)
    assert len(reader.requests) == 5_000
