"""The service's end: one process for each file of rows, whose word nobody takes."""

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final

from typing_extensions import override

from adapters.rendering.rows.limits import RowLimits
from adapters.rendering.rows.protocol import (
    LENGTH,
    MAX_FRAME,
    Ended,
    Failed,
    Known,
    Message,
    Opened,
    Order,
    ProtocolError,
    Ready,
    Rows,
    Text,
    read_message,
    write,
)
from adapters.rendering.workers.environment import bare_environment
from application.ports.row_reader import OpenedRows, PreparedRow, RowPlan, RowReader, RowSource, TableFacts
from domain.errors import DiagnosedError, RowsInvalidError, ServiceUnavailableError, TimeLimitError

_log = logging.getLogger(__name__)

_PROGRAM: Final = "from adapters.rendering.rows.reader_process import main; main()"
_BUFFER: Final = 1 << 20


class IsolatedRowReader(RowReader):
    """Starts a locked-up process for each file, and ends it with the block that opened it.

    Its pipe is what it waits at: rows that nobody has asked for yet are not read.
    """

    def __init__(self, limits: RowLimits | None = None) -> None:
        self._limits = limits or RowLimits()

    @override
    @asynccontextmanager
    async def open(self, source: RowSource, plan: RowPlan) -> AsyncIterator[OpenedRows]:
        async with self._reading(source, self._order(source, plan)) as conversation:
            match await conversation.next():
                case Opened() as opened:
                    yield _Opened(opened.facts(), conversation)
                case _:
                    raise _ended_unexpectedly()

    @override
    @asynccontextmanager
    async def copy(
        self, source: RowSource, plan: RowPlan, failed: Mapping[int, str]
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        async with self._reading(source, self._order(source, plan, failed)) as conversation:
            yield conversation.texts()

    def _order(self, source: RowSource, plan: RowPlan, failed: Mapping[int, str] | None = None) -> Order:
        known = tuple(Known.of(placeholder) for placeholder in plan.placeholders)
        numbered = None if failed is None else dict(failed)
        return Order(source.format, known, plan.wishes, plan.locale, self._limits, numbered)

    @asynccontextmanager
    async def _reading(self, source: RowSource, order: Order) -> AsyncIterator["_Conversation"]:
        source.file.seek(0)  # which writes what is still buffered
        size = os.fstat(source.file.fileno()).st_size
        if size > self._limits.bytes:
            message = f"The file of rows has {size:,} bytes; the limit is {self._limits.bytes:,}."
            raise RowsInvalidError.of_file("rows-too-large", message, "Split it.")
        if not size:
            raise RowsInvalidError.of_file("no-rows", "The file of rows is empty.", "Is it the right one?")
        os.lseek(source.file.fileno(), 0, os.SEEK_SET)
        process = await _started(source.file.fileno())
        try:
            conversation = _Conversation(process, self._limits.silent_seconds)
            await conversation.begin(order)
            yield conversation
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


class _Opened(OpenedRows):
    def __init__(self, facts: TableFacts, conversation: "_Conversation") -> None:
        self._facts = facts
        self._conversation = conversation

    @property
    @override
    def facts(self) -> TableFacts:
        return self._facts

    @override
    async def __aiter__(self) -> AsyncIterator[Sequence[PreparedRow]]:
        while True:
            match await self._conversation.next():
                case Rows(rows):
                    yield [row.prepared() for row in rows]
                case Ended():
                    return
                case _:
                    raise _ended_unexpectedly()


class _Conversation:
    """Frames of one process, each of which has to come in time."""

    def __init__(self, process: asyncio.subprocess.Process, seconds: float) -> None:
        self._process = process
        self._seconds = seconds

    async def begin(self, order: Order) -> None:
        """Give the order, and wait until the process is locked up."""
        if self._process.stdin is None:
            raise _ended_unexpectedly()
        with suppress(ConnectionError):  # what went wrong is seen by reading
            self._process.stdin.write(write(order)[LENGTH.size :])
            await self._process.stdin.drain()
            self._process.stdin.close()
        match await self.next():
            case Ready(lacking):
                for what in lacking:
                    _log.warning("Rows are read without %s: this system does not offer it.", what[:200])
            case _:
                raise _ended_unexpectedly()

    async def next(self) -> Message:
        """Return what the process says next.

        Raises:
            RowsInvalidError: it says that the file cannot be read, or has ended.
            TimeLimitError: it says nothing for too long.
        """
        try:
            async with asyncio.timeout(self._seconds):
                message = read_message(await self._frame())
        except TimeoutError:
            message_said = f"Reading the rows took longer than {self._seconds:g} seconds for some of them."
            raise TimeLimitError(
                message_said, RowsInvalidError.of_file("time-limit", message_said).diagnostics
            ) from None
        except (asyncio.IncompleteReadError, ConnectionError):
            raise _ended_unexpectedly() from None
        except ProtocolError as error:
            _log.error("A process that reads rows does not keep to the protocol: %s", error)
            raise _ended_unexpectedly() from None
        if isinstance(message, Failed):
            raise RowsInvalidError(message.message, message.diagnostics)
        return message

    async def texts(self) -> AsyncIterator[bytes]:
        """Yield the pieces of a text until its end."""
        while True:
            match await self.next():
                case Text(text):
                    yield text.encode()
                case Ended():
                    return
                case _:
                    raise _ended_unexpectedly()

    async def _frame(self) -> bytes:
        reader = self._process.stdout
        if reader is None:
            raise _ended_unexpectedly()
        (length,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
        if length > MAX_FRAME:
            raise ProtocolError(f"a frame of {length:,} bytes")
        return await reader.readexactly(length)


async def _started(file: int) -> asyncio.subprocess.Process:
    try:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-c", _PROGRAM, str(file)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            pass_fds=(file,),
            env=bare_environment(),
            cwd="/",
            start_new_session=True,
            limit=_BUFFER,
        )
    except OSError as error:
        message = f"The process that reads rows cannot be started: {error.strerror}."
        raise ServiceUnavailableError("rows", message) from error


def _ended_unexpectedly() -> DiagnosedError:
    message = "The process that reads the rows ended unexpectedly; perhaps it needed too much memory or time."
    return RowsInvalidError.of_file("process-ended", message, "Split the file, or save it as CSV.")
