"""Connections: how long a client may take for the head of a request, how large that may be, and how slowly it may read.

The server's own protocol has no limit for any of it: a client that sends a byte now and then, or reads none, keeps its
connection for ever. Bodies are the body guard's, since their size depends on what the application takes.
"""

import asyncio
from typing import Any, Final

from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from entrypoints.container import Container
from entrypoints.http.answer_headers import SECURITY_HEADERS
from entrypoints.http.body_guard import WHOLE_BODY_IS_HERE
from entrypoints.http.errors import problem_content
from entrypoints.http.joined_writes import JoinedWrites
from entrypoints.http.problem_codes import PROBLEM, STATUS_OF_CODE
from entrypoints.http.request_parser import RequestParser, fault_of_head
from entrypoints.http.server_config import GuardedConfig

# The address and the headers of a request, as other servers have it; also what may come around and after a body.
MAX_HEAD_BYTES: Final = 65_536
# The length and the ends of lines around a chunk of a body (RFC 9112, section 7.1), which do not count.
_CHUNK_FRAME_BYTES: Final = 12
_SECURITY_LINES: Final = "".join(f"{name.lower()}: {value}\r\n" for name, value in SECURITY_HEADERS.items())


class GuardedProtocol(HttpToolsProtocol):
    """One connection. A head that is too large or too slow is answered with problem details, and the connection closed.

    A client that reads less than `client_bytes_per_second` of an answer over `client_seconds` loses its connection, and
    so do the slowest of many clients that leave more unread than the process may hold.
    """

    parser: RequestParser  # type: ignore[assignment]  # it has all that uvicorn asks of its own

    def __init__(
        self,
        config: GuardedConfig,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.parser = RequestParser(self)
        self._fault = "This is not a request in HTTP/1.1."
        self._seconds = config.client_seconds
        self._least_read = int(config.client_seconds * config.client_bytes_per_second)
        self._head_timer: asyncio.TimerHandle | None = None
        self._read_timer: asyncio.TimerHandle | None = None
        self._in_head = False
        # Bytes of this request that are not its body: its head, what frames the body, and what comes after it.
        self._overhead = 0
        self._unread = 0
        self._unread_answers = config.unread_answers

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._joined = JoinedWrites(transport, self.loop)
        self._await_head()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_awaiting_head()
        self._stop_watching_reader()
        super().connection_lost(exc)

    @override
    def shutdown(self) -> None:
        # The server ends, and asks every connection to finish. Who only waits for something is not waited for.
        container: Container = self.app_state["container"]
        container.stopping().begin()
        super().shutdown()

    @override
    def data_received(self, data: bytes) -> None:
        self._overhead += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._overhead > MAX_HEAD_BYTES:
            self._refuse_size()
        elif self._head_timer is None and self._is_idle():
            # The next request, or the rest of one that is answered already: neither may take for ever.
            self._await_head()

    @override
    def on_message_begin(self) -> None:
        self._in_head = True
        super().on_message_begin()

    @override
    def on_headers_complete(self) -> None:
        if self._overhead > MAX_HEAD_BYTES and self._head_bytes() > MAX_HEAD_BYTES:
            raise _RefusedHeadError  # uvicorn takes it for a request that cannot be read
        fault = fault_of_head(self.parser, self.headers)
        if fault is not None:
            self._fault = fault
            raise _RefusedHeadError
        if self.parser.should_upgrade():
            return  # it is read again
        self._stop_awaiting_head()
        self._in_head = False
        super().on_headers_complete()
        self.cycle.transport = self._joined  # type: ignore[assignment]  # all that a cycle asks of its transport

    @override
    def on_body(self, body: bytes) -> None:
        self._overhead = max(0, self._overhead - len(body) - _CHUNK_FRAME_BYTES)
        super().on_body(body)

    @override
    def on_message_complete(self) -> None:
        if self.parser.should_upgrade():
            return  # it is read again
        self._overhead = 0
        self.scope["state"][WHOLE_BODY_IS_HERE] = True
        super().on_message_complete()

    @override
    def send_400_response(self, msg: str) -> None:
        if self._in_head and self._head_bytes() > MAX_HEAD_BYTES:
            self._refuse_size()
        else:
            self._refuse("malformed-request", self._fault)

    @override
    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_reader()
        # What comes next waits until this has been read: it will not be more.
        self._unread_answers.hold(self, self._unread)

    @override
    def resume_writing(self) -> None:
        self._stop_watching_reader()
        super().resume_writing()

    def _is_idle(self) -> bool:
        """Tell whether the application works on no request of this connection."""
        cycle: RequestResponseCycle | None = self.cycle  # None before the first one, whatever its type says
        return cycle is None or cycle.response_complete

    def _head_bytes(self) -> int:
        """Return the size of what is known of the head: without the signs between its parts."""
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers)

    def _await_head(self) -> None:
        self._head_timer = self.loop.call_later(self._seconds, self._head_is_late)

    def _stop_awaiting_head(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _head_is_late(self) -> None:
        if self._in_head:
            detail = f"The request's headers did not come within {self._seconds:g} seconds: send the request again."
            self._refuse("request-timeout", detail)
        else:
            self.transport.close()

    def _refuse_size(self) -> None:
        detail = f"The request's address and headers are larger than the limit of {MAX_HEAD_BYTES:,} bytes."
        self._refuse("payload-too-large", detail)

    def _refuse(self, code: str, detail: str) -> None:
        """Answer what never becomes a request of the application, and close the connection."""
        if not self._is_idle() and self.cycle.response_started:
            self.transport.abort()  # no answer fits into the middle of another one
            return
        container: Container = self.app_state["container"]
        request_id = container.ids().new_id("req")
        content = problem_content(code, detail, request_id)
        headers = (
            f"content-type: {PROBLEM}\r\ncontent-length: {len(content)}\r\n"
            f"x-request-id: {request_id}\r\n{_SECURITY_LINES}connection: close\r\n\r\n"
        )
        self.transport.write(STATUS_LINE[STATUS_OF_CODE[code]] + headers.encode("ascii") + content)
        self.transport.close()

    def cut_off(self) -> None:
        """Close the connection, and forget what was not read."""
        self.transport.abort()

    def _watch_reader(self) -> None:
        self._unread = self.transport.get_write_buffer_size()
        self._read_timer = self.loop.call_later(self._seconds, self._check_reader)

    def _stop_watching_reader(self) -> None:
        if self._read_timer is not None:
            self._unread_answers.let_go(self)
            self._read_timer.cancel()
            self._read_timer = None

    def _check_reader(self) -> None:
        if self._unread - self.transport.get_write_buffer_size() < self._least_read:
            self.transport.abort()
        else:
            self._watch_reader()


class _RefusedHeadError(Exception):
    """The head of a request is larger than the limit, or is none that may be answered."""
