"""How much of answers a process holds that their clients have not read yet.

An answer that does not fit into a socket stays in memory until its client reads on, after the request has ended: no
count of requests bounds it.
"""

import logging
from typing import Protocol

logger = logging.getLogger("docgen.http")


class Reader(Protocol):
    """A client that reads an answer."""

    def cut_off(self) -> None:
        """Close the connection, and forget what was not read."""


class UnreadAnswers:
    """Counts what is held; where that is more than the limit, who has been reading for longest is cut off.

    A client sees that its answer is not whole: the length was said before. A document that is stored can be fetched
    again.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held: dict[Reader, int] = {}  # the oldest first
        self._bytes = 0

    def hold(self, reader: Reader, size: int) -> None:
        """Keep so many bytes for a client; alone it may have more than the limit."""
        self.let_go(reader)
        self._held[reader] = size
        self._bytes += size
        while self._bytes > self._limit and len(self._held) > 1:
            oldest = next(iter(self._held))
            logger.warning(
                "Clients have not read %s bytes of their answers: the connection that has been at it for longest "
                "is closed (DOCGEN_HTTP__ANSWER_BYTES)",
                f"{self._bytes:,}",
            )
            self.let_go(oldest)
            oldest.cut_off()

    def let_go(self, reader: Reader) -> None:
        """Forget what was kept for a client, if anything."""
        self._bytes -= self._held.pop(reader, 0)
