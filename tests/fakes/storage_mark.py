"""A mark in memory."""

from typing_extensions import override

from application.ports.storage_mark import ReplaceableMark
from domain.errors import ServiceUnavailableError


class InMemoryStorageMark(ReplaceableMark):
    """Keeps the mark in `mark`; tests may take it `down`."""

    def __init__(self, mark: str | None = None, component: str = "storage") -> None:
        self.mark = mark
        self.down = False
        self._component = component

    @property
    @override
    def place(self) -> str:
        return "the memory"

    @override
    async def read(self) -> str | None:
        if self.down:
            raise ServiceUnavailableError(self._component, "It is down.")
        return self.mark

    @override
    async def make(self, mark: str) -> str:
        self.mark = await self.read() or mark
        return self.mark

    @override
    async def replace(self, mark: str) -> None:
        self.mark = mark
