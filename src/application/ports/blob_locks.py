"""Locks between those who store a blob and those who erase it."""

from abc import abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeAlias

from application.ports.document_storage import BlobKey

# Tells whether a lock is held still, and was all the time; False also where whatever keeps it does not answer.
StillHeld: TypeAlias = Callable[[], Awaitable[bool]]

# Notes that a blob is about to be deleted, for a block and so many seconds at most, and gives whether its lock was held
# when that was noted: otherwise it must not be deleted. Until the block has ended without an error, or the seconds are
# over, whoever wants to store the blob waits, whatever becomes of the lock and of the process that has it: what a store
# was asked to delete it may delete later. Entering raises ServiceUnavailableError where that cannot be noted.
Deleting: TypeAlias = Callable[[float], AbstractAsyncContextManager[bool]]


class BlobLocks(Protocol):
    """Keeps those who store a blob and those who erase it apart, in all processes that share a storage.

    For storages that have no such locks of their own. A lock ends with the process that holds it, and may be
    lost before: whoever holds one is given what tells so. Entering raises ServiceUnavailableError where whatever keeps
    the locks is down, or others hold one for too long.
    """

    @abstractmethod
    def shared(self, key: BlobKey) -> AbstractAsyncContextManager[StillHeld]:
        """Hold the lock of a blob together with others who store it, for a block."""

    @abstractmethod
    def alone(self, key: BlobKey) -> AbstractAsyncContextManager[Deleting]:
        """Hold the lock of a blob with nobody else, for a block, to delete it."""
