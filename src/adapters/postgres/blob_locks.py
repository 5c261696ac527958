"""Locks on blobs as advisory locks of PostgreSQL, for storages that have none of their own.

They belong to a session, which one connection of the process is for: a transaction would stay open while the storage is
asked. PostgreSQL gives them back when the connection or the process is gone. That a blob is being deleted is a row,
which stays.
"""

import asyncio
import hashlib
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import partial
from types import TracebackType
from typing import Final, NamedTuple, Self

import asyncpg
from typing_extensions import override

from adapters.postgres.connection import connect
from adapters.postgres.failures import LOST, driver_errors
from adapters.postgres.scope import QUEUE
from application.ports.blob_locks import BlobLocks, Deleting, StillHeld
from application.ports.document_storage import BlobKey
from domain.errors import ServiceUnavailableError

_TIMEOUT: Final = 5.0
_SECONDS_BETWEEN_ATTEMPTS: Final = 0.005
# As long as the database may keep somebody waiting who holds one.
_SECONDS: Final = 10.0

_SHARED: Final = "share"
_ALONE: Final = "alone"
_ASK: Final = "ask"
_DELETE: Final = "delete"
# Whoever is refused is told so at once: nobody waits in the server, where the others of this process would wait behind.
_STEPS: Final = """
SELECT CASE step
    WHEN 'share' THEN CASE
        WHEN NOT pg_try_advisory_lock_shared(lock) THEN false
        WHEN jobs.is_blob_deleted_perhaps(lock) THEN NOT pg_advisory_unlock_shared(lock)
        ELSE true
    END
    WHEN 'alone' THEN pg_try_advisory_lock(lock)
    WHEN 'end share' THEN pg_advisory_unlock_shared(lock)
    WHEN 'end alone' THEN pg_advisory_unlock(lock)
    WHEN 'delete' THEN jobs.begin_blob_deletion(lock, seconds)
    WHEN 'end delete' THEN jobs.end_blob_deletion(lock)
    ELSE true
END FROM unnest($1::text[], $2::bigint[], $3::float8[]) AS steps (step, lock, seconds)
"""
# Who stores waits by the notes of deletions, which have to be on the disk before anything is deleted.
_SETTINGS: Final = f"{QUEUE}; SET synchronous_commit = on"


class PostgresBlobLocks(BlobLocks):
    """Takes each lock for one holder, and keeps the holders of this process apart itself: they share the session.

    An async context manager, which closes the connection. It is opened with the first lock, and anew where it was lost;
    the locks that it had are gone then.
    """

    def __init__(self, url: str, *, patience_seconds: float = _SECONDS) -> None:
        """Take for how long a lock is waited for that others hold."""
        self._patience_seconds = patience_seconds
        self._session = _Session(url)
        self._shared: Counter[int] = Counter()
        self._alone: set[int] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._session.close()

    @override
    def shared(self, key: BlobKey) -> AbstractAsyncContextManager[StillHeld]:
        return self._sharing(_lock_of(key))

    @override
    def alone(self, key: BlobKey) -> AbstractAsyncContextManager[Deleting]:
        return self._being_alone(_lock_of(key))

    @asynccontextmanager
    async def _sharing(self, lock: int) -> AsyncIterator[StillHeld]:
        async with self._held(lock, _SHARED) as session:
            yield partial(self._session.lasts, session)

    @asynccontextmanager
    async def _being_alone(self, lock: int) -> AsyncIterator[Deleting]:
        async with self._held(lock, _ALONE) as session:
            yield partial(self._deleting, lock, session)

    @asynccontextmanager
    async def _deleting(self, lock: int, session: int, seconds: float) -> AsyncIterator[bool]:
        noted = await self._session.note_deletion(lock, session, seconds)
        # Whoever stores takes its lock after this, and finds the note.
        yield noted and await self._session.lasts(session)
        self._session.end_deletion(lock, session)

    @asynccontextmanager
    async def _held(self, lock: int, way: str) -> AsyncIterator[int]:
        """Hold a lock, by the session with this number."""
        end = time.monotonic() + self._patience_seconds
        while True:
            if self._enter(lock, way):
                try:
                    session = await self._session.take(lock, way)
                    if session is not None:
                        try:
                            yield session
                        finally:
                            self._session.give_back(lock, way, session)
                        return
                finally:
                    self._leave(lock, way)
            if time.monotonic() >= end:
                raise ServiceUnavailableError(
                    "storage", "The same file is stored and erased by others all the time: try again in a moment."
                )
            await asyncio.sleep(_SECONDS_BETWEEN_ATTEMPTS)

    def _enter(self, lock: int, way: str) -> bool:
        """Note a holder of this process, or one that asks; False where another one keeps it out."""
        if lock in self._alone or (way == _ALONE and self._shared[lock]):
            return False
        if way == _ALONE:
            self._alone.add(lock)
        else:
            self._shared[lock] += 1
        return True

    def _leave(self, lock: int, way: str) -> None:
        if way == _ALONE:
            self._alone.discard(lock)
        else:
            self._shared[lock] -= 1
            if not self._shared[lock]:
                del self._shared[lock]


