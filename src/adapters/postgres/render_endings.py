"""The ends of renders, as PostgreSQL announces them: a trigger notifies, and every process of the service listens."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from typing_extensions import override

from adapters.postgres.notifications import Subscriber
from application.ports.render_endings import RenderEndings

RENDERS_CHANNEL: Final = "docgen_renders"


class PostgresRenderEndings(RenderEndings, Subscriber):
    """Wakes those who wait for a render that is announced on the channel of renders."""

    def __init__(self) -> None:
        self._watching: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    @override
    @contextmanager
    def watch(self, awaited: str) -> Iterator[asyncio.Event]:
        event = asyncio.Event()
        self._watching[awaited].add(event)
        try:
            yield event
        finally:
            self._watching[awaited].discard(event)
            if not self._watching[awaited]:
                del self._watching[awaited]

    @override
    def heard(self, payload: str) -> None:
        for event in self._watching.get(payload, ()):
            event.set()

    @override
    def connected(self) -> None:
        for events in self._watching.values():
            for event in events:
                event.set()

    @override
    def disconnected(self) -> None:
        """Wait on: with the next connection everybody is woken."""
