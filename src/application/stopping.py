"""Whether the service is about to end: who only waits then stops waiting."""

import asyncio


class Stopping:
    """Known to everybody in the process; once begun, it is not taken back."""

    def __init__(self) -> None:
        self._begun = asyncio.Event()

    def begin(self) -> None:
        """Tell everybody."""
        self._begun.set()

    async def wait(self) -> None:
        """Return when the service is about to end."""
        await self._begun.wait()
