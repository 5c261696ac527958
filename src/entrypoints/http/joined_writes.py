"""The head of an answer and the beginning of its body in one write.

The server writes them one after the other, and each write is a system call, a packet, and a client that is woken up.
"""

import asyncio
from typing import Final

# How the server begins a head. What of a body begins like that waits as well, and keeps its place.
_HEAD: Final = b"HTTP/1.1 "
# What is larger is written by itself: it would be copied.
_LARGEST: Final = 65_536


class JoinedWrites:
    """What an answer needs of a transport. A head waits for what is written in the same turn of the event loop."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held = b""

    def write(self, data: bytes) -> None:
        """Write, as a transport does."""
        if self._held:
            if len(data) <= _LARGEST:
                data = self._held + data
                self._held = b""
            else:
                self._flush()
        elif data.startswith(_HEAD):
            self._held = data
            self._loop.call_soon(self._flush)
            return
        self._transport.write(data)

    def close(self) -> None:
        """Close the connection when everything is written."""
        self._flush()
        self._transport.close()

    def is_closing(self) -> bool:
        """Tell whether the connection is closed, or being closed."""
        return self._transport.is_closing()

    def _flush(self) -> None:
        held, self._held = self._held, b""
        if held and not self._transport.is_closing():
            self._transport.write(held)