def _lock_of(key: BlobKey) -> int:
    """Return the number of a blob's lock: eight bytes of a hash, so that two of them hardly ever have the same."""
    digest = hashlib.sha256(f"{key.workspace_id}/{key.sha256}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


class _Step(NamedTuple):
    """What is to be done with a lock: `answer` is for whoever waits to hear of it, `session` has a lock to end."""

    name: str
    lock: int
    session: int | None
    answer: "asyncio.Future[int | None] | None"
    seconds: float = 0.0


class _Session:
    """One connection, by which what comes while others are on their way goes together."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: asyncpg.Connection | None = None
        self._number = 0
        self._steps: list[_Step] = []
        self._working: asyncio.Task[None] | None = None

    async def take(self, lock: int, way: str) -> int | None:
        """Take a lock unless it is taken: return the number of the session that has it, None where somebody has it.

        Raises:
            ServiceUnavailableError: the database is down.
        """
        answer: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        self._do(_Step(way, lock, None, answer))
        try:
            return await asyncio.shield(answer)
        except asyncio.CancelledError:
            answer.add_done_callback(lambda done: self._give_back_unwanted(lock, way, done))
            raise

    def give_back(self, lock: int, way: str, session: int) -> None:
        """Give a lock back; the database hears of it at once, and nobody waits for that."""
        self._do(_Step(f"end {way}", lock, session, None))

    async def lasts(self, session: int) -> bool:
        """Tell whether a session is there still, by asking the server: a connection may be lost without a word."""
        answer: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        self._do(_Step(_ASK, 0, session, answer))
        try:
            return await answer is not None
        except ServiceUnavailableError:
            return False

    async def note_deletion(self, lock: int, session: int, seconds: float) -> bool:
        """Note that a blob may be deleted at any time within so many seconds; False where its session is gone.

        Raises:
            ServiceUnavailableError: the database is down.
        """
        answer: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        self._do(_Step(_DELETE, lock, session, answer, seconds))
        return await answer is not None

    def end_deletion(self, lock: int, session: int) -> None:
        """Forget that, unless the session is gone: somebody else may have noted the same since."""
        self._do(_Step(f"end {_DELETE}", lock, session, None))

    async def close(self) -> None:
        """Close the connection when everything is given back."""
        if self._working is not None:
            await self._working
        if self._connection is not None:
            with suppress(asyncpg.PostgresError, *LOST, OSError):
                await self._connection.close(timeout=_TIMEOUT)

    def _do(self, step: _Step) -> None:
        self._steps.append(step)
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work())

    async def _work(self) -> None:
        while self._steps:
            steps, self._steps = self._steps, []
            try:
                done = await self._done(steps)
            except BaseException as error:
                for step in steps:
                    if step.answer is not None and not step.answer.done():
                        step.answer.set_exception(error)
                        step.answer.exception()  # whoever was cancelled does not ask for it
                if not isinstance(error, ServiceUnavailableError):
                    raise
            else:
                for step, is_done in done:
                    if step.answer is not None and not step.answer.done():
                        step.answer.set_result(self._number if is_done else None)

    async def _done(self, steps: list[_Step]) -> list[tuple[_Step, bool]]:
        """Do steps, and return how each went."""
        connection = await self._connected()
        # Locks of a connection that was lost are gone with it.
        left = [step for step in steps if step.session in {None, self._number}]
        lost = [(step, False) for step in steps if step.session not in {None, self._number}]
        try:
            with driver_errors():
                columns = zip(*((step.name, step.lock, step.seconds) for step in left), strict=True)
                rows = await connection.fetch(_STEPS, *map(list, columns)) if left else []
        except BaseException:
            # Which locks it has is not known.
            connection.terminate()
            raise
        return [*lost, *((step, bool(row[0])) for step, row in zip(left, rows, strict=True))]

    async def _connected(self) -> asyncpg.Connection:
        if self._connection is None or self._connection.is_closed():
            connection = await connect(self._url, connect_timeout=_TIMEOUT, command_timeout=_TIMEOUT)
            with driver_errors():
                try:
                    await connection.execute(_SETTINGS)
                except BaseException:
                    connection.terminate()
                    raise
            self._connection = connection
            self._number += 1
        return self._connection

    def _give_back_unwanted(self, lock: int, way: str, answer: "asyncio.Future[int | None]") -> None:
        session = None if answer.exception() is not None else answer.result()
        if session is not None:
            self.give_back(lock, way, session)
