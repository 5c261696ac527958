"""Something that does not work for a while, and is tried again and again."""

import logging
from collections.abc import Callable
from time import monotonic
from typing import Final

_SECONDS_BETWEEN: Final = 60.0


class Outage:
    """Says what cannot be done, once a minute at most for as long as it cannot, and when it can be done again."""

    def __init__(self, logger: logging.Logger, what: str, now: Callable[[], float] = monotonic) -> None:
        """Take `what` as in "the worker could not take jobs", and `now` as seconds of a clock that never goes back."""
        self._logger = logger
        self.what = what
        self._now = now
        self._said_at: float | None = None

    def goes_on(self, reason: object) -> None:
        """It could not be done."""
        now = self._now()
        if self._said_at is None or now - self._said_at >= _SECONDS_BETWEEN:
            self._said_at = now
            self._logger.warning("The worker could not %s, and tries again and again: %s", self.what, reason)

    def is_over(self) -> None:
        """It could be done."""
        if self._said_at is not None:
            self._said_at = None
            self._logger.info("The worker can %s again.", self.what)
