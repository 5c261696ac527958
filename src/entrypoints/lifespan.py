"""Lifetimes: what is opened before the first request, and closed in the opposite order after the last."""

import gc
import logging
import multiprocessing
import multiprocessing.connection
import os
import threading
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any, Final

_log = logging.getLogger(__name__)

# Objects that may be made, and not given back, before the youngest are looked at; Python's own number is 700.
_YOUNGEST_OBJECTS: Final = 20_000


@asynccontextmanager
async def entered(lifetimes: Iterable[AbstractAsyncContextManager[Any]]) -> AsyncIterator[None]:
    """Enter every lifetime in order; leave those that were entered, whatever happens."""
    async with AsyncExitStack() as stack:
        for lifetime in lifetimes:
            await stack.enter_async_context(lifetime)
        yield


def end_with_parent() -> None:
    """Let this process end at once when the one that started it is gone, however that died.

    Otherwise the worker processes of a killed service would keep its port, without the database that it ran. Nothing is
    finished first: that would need the database, and hold the port for as long. Storage and database keep what is
    complete, render workers end with their channels.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_await_end, args=(parent.sentinel,), name="parent-watch", daemon=True).start()


def collect_garbage_seldom() -> None:
    """Keep what a serving process is made of out of the collector's sight, and let it look less often.

    What was imported and built lives as long as the process, and no request is answered while all of it is looked
    through. In commands and tests objects end: it is not for them.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNGEST_OBJECTS, *gc.get_threshold()[1:])


def _await_end(sentinel: int) -> None:
    multiprocessing.connection.wait([sentinel])
    _log.error("The process that started process %d is gone: it ends too.", os.getpid())
    os._exit(1)
