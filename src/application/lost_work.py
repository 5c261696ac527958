"""What a worker gives up, and what it waits for: the same for a render and for a row of a batch."""

from typing import Final

from domain.errors import OverloadedError, QueueFullError, ServiceUnavailableError, StorageFullError

# Somebody or something ends the process each time: it is the work's fault, and would be the next worker's end.
MAX_STARTS: Final = 3
# Nothing is wrong with the work itself: it is tried again later.
PASSES_BY: Final = (ServiceUnavailableError, StorageFullError, QueueFullError, OverloadedError)


def given_up(what: str, retried: str) -> str:
    """Say that something is not tried again, and how to have it tried where it was not to blame."""
    return (
        f"The process that rendered it ended {MAX_STARTS} times before it was done, so it is not tried again. "
        f"If that was not this {what}'s fault (a machine that was switched off), retry {retried}."
    )
