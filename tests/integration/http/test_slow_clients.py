"""Clients that send or read slowly, send too much around their requests, or hang up, on real connections."""

import json
import os
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.integration.cli.serving import DEADLINE_SECONDS, get, serving, upload

# What is tested is that the service ends what would last for ever; each of these clients could go on for a minute.
PATIENCE = "1"
RENDER_PROCESSES = 2
BYTES_PER_SECOND = 100_000
# Less than two of the long answers.
ANSWER_BYTES = 60_000_000
LONG_BYTES = 40_000_000
# A document that no socket takes as a whole.
LONG = b"{% for i in range(40000) %}" + b"x" * (LONG_BYTES // 40_000) + b"{% endfor %}"
SPINNING = b"{% for i in range(100000) %}{% for j in range(100000) %}{% if i %}{% endif %}{% endfor %}{% endfor %}"
HEAD = b"POST /v1/renders HTTP/1.1\r\nHost: docgen\r\nContent-Type: application/json\r\n"

Connect = Callable[[], socket.socket]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the service keeps its log."""
    return tmp_path_factory.mktemp("slow-clients")


@pytest.fixture(scope="module")
def address(module_database_url: str, folder: Path) -> Iterator[str]:
    """The address of a service that has little patience; it has to bear all of these clients."""
    with serving(
        folder,
        DOCGEN_DATABASE__URL=module_database_url,
        DOCGEN_AUTH__MODE="none",
        DOCGEN_RENDERING__WORKERS=str(RENDER_PROCESSES),
        DOCGEN_LIMITS__STEPS="1000000000000",
        DOCGEN_LIMITS__RENDER_SECONDS="2",
        DOCGEN_HTTP__CLIENT_SECONDS=PATIENCE,
        DOCGEN_HTTP__CLIENT_BYTES_PER_SECOND=str(BYTES_PER_SECOND),
        DOCGEN_HTTP__ANSWER_BYTES=str(ANSWER_BYTES),
    ) as (_, address):
        upload(address, "note.txt", b"Dear {{ name }}")
        upload(address, "spin.txt", SPINNING)
        upload(address, "long.txt", LONG)
        yield address
        log = log_in(folder)
        assert "Traceback" not in log
        assert "ERROR" not in log


def log_in(folder: Path) -> str:
    return (folder / "serve.log").read_text(encoding="utf-8")


@pytest.fixture
def connect(address: str) -> Connect:
    host, _, port = address.removeprefix("http://").partition(":")
    return lambda: socket.create_connection((host, int(port)), timeout=DEADLINE_SECONDS)


def keep_sending(connection: socket.socket, piece: bytes, *, pause: float = 0.05) -> None:
    """Send pieces until the service does not take them any more."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    with suppress(OSError):
        while time.monotonic() < deadline:
            connection.sendall(piece)
            time.sleep(pause)  # this is how slow the client is


def everything(connection: socket.socket) -> bytes:
    received = bytearray()
    with suppress(ConnectionError):
        while piece := connection.recv(65_536):
            received += piece
    return bytes(received)


def problem_of(answer: bytes) -> dict[str, Any]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head.lower(), answer[:300]
    assert re.search(rb"connection: close", head, re.IGNORECASE)
    problem: dict[str, Any] = json.loads(body)
    assert head.startswith(f"HTTP/1.1 {problem['status']} ".encode())
    assert f"x-request-id: {problem['request_id']}".encode() in head.lower()
    return problem


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        (HEAD + b"X-Slow: ", b"x"),
        (HEAD + b"Content-Length: 10000\r\n\r\n", b" "),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X-Trailer: x\r\n"),
    ],
    ids=["head", "body", "chunks", "trailers"],
)
def test_a_request_that_comes_a_little_at_a_time_is_not_waited_for(
    connect: Connect, start: bytes, piece: bytes
) -> None:
    with closing(connect()) as connection:
        connection.sendall(start)
        sending = threading.Thread(target=keep_sending, args=(connection, piece))
        sending.start()
        problem = problem_of(everything(connection))
        sending.join()
    assert (problem["status"], problem["code"]) == (408, "request-timeout")
    assert f"{PATIENCE} second" in problem["detail"]


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"\r\n",
        b"GET /livez HTTP/1.1\r\nHost: docgen\r\n\r\n",
        # The answer does not wait for the body, which never ends.
        b"POST /v1/nothing HTTP/1.1\r\nHost: docgen\r\nContent-Length: 1000000\r\n\r\n",
    ],
    ids=["nothing", "line", "keep-alive", "rest of a body"],
)
def test_a_connection_without_a_request_is_closed(connect: Connect, sent: bytes) -> None:
    with closing(connect()) as connection:
        connection.sendall(sent)
        sending = threading.Thread(target=keep_sending, args=(connection, b"\r\n"))
        if sent:
            sending.start()
        answer = everything(connection)
        if sent:
            sending.join()
    assert answer.count(b"HTTP/1.1") == (1 if len(sent) > 2 else 0)


@pytest.mark.parametrize(
    ("start", "answered"),
    [
        (b"GET /livez?" + b"x" * 100_000, True),
        (b"GET /livez HTTP/1.1\r\nX-Long: " + b"x" * 100_000, True),
        (b"GET /livez HTTP/1.1\r\n" + b"X-Many: x\r\n" * 10_000 + b"\r\n", True),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1;" + b"x" * 1_000_000, False),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"X-Many: x\r\n" * 100_000, False),
    ],
    ids=["address", "header", "headers", "chunk", "trailers"],
)
def test_what_stands_around_a_body_has_a_limit(connect: Connect, start: bytes, answered: bool) -> None:
    with closing(connect()) as connection:
        with suppress(ConnectionError):
            connection.sendall(start)
        answer = everything(connection)
    if answered and answer:  # a connection that is closed with something unread may lose it
        assert (problem_of(answer)["status"], problem_of(answer)["code"]) == (413, "payload-too-large")
        assert "65,536 bytes" in problem_of(answer)["detail"]


