"""How much a process takes on at a time: requests that are not answered yet, and the bytes of bodies that they hold.

Work for the engine waits in a line with bounds of its own. What comes before and beside it, reading bodies and asking
the database, is bounded here: a service that is full says so at once, in place of taking what it cannot hold.
"""

from dataclasses import dataclass

from domain.errors import OverloadedError
from entrypoints.http.watching import WATCHING


@dataclass(frozen=True, slots=True)
class Capacity:
    """What one process holds at most."""

    requests: int
    body_bytes: int


class InFlight:
    """Counts what one process holds."""

    def __init__(self, capacity: Capacity) -> None:
        self._capacity = capacity
        self._requests = 0
        self._bytes = 0

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is held."""
        return not self._requests and not self._bytes

    def begin(self, path: str) -> None:
        """Take a request on.

        Raises:
            OverloadedError: there are too many already.
        """
        # What a load balancer asks must be answered most of all by a service that is full.
        if self._requests >= self._capacity.requests and path not in WATCHING:
            raise OverloadedError(f"The service works on {self._requests:,} requests already: try again soon.")
        self._requests += 1

    def hold(self, size: int) -> None:
        """Keep so many bytes more of a request's body.

        Raises:
            OverloadedError: there is no room for them.
        """
        if self._bytes + size > self._capacity.body_bytes:
            raise OverloadedError("The service holds as much of other requests' bodies as it can: try again soon.")
        self._bytes += size

    def end(self, held: int) -> None:
        """Let a request go, and the bytes of it that were held."""
        self._requests -= 1
        self._bytes -= held
