"""The ends of renders, as they happen in whatever process."""

import asyncio
from abc import abstractmethod
from contextlib import AbstractContextManager
from typing import Protocol

from domain.identifiers import RenderId


class RenderEndings(Protocol):
    """Tells those who wait that a render has ended, or that it may have."""

    @abstractmethod
    def watch(self, render_id: RenderId) -> AbstractContextManager[asyncio.Event]:
        """Give an event that is set when the render succeeds, fails or is cancelled within the block.

        It is also set when that cannot be known any more, because messages may have been lost: look again, then clear
        the event to wait on.
        """
