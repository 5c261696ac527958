"""SIGTERM: the process says that it is not ready any more, goes on for a while, and ends then.

Whoever spreads requests over several services (a load balancer, Kubernetes) asks /readyz now and then, and needs a
moment until it sends none any more. A service that closed its port at once would refuse those that come meanwhile.
"""

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from application.stopping import Stopping


@contextmanager
def draining(stopping: Stopping, seconds: float) -> Iterator[None]:
    """Within the block the first SIGTERM announces the end, and whoever had it before gets it so many seconds later.

    A second one is handed on at once, and Ctrl-C is none of ours.
    """
    before = signal.getsignal(signal.SIGTERM)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield  # nobody would be ended by it
        return
    loop = asyncio.get_running_loop()

    def end(number: int, frame: FrameType | None) -> None:
        if stopping.is_announced or not seconds:
            stopping.announce()
            before(number, frame)
            return
        stopping.announce()
        # Called between any two steps of the loop, which may not be touched there otherwise.
        loop.call_soon_threadsafe(loop.call_later, seconds, before, number, None)

    signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
