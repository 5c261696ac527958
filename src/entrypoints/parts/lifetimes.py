"""What is entered before the service works, and left after it."""

from contextlib import AbstractAsyncContextManager
from typing import Any


def lifetimes_of(*objects: object) -> list[AbstractAsyncContextManager[Any]]:
    """Return those of these objects that are entered; what is not configured is None, and left out."""
    return [each for each in objects if isinstance(each, AbstractAsyncContextManager)]
