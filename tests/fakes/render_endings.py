"""Ends of renders that a test tells of."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from typing_extensions import override

from application.ports.render_endings import RenderEndings
from domain.identifiers import RenderId


class InMemoryRenderEndings(RenderEndings):
    """Wakes who waits when it is told to."""

    def __init__(self) -> None:
        self._watching: defaultdict[RenderId, list[asyncio.Event]] = defaultdict(list)

    @property
    def watchers(self) -> int:
        """How many wait."""
        return sum(map(len, self._watching.values()))

    def tell(self, render_id: RenderId) -> None:
        """Say that a render has ended."""
        for event in self._watching[render_id]:
            event.set()

    @override
    @contextmanager
    def watch(self, render_id: RenderId) -> Iterator[asyncio.Event]:
        event = asyncio.Event()
        self._watching[render_id].append(event)
        try:
            yield event
        finally:
            self._watching[render_id].remove(event)
