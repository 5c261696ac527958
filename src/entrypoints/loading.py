"""Loading modules that stay as long as their process."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType


@contextmanager
def loading_for_good() -> Iterator[None]:
    """Keep what is loaded within the block, and stays as long as the process, out of the garbage collector's sight.

    Looking through the service's hundreds of thousands of objects again and again takes a fifth of its start.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def load_for_good(name: str) -> ModuleType:
    """Load a module so."""
    with loading_for_good():
        return import_module(name)
