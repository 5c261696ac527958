"""A cache with two bounds: how many entries, and how many bytes they stand for."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class SizedCache(Generic[K, V]):
    """Keeps values, the least used given up first, up to `entries` of them with `size` bytes together."""

    def __init__(self, entries: int, size: int) -> None:
        self._entries = entries
        self._size = size
        self._used = 0
        # The most recently used last.
        self._kept: OrderedDict[K, tuple[V, int]] = OrderedDict()

    def __contains__(self, key: K) -> bool:
        return key in self._kept

    def get(self, key: K) -> V | None:
        """Return the value, or None where it is not kept (any more)."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        self._kept.move_to_end(key)
        return kept[0]

    def size_of(self, key: K) -> int | None:
        """Return how many bytes a kept value stands for."""
        kept = self._kept.get(key)
        return kept[1] if kept else None

    def put(self, key: K, value: V, size: int) -> None:
        """Keep a value that stands for so many bytes; one that is larger than the whole cache is not kept."""
        if size > self._size or self._entries < 1:
            return
        self._used += size - self._kept.pop(key, (value, 0))[1]
        self._kept[key] = (value, size)
        while len(self._kept) > self._entries or self._used > self._size:
            _, (_, freed) = self._kept.popitem(last=False)
            self._used -= freed

    def discard(self, key: K) -> None:
        """Give up a value, if it is kept."""
        self._used -= self._kept.pop(key, (None, 0))[1]
