"""The service's end of one worker: a request at a time, an answer or the worker's end."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from contextvars import Context, copy_context
from dataclasses import dataclass
from typing import Final, cast

from typing_extensions import override

from adapters.rendering.workers.protocol import (
    HEADER,
    MAX_LOG_CHARACTERS,
    MAX_LOG_LINES,
    READY_ID,
    Answer,
    ProtocolError,
    Request,
    answer_lengths,
    read_answer,
    write_request,
)
from domain.formats import TemplateFormat

_log = logging.getLogger(__name__)

_Key = tuple[str, TemplateFormat]
_KNOWN_TEMPLATES: Final = 200


class WorkerEndedError(Exception):
    """The worker is gone, and with it the request that it worked on."""


class WorkerDiedError(WorkerEndedError):
    """The worker ended though nobody had asked for it."""


class OverdueError(Exception):
    """The worker took too long, and was ended."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A worker's answer with the document, empty where there is none."""

    answer: Answer
    document: bytes
    # Seconds until a worker was free, and the process number of that; where somebody wants to know.
    waited: float = 0.0
    pid: int = 0


class WorkerLink(asyncio.Protocol):
    """Sends requests to one worker and reads its answers, which nobody trusts.

    `on_idle` is called whenever it can take a request, with the last answer, which is READY_ID's where it has just
    started; `on_end` once when it is of no more use: its process ended, was too slow, or did not keep to the protocol.
    """

    def __init__(
        self,
        number: int,
        *,
        max_document_bytes: int,
        on_idle: Callable[["WorkerLink", Answer], None],
        on_end: Callable[["WorkerLink", Exception], None],
    ) -> None:
        self.number = number
        self.requests = 0
        self.busy_seconds = 0.0
        # The SHA-256 of the template that it works on, or worked on when it ended.
        self.works_on: str | None = None
        self._max_document_bytes = max_document_bytes
        self._on_idle = on_idle
        self._on_end = on_end
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._known: OrderedDict[_Key, None] = OrderedDict()
        self._awaited: int | None = READY_ID
        self._reply: asyncio.Future[Reply] | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._began = self._loop.time()
        self._ended = False
        # That of whoever asked: what the worker says belongs to it.
        self._context = Context()

    def knows(self, key: _Key) -> bool:
        """Tell whether the worker should have this template; it may have given it up."""
        return key in self._known

    @property
    def known(self) -> list[_Key]:
        """What the worker should have, the last used last."""
        return list(self._known)

    def forget(self, key: _Key) -> None:
        """Note that the worker does not have this template."""
        self._known.pop(key, None)

    def ask(self, request: Request, seconds: float) -> asyncio.Future[Reply]:
        """Send a request to an idle worker; the future gives its answer within so many seconds.

        It raises WorkerEndedError or OverdueError where there is none. Nothing happens to the worker where the caller
        cancels the future: it finishes its work, or is ended in time.
        """
        if self._transport is None or self._awaited is not None:
            raise RuntimeError("a worker takes one request at a time")
        self._remember(request)
        self.requests += 1
        self._awaited = request.id
        self.works_on = request.sha256
        self._reply = self._loop.create_future()
        self._context = copy_context()
        self._began = self._loop.time()
        self._deadline = self._loop.call_later(seconds, self._overdue)
        self._transport.write(b"".join(write_request(request)))
        return self._reply

    def close(self) -> None:
        """Let the worker end when its work is done; its end is not reported any more."""
        self._ended = True
        self._stop_clock()
        if self._transport is not None:
            self._transport.close()
        self._fail(WorkerEndedError("the service ends"))

    def abandon(self, error: Exception) -> None:
        """Give up a worker that is of no more use, and tell who waits for it and who started it."""
        if self._ended:
            return
        self._ended = True
        self._stop_clock()
        if self._transport is not None:
            self._transport.abort()
        self._fail(error)
        self._on_end(self, error)

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # asyncio's and uvloop's transports of sockets read and write, and say so by different classes.
        self._transport = cast("asyncio.Transport", transport)
        if self._ended:
            self._transport.abort()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self.abandon(WorkerDiedError("its process ended"))

    @override
    def data_received(self, data: bytes) -> None:
        if self._ended:
            return
        self._received += data
        try:
            reply = self._whole_reply()
        except ProtocolError as error:
            _log.error("A render worker does not keep to the protocol (%s); it is replaced.", error)
            self.abandon(WorkerEndedError("it did not keep to the protocol"))
            return
        if reply is not None:
            self._finish(reply)

    def _whole_reply(self) -> Reply | None:
        if self._awaited is None:
            raise ProtocolError("something that it was not asked for")
        if len(self._received) < HEADER.size:
            return None
        text, document = answer_lengths(bytes(self._received[: HEADER.size]), self._max_document_bytes)
        end = HEADER.size + text + document
        if len(self._received) < end:
            return None
        if len(self._received) > end:
            raise ProtocolError("more than it was asked for")
        view = memoryview(self._received)
        answer = read_answer(bytes(view[HEADER.size : HEADER.size + text]))
        content = bytes(view[HEADER.size + text : end])
        view.release()
        if answer.id != self._awaited:
            raise ProtocolError("an answer to another request")
        self._received.clear()
        return Reply(answer, content)

    def _finish(self, reply: Reply) -> None:
        self._awaited = self.works_on = None
        self._stop_clock()
        for line in reply.answer.log[:MAX_LOG_LINES]:
            self._context.run(_log.warning, "A render worker says: %s", _quoted(line[:MAX_LOG_CHARACTERS]))
        waiting, self._reply = self._reply, None
        if waiting is not None and not waiting.done():
            waiting.set_result(reply)
        self.busy_seconds += self._loop.time() - self._began
        self._on_idle(self, reply.answer)

    def _overdue(self) -> None:
        self.abandon(OverdueError("it took too long"))

    def _remember(self, request: Request) -> None:
        if request.key in self._known:
            self._known.move_to_end(request.key)
        elif request.file is not None:
            self._known[request.key] = None
            if len(self._known) > _KNOWN_TEMPLATES:
                self._known.popitem(last=False)

    def _stop_clock(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _fail(self, error: Exception) -> None:
        waiting, self._reply = self._reply, None
        if waiting is not None and not waiting.done():
            waiting.set_exception(error)


def _quoted(line: str) -> str:
    """Return what a worker said so that it cannot pass for anything else in the log."""
    return "\n".join("  | " + "".join(c if c.isprintable() else "?" for c in part) for part in line.splitlines())
