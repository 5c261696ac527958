"""File descriptors that stay with this process."""

import os
from weakref import WeakSet


class OwnDescriptor:
    """A descriptor that programs do not inherit unless told so, and that forked children close.

    Locks and pipes of the launcher mean "this process lives". A forked child that kept a copy (`multiprocessing` forks)
    would go on saying so after its parent's death.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor
        _open_descriptors.add(self)

    @property
    def closed(self) -> bool:
        """Whether it has been closed, or belongs to the parent of this forked process."""
        return self._descriptor is None

    def fileno(self) -> int:
        """The number of the open descriptor, to be handed to a program; ValueError when it is closed."""
        if self._descriptor is None:
            raise ValueError("This descriptor is closed.")
        return self._descriptor

    def close(self) -> None:
        """Close it, once."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


_open_descriptors: WeakSet[OwnDescriptor] = WeakSet()


def _close_all() -> None:
    for descriptor in list(_open_descriptors):
        descriptor.close()


if hasattr(os, "register_at_fork"):  # POSIX only; elsewhere nothing forks
    os.register_at_fork(after_in_child=_close_all)
