"""Ends of renders that a test tells of."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from typing_extensions import override

from application.ports.render_endings import RenderEndings


class InMemoryRenderEndings(RenderEndings):
    """Wakes who waits when it is told to."""

    def __init__(self) -> None:
        self._watching: defaultdict[str, list[asyncio.Event]] = defaultdict(list)

    @property
    def watchers(self) -> int:
        """How many wait."""
        return sum(map(len, self._watching.values()))

    def tell(self, awaited: str) -> None:
        """Say that a render has ended."""
        for event in self._watching[awaited]:
            event.set()

    @override
    @contextmanager
    def watch(self, awaited: str) -> Iterator[asyncio.Event]:
        event = asyncio.Event()
        self._watching[awaited].append(event)
        try:
            yield event
        finally:
            self._watching[awaited].remove(event)
