"""One table of an in-memory database as one transaction sees it."""

from collections.abc import Iterator
from typing import Final, Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class _Deleted:
    """Marks a row that this transaction has deleted."""


_DELETED: Final = _Deleted()


class Overlay(Generic[K, V]):
    """The committed rows with this transaction's own changes on top, which nobody else sees before `apply`."""

    def __init__(self, committed: dict[K, V]) -> None:
        self._committed = committed
        self._changes: dict[K, V | _Deleted] = {}

    def get(self, key: K) -> V | None:
        """Return the row, or None."""
        row = self._changes.get(key, self._committed.get(key))
        return None if isinstance(row, _Deleted) else row

    def put(self, key: K, row: V) -> None:
        """Insert or replace the row."""
        self._changes[key] = row

    def remove(self, key: K) -> None:
        """Delete the row."""
        self._changes[key] = _DELETED

    def rows(self) -> list[V]:
        """Return all rows, in any order."""
        return list(self._present())

    def keys(self) -> list[K]:
        """Return the keys of all rows, in any order."""
        return [key for key in {**self._committed, **self._changes} if self.get(key) is not None]

    def apply(self) -> None:
        """Make the changes visible to all."""
        for key, row in self._changes.items():
            if isinstance(row, _Deleted):
                self._committed.pop(key, None)
            else:
                self._committed[key] = row
        self._changes.clear()

    def _present(self) -> Iterator[V]:
        for row in {**self._committed, **self._changes}.values():
            if not isinstance(row, _Deleted):
                yield row
