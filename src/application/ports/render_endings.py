"""The ends of renders and batches, as they happen in whatever process."""

import asyncio
from abc import abstractmethod
from contextlib import AbstractContextManager
from typing import Protocol


class RenderEndings(Protocol):
    """Tells those who wait that a render or a batch has ended, or that it may have."""

    @abstractmethod
    def watch(self, awaited: str) -> AbstractContextManager[asyncio.Event]:
        """Give an event that is set when the render or batch of this identifier ends within the block.

        It is also set when that cannot be known any more, because messages may have been lost: look again, then clear
        the event to wait on.
        """
