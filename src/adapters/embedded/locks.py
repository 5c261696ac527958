"""Advisory file locks, which the kernel ends with their holder."""

from pathlib import Path

from adapters.embedded import watchdog
from adapters.embedded.descriptors import OwnDescriptor


class FileLock:
    """A lock (flock) on a file, held through one descriptor.

    It lasts until the last copy of the descriptor is closed: a program that inherits it holds it as well, and `release`
    gives back the copy of this process only. No process number is written down that another process could get.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: OwnDescriptor | None = None

    def try_exclusive(self) -> bool:
        """Take the lock for this process alone, without waiting; whether that succeeded."""
        return self._try(shared=False)

    def try_shared(self) -> bool:
        """Take the lock together with other sharers, without waiting; whether that succeeded."""
        return self._try(shared=True)

    def _try(self, *, shared: bool) -> bool:
        self.release()
        descriptor = watchdog.try_lock(str(self._path), shared=shared)
        if descriptor is None:
            return False
        self._descriptor = OwnDescriptor(descriptor)
        return True

    @property
    def held(self) -> bool:
        """Whether this object holds the lock; never in a forked child, whose parent goes on holding it."""
        return self._descriptor is not None and not self._descriptor.closed

    def fileno(self) -> int:
        """The descriptor that holds the lock, for a program that shall hold it too; ValueError when it is not held."""
        if self._descriptor is None:
            raise ValueError("This lock is not held.")
        return self._descriptor.fileno()

    def release(self) -> None:
        """Give back the lock of this process; copies of the descriptor in other processes keep it."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            descriptor.close()
