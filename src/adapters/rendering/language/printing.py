"""Which tag of a template is being printed, without a note of it at every tag: by the line of the code that runs."""

import inspect
from collections.abc import Callable
from typing import Protocol

from adapters.rendering.language.segments import Tag


class Running(Protocol):
    """A program that runs; `origin` is the file name of its code."""

    origin: str

    def tag_at_line(self, line: int) -> Callable[[], Tag | None]:
        """Return what finds the tag that a line of its code was made of."""


def line_of(origin: str) -> int:
    """Return the line that the innermost function of this code is at, 0 where none of it runs."""
    frame = inspect.currentframe()
    while frame is not None and frame.f_code.co_filename != origin:
        frame = frame.f_back
    return 0 if frame is None else frame.f_lineno
