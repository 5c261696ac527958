"""Whose work is next: workspaces in turns, each with no more than its share at a time."""

from collections import Counter, OrderedDict, deque
from typing import Generic, TypeVar

from domain.errors import OverloadedError, QueueFullError
from domain.identifiers import WorkspaceId

T = TypeVar("T")


class FairQueue(Generic[T]):
    """Work that waits, and how much each workspace has in hand.

    A workspace has `share` pieces in hand at most and `line` waiting; all together have `total` waiting, whose requests
    take `total_bytes`. Among the workspaces that have room in their share, the one that was served longest ago is next.
    """

    def __init__(self, share: int, *, line: int, total: int, total_bytes: int) -> None:
        self._share = share
        self._line = line
        self._total = total
        self._total_bytes = total_bytes
        self._lines: OrderedDict[WorkspaceId, deque[tuple[T, int]]] = OrderedDict()
        self._busy: Counter[WorkspaceId] = Counter()
        self._waiting = 0
        self._bytes = 0

    def __len__(self) -> int:
        return self._waiting

    def may_begin(self, workspace: WorkspaceId) -> bool:
        """Tell whether the workspace has room in its share."""
        return self._busy[workspace] < self._share

    def add(self, workspace: WorkspaceId, item: T, size: int) -> None:
        """Let a piece of work wait, whose request takes so many bytes.

        Raises:
            QueueFullError: the workspace has enough waiting.
            OverloadedError: all workspaces together have.
        """
        line = self._lines.get(workspace, ())
        if len(line) >= self._line:
            raise QueueFullError(f"This workspace has {len(line)} requests waiting already: send fewer at a time.")
        if self._waiting >= self._total or self._bytes + size > self._total_bytes:
            raise OverloadedError(f"The service is busy, and {self._waiting} requests wait already: try again soon.")
        self._lines.setdefault(workspace, deque()).append((item, size))
        self._waiting += 1
        self._bytes += size

    def discard(self, workspace: WorkspaceId, item: T) -> None:
        """Let a piece of work wait no longer, if it does."""
        for entry in self._lines.get(workspace, ()):
            if entry[0] == item:
                self._take(workspace, entry)
                return

    def next(self) -> T | None:
        """Return the work that is next, which is in hand from now on; None where there is none that may begin."""
        for workspace, line in self._lines.items():
            if self.may_begin(workspace):
                entry = line[0]
                self._lines.move_to_end(workspace)
                self._take(workspace, entry)
                self.begin(workspace)
                return entry[0]
        return None

    def begin(self, workspace: WorkspaceId) -> None:
        """Note that a piece of work is in hand."""
        self._busy[workspace] += 1

    def end(self, workspace: WorkspaceId) -> None:
        """Note that a piece of work is in hand no longer."""
        self._busy[workspace] -= 1
        if not self._busy[workspace]:
            del self._busy[workspace]

    def drain(self) -> list[T]:
        """Return everything that waits; nothing does afterwards."""
        items = [item for line in self._lines.values() for item, _ in line]
        self._lines.clear()
        self._waiting = self._bytes = 0
        return items

    def _take(self, workspace: WorkspaceId, entry: tuple[T, int]) -> None:
        line = self._lines[workspace]
        line.remove(entry)
        if not line:
            del self._lines[workspace]
        self._waiting -= 1
        self._bytes -= entry[1]