def test_a_head_below_the_limit_and_a_body_in_the_smallest_chunks_are_taken(connect: Connect) -> None:
    body = json.dumps({"template": "note", "data": {"name": "A" * 20_000}}).encode()
    chunks = b"".join(b"1\r\n" + body[at : at + 1] + b"\r\n" for at in range(len(body)))
    with closing(connect()) as connection:
        connection.sendall(
            HEAD + b"Accept: text/plain\r\nConnection: close\r\nX-Long: " + b"x" * 60_000
            + b"\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"
        )  # fmt: skip
        answer = everything(connection)
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"Dear " + b"A" * 20_000)


def test_what_is_not_http_is_a_problem_too(connect: Connect) -> None:
    with closing(connect()) as connection:
        connection.sendall(b"\x16\x03\x01\x02\x00 not a request\r\n\r\n")
        problem = problem_of(everything(connection))
    assert (problem["status"], problem["code"]) == (400, "malformed-request")


def test_a_broken_form_is_answered_and_fills_no_log(connect: Connect, folder: Path) -> None:
    body = b"--x\r\nContent-Disposition: form-data; na\rme=file\r\n\r\nDear\r\n--x--\r\n"
    with closing(connect()) as connection:
        connection.sendall(
            b"POST /v1/templates HTTP/1.1\r\nHost: docgen\r\nConnection: close\r\n"
            b"Content-Type: multipart/form-data; boundary=x\r\n"
            b"Content-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body
        )
        problem = problem_of(everything(connection))
    assert (problem["status"], problem["code"]) == (400, "malformed-request")
    assert "multipart" not in log_in(folder)


def test_a_client_that_does_not_read_its_answer_loses_it(address: str, connect: Connect) -> None:
    request = request_of_long_answer()
    with closing(connect()) as connection:
        connection.sendall(request)
        # The service has nothing to say to this client any more; whoever is connected is among the open sockets.
        local = connection.getsockname()
        wait_until(lambda: is_open(address, local))
        connection.recv(1)
        wait_until(lambda: not is_open(address, local))


def test_of_many_clients_that_leave_their_answers_the_first_lose_them(connect: Connect, folder: Path) -> None:
    request = request_of_long_answer()
    with closing(connect()) as slow, closing(connect()) as quick:
        slow.sendall(request)
        received = len(slow.recv(65_536))

        def read_slowly() -> None:
            nonlocal received
            with suppress(ConnectionError):
                while piece := slow.recv(65_536):
                    received += len(piece)
                    time.sleep(0.02)  # fast enough for the service, were this the only client

        reading = threading.Thread(target=read_slowly)
        reading.start()
        quick.sendall(request.replace(b"Host: docgen", b"Host: docgen\r\nConnection: close"))
        head, _, answer = everything(quick).partition(b"\r\n\r\n")
        reading.join()
    assert head.startswith(b"HTTP/1.1 200 ")
    assert len(answer) == LONG_BYTES
    assert received < LONG_BYTES
    assert "DOCGEN_HTTP__ANSWER_BYTES" in log_in(folder)


def request_of_long_answer() -> bytes:
    """Return a request for a document that no socket takes as a whole."""
    body = json.dumps({"template": "long", "data": {}, "store": False}).encode()
    return HEAD + b"Content-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)  # between two questions of a loop with a deadline


def is_open(address: str, client: tuple[str, int]) -> bool:
    """Tell whether the service's end of a connection is there."""
    port = int(address.rpartition(":")[2])
    return any(
        found.laddr.port == port and found.raddr and found.raddr.port == client[1]
        for found in psutil.net_connections("tcp")
        if found.status == psutil.CONN_ESTABLISHED and found.pid != os.getpid()
    )


def test_clients_that_hang_up_leave_their_places_to_others(address: str, connect: Connect) -> None:
    body = json.dumps({"template": "spin", "data": {}}).encode()
    request = HEAD + b"Content-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body
    clients = [connect() for _ in range(30)]
    for client in clients:
        client.sendall(request)
    # One loop reads them all: when the last of their connections answers something, all of them wait.
    with closing(connect()) as last:
        last.sendall(b"GET /livez HTTP/1.1\r\nHost: docgen\r\nConnection: close\r\n\r\n")
        everything(last)
    for client in clients:
        client.close()
    began = time.monotonic()
    honest = json.dumps({"template": "note", "data": {"name": "Ada"}, "store": False}).encode()
    with closing(connect()) as connection:
        connection.sendall(
            HEAD + b"Connection: close\r\nContent-Length: " + str(len(honest)).encode() + b"\r\n\r\n" + honest
        )
        answer = everything(connection)
    # Two seconds for the one that was being worked on; thirty of them would take a minute.
    assert answer.endswith(b"Dear Ada"), answer
    assert time.monotonic() - began < 15
    # Work that had begun is recorded, and nothing of the others; each render process had begun with one at the most.
    assert len(get(f"{address}/v1/renders?template=spin")["data"]) <= RENDER_PROCESSES
