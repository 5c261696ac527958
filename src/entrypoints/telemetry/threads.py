"""Work with a collector, which may hang, in threads that keep nobody from ending."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

# What is not handed over within this time is lost: a collector that hangs keeps no process from ending.
FLUSH_SECONDS: Final = 5.0


async def in_own_thread(work: Callable[[], object], name: str) -> None:
    """Do something that may hang, and return when it is done; whoever gives up waiting leaves the thread to itself.

    asyncio waits for the threads of its own pool when it ends, and for none of these.
    """
    loop, done = asyncio.get_running_loop(), asyncio.Event()

    def do() -> None:
        try:
            work()
        finally:
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(done.set)

    threading.Thread(target=do, name=name, daemon=True).start()
    await done.wait()
