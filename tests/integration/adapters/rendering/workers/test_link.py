"""A worker that somebody has broken into may send anything: the service drops it, and believes none of it."""

import asyncio
import json
import logging
import pickle
import socket
from collections.abc import AsyncIterator

import pytest

from adapters.rendering.workers.link import OverdueError, WorkerEndedError, WorkerLink
from adapters.rendering.workers.protocol import HEADER, READY_ID, Answer, Request, Work, write_answer
from domain.formats import TemplateFormat

REQUEST = Request(5, Work.INSPECT, TemplateFormat.TEXT, "ab", file=b"x")


class Service:
    """The service's end of a channel, and what it was told."""

    def __init__(self) -> None:
        self.answers: asyncio.Queue[Answer] = asyncio.Queue()
        self.ends: asyncio.Queue[Exception] = asyncio.Queue()
        self.link = WorkerLink(
            1,
            max_document_bytes=100,
            on_idle=lambda _, answer: self.answers.put_nowait(answer),
            on_end=lambda _, error: self.ends.put_nowait(error),
        )


@pytest.fixture
async def ends() -> AsyncIterator[tuple[Service, socket.socket]]:
    ours, theirs = socket.socketpair()
    service = Service()
    theirs.setblocking(False)
    with theirs:
        await asyncio.get_running_loop().create_unix_connection(lambda: service.link, sock=ours)
        await send(theirs, frame(READY_ID))
        await service.answers.get()
        yield service, theirs
        service.link.close()
        await asyncio.sleep(0)


async def send(channel: socket.socket, data: bytes) -> None:
    await asyncio.get_running_loop().sock_sendall(channel, data)


def frame(number: int, document: bytes = b"", **fields: object) -> bytes:
    return b"".join(write_answer(Answer(number, **fields), document))  # type: ignore[arg-type]  # a test names fields freely


async def test_an_answer_that_comes_in_pieces_is_put_together(ends: tuple[Service, socket.socket]) -> None:
    service, channel = ends
    future = service.link.ask(REQUEST, seconds=60)
    for byte in frame(5, b"the document", file_name="name"):
        await send(channel, bytes([byte]))
    reply = await future
    assert (reply.document, reply.answer.file_name) == (b"the document", "name")
    assert service.ends.empty()


@pytest.mark.parametrize(
    "sent",
    [
        frame(4),
        frame(6),
        frame(READY_ID),
        frame(5, b"x" * 101),
        frame(5) + b"x",
        frame(5) + frame(5),
        b"GET / HTTP/1.1\r\n\r\n",
        pickle.dumps(Answer(5)),
        HEADER.pack(2**32 - 1, 0, 0),
        HEADER.pack(4, 0, 0) + b"null",
        HEADER.pack(2, 0, 0) + b"{}",
        HEADER.pack(30, 0, 0) + json.dumps({"id": 5, "command": "x"}).encode().ljust(30),
    ],
)
async def test_whatever_else_it_sends_ends_it(ends: tuple[Service, socket.socket], sent: bytes) -> None:
    service, channel = ends
    future = service.link.ask(REQUEST, seconds=60)
    await send(channel, sent)
    with pytest.raises(WorkerEndedError, match="protocol"):
        await future
    assert (service.ends.qsize(), service.answers.qsize()) == (1, 0)


async def test_an_answer_that_nobody_asked_for_ends_it(ends: tuple[Service, socket.socket]) -> None:
    service, channel = ends
    await send(channel, b"\0")
    assert isinstance(await service.ends.get(), WorkerEndedError)


async def test_one_that_ends_or_takes_too_long_fails_its_request(ends: tuple[Service, socket.socket]) -> None:
    service, _ = ends
    future = service.link.ask(REQUEST, seconds=0.01)
    with pytest.raises(OverdueError):
        await future
    assert service.ends.qsize() == 1
    other = Service()
    ours, theirs = socket.socketpair()
    await asyncio.get_running_loop().create_unix_connection(lambda: other.link, sock=ours)
    theirs.sendall(frame(READY_ID))
    await other.answers.get()
    lost = other.link.ask(REQUEST, seconds=60)
    theirs.close()
    with pytest.raises(WorkerEndedError):
        await lost


async def test_what_it_says_cannot_pass_for_another_line_of_the_log(
    ends: tuple[Service, socket.socket], caplog: pytest.LogCaptureFixture
) -> None:
    service, channel = ends
    future = service.link.ask(REQUEST, seconds=60)
    with caplog.at_level(logging.WARNING):
        await send(channel, frame(5, log=("one\nERROR two\r\x1b[31m three",)))
        await future
    lines = caplog.messages[-1].splitlines()
    assert lines[1:] == ["  | ERROR two", "  | ?[31m three"]


async def test_a_caller_that_gave_up_gets_nothing_and_the_worker_goes_on(
    ends: tuple[Service, socket.socket],
) -> None:
    service, channel = ends
    service.link.ask(REQUEST, seconds=60).cancel()
    await send(channel, frame(5, b"for nobody"))
    await service.answers.get()
    future = service.link.ask(Request(6, Work.INSPECT, TemplateFormat.TEXT, "ab"), seconds=60)
    await send(channel, frame(6, b"for the next"))
    assert (await future).document == b"for the next"
