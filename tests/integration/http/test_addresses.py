"""Tricks with addresses, headers and lengths, byte by byte on real connections: a problem, or nothing, never a 5xx."""

import socket
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.integration.cli.serving import DEADLINE_SECONDS, serving, upload
from tests.integration.http.test_slow_clients import everything

HOST = b"Host: localhost\r\nConnection: close\r\n"
JSON = HOST + b"Content-Type: application/json\r\n"
WISH = b'{"template": "note", "data": {"name": "Ada"}}'
LENGTH = b"Content-Length: " + str(len(WISH)).encode() + b"\r\n"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One service for all of them, with a database of its own."""
    folder: Path = tmp_path_factory.mktemp("addresses")
    with serving(folder, DOCGEN_RENDERING__WORKERS="0") as (_, address):
        upload(address, "note.txt", b"Dear {{ name }}")
        yield address
        log = (folder / "serve.log").read_text(encoding="utf-8")
        assert "Traceback" not in log
        assert "Unexpected error" not in log


def send(address: str, request: bytes) -> bytes:
    host, _, port = address.removeprefix("http://").partition(":")
    with closing(socket.create_connection((host, int(port)), timeout=DEADLINE_SECONDS)) as connection:
        with suppress(ConnectionError):
            connection.sendall(request)
        return everything(connection)


@pytest.mark.parametrize(
    ("path", "statuses"),
    [
        (b"//", {404}),
        (b"//v1/templates", {404}),
        (b"/v1//templates", {404}),
        (b"/v1/templates/", {404}),
        (b"/v1/templates//", {404}),
        (b"/v1/../v1/templates", {404}),
        (b"/v1/templates/..", {404}),
        (b"/v1/templates/%2e%2e", {404}),
        (b"/v1/templates/..%2f..%2fetc%2fpasswd", {404}),
        (b"/v1/templates/%00", {404}),
        (b"/v1/templates/note%00", {404}),
        (b"/v1/templates/note/versions/1%00", {404, 422}),
        (b"/v1/templates/%ff%fe", {404}),
        (b"/v1/templates/%c0%ae%c0%ae", {404}),
        (b"/v1/templates/%", {404}),
        (b"/v1/templates/%zz", {404}),
        (b"/v1/templates/" + b"x" * 60_000, {404}),
        (b"/v1/assets/..%5c..%5cboot.ini", {404, 422}),
        (b"/v1/assets/%00.png", {404, 422}),
        (b"/v1/templates?q=%00", {200, 422}),
        (b"/v1/templates?q=%ff", {200, 422}),
        (b"/v1/templates?limit=1&limit=2", {422}),
        (b"/v1/templates?limit=" + b"9" * 5_000, {422}),
        (b"/v1/templates?limit=%D9%A1", {200, 422}),
        (b"/v1/templates?cursor=%00", {400}),
        (b"/v1/templates?" + b"&".join(b"a%d=1" % n for n in range(5_000)), {422}),
        (b"/docs/static/../../../etc/passwd", {404}),
        (b"/docs/static/%2e%2e/%2e%2e/%2e%2e/etc/passwd", {404}),
        (b"/docs/static//etc/passwd", {404}),
        (b"/docs/static/%00", {404}),
        (b"http://elsewhere.example.org/v1/templates", {200, 400, 404}),
        (b"*", {400, 404}),
        (b"v1/templates", {400, 404}),
        (b"/v1/templates#there", {200, 400, 404}),
        (b"/v1/templates\x7f", {400, 404}),
        (b"/v1/templates\xff", {400, 404}),
    ],
)
def test_an_address_is_what_it_says_and_nothing_else(address: str, path: bytes, statuses: set[int]) -> None:
    answer = send(address, b"GET " + path + b" HTTP/1.1\r\n" + HOST + b"\r\n")
    head, _, _ = answer.partition(b"\r\n\r\n")
    status = int(head.split()[1])
    assert status in statuses, answer[:500]
    if status >= 400:
        assert b"content-type: application/problem+json" in head.lower()
        assert b"x-content-type-options: nosniff" in head.lower()
    assert b"root:" not in answer


@pytest.mark.parametrize(
    "head",
    [
        LENGTH + LENGTH.replace(b": ", b": 1"),
        LENGTH + b"Transfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\n" + LENGTH,
        b"Transfer-Encoding: identity, chunked\r\nContent-Length: 3\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Content-Length: +45\r\n",
        b"Content-Length: -1\r\n",
        b"Content-Length: 0x2d\r\n",
        b"Content-Length: 45, 45\r\n",
        b"Content-Length: 99999999999999999999999\r\n",
        b"Content-Length : 45\r\n",
        b" Content-Length: 45\r\n",
        b"X-Broken\r\n" + LENGTH,
        b"X-Null: a\x00b\r\n" + LENGTH,
        b"X-Bare: a\rSecond: b\r\n" + LENGTH,
    ],
)
def test_two_lengths_or_none_that_is_one_are_never_two_requests(address: str, head: bytes) -> None:
    """What a proxy could read in another way than we do is refused, and the connection closed."""
    smuggled = b"GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n"
    answer = send(address, b"POST /v1/renders HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + head
                  + b"\r\n" + WISH + smuggled)  # fmt: skip
    assert answer.count(b"HTTP/1.1 ") <= 1, answer[:800]
    assert not answer or answer.split()[1] in (b"400", b"413"), answer[:500]


def test_one_length_twice_the_same_is_no_harm_and_a_wrong_version_no_request(address: str) -> None:
    for line in (b"GET / HTTP/9.9", b"GET /", b"GET  / HTTP/1.1", b"G\x00T / HTTP/1.1", b"PRI * HTTP/2.0"):
        answer = send(address, line + b"\r\n" + HOST + b"\r\n")
        assert not answer or answer.split()[1] in (b"400", b"404"), (line, answer[:300])


def test_a_slash_at_the_end_is_told_and_leads_nowhere(address: str) -> None:
    """A redirect would name the host that the request names, whoever wrote that."""
    answer = send(address, b"GET /v1/templates/ HTTP/1.1\r\n" + HOST + b"\r\n")
    assert answer.split()[1] == b"404"
    assert b"location:" not in answer.lower()
    assert b"leave out the slash at its end" in answer
    assert b"the slash" not in send(address, b"GET /nothing/ HTTP/1.1\r\n" + HOST + b"\r\n")


@pytest.mark.parametrize("asks", [b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAA\r\n", b"Upgrade: websocket\r\n"])
@pytest.mark.parametrize("apart", [False, True])
def test_who_asks_for_another_protocol_is_answered_in_this_one(address: str, asks: bytes, *, apart: bool) -> None:
    """As Java's client does with its first request; the connection goes on as any other."""
    head = (
        b"POST /v1/renders HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\n"
        + asks
        + b"Content-Type: application/json\r\nAccept: text/plain\r\n"
        + LENGTH
        + b"\r\n"
    )
    following = b"GET /version HTTP/1.1\r\n" + HOST + b"\r\n"
    pieces = [head[:40], head[40:], WISH, following] if apart else [head + WISH + following]
    host, _, port = address.removeprefix("http://").partition(":")
    with closing(socket.create_connection((host, int(port)), timeout=DEADLINE_SECONDS)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            connection.sendall(piece)
        answer = everything(connection)
    first, _, second = answer.partition(b"Dear Ada")
    assert [first.split()[1], second.split()[1]] == [b"200", b"200"], answer


@pytest.mark.parametrize("asks", [b"Connection: Upgrade\r\nUpgrade: h2c\r\n", b"Upgrade: x\r\nConnection: upgrade\r\n"])
def test_the_body_of_who_asks_for_another_protocol_is_no_request(address: str, asks: bytes) -> None:
    hidden = b"GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n"
    length = b"Content-Length: " + str(len(hidden)).encode() + b"\r\n"
    host, _, port = address.removeprefix("http://").partition(":")
    with closing(socket.create_connection((host, int(port)), timeout=DEADLINE_SECONDS)) as connection:
        connection.sendall(
            b"POST /v1/renders HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Expect: 100-continue\r\n" + asks + length + b"\r\n"
        )
        assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")  # the head has been read
        connection.sendall(hidden + b"GET /readyz HTTP/1.1\r\n" + HOST + b"\r\n")
        answer = everything(connection)
    assert answer.count(b"HTTP/1.1 ") == 2, answer
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b'"status":"ready"' in answer


@pytest.mark.parametrize(
    ("request_line", "hosts"),
    [
        (b"GET /version HTTP/1.1", b""),
        (b"GET /version HTTP/1.1", b"Host: localhost\r\nHost: localhost\r\n"),
        (b"GET /version HTTP/1.1", b"Host: localhost\r\nHost: elsewhere.example.org\r\n"),
        (b"GET /version HTTP/1.0", b"Host: localhost\r\nHost: elsewhere.example.org\r\n"),
        (b"CONNECT localhost:80 HTTP/1.1", b"Host: localhost\r\n"),
    ],
)
def test_a_request_names_one_host_and_wants_no_tunnel(address: str, request_line: bytes, hosts: bytes) -> None:
    """RFC 9112, section 3.2: of two, a proxy could take the other one."""
    answer = send(address, request_line + b"\r\n" + hosts + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 400 "), answer
    assert (b"one header Host" in answer) != (b"opens no tunnels" in answer)
