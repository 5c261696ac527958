"""Whether the service is about to end: nobody is sent here any more, and then who only waits stops waiting."""

import asyncio


class Stopping:
    """Known to everybody in the process; once begun, it is not taken back.

    Its end is announced first, so that whoever sends requests sends them elsewhere; what comes is answered as before.
    """

    def __init__(self) -> None:
        self._begun = asyncio.Event()
        self.is_announced = False

    def announce(self) -> None:
        """Let it be known that requests are to go elsewhere from now on."""
        self.is_announced = True

    def begin(self) -> None:
        """Tell everybody."""
        self.announce()
        self._begun.set()

    async def wait(self) -> None:
        """Return when the service is about to end."""
        await self._begun.wait()
