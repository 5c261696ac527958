"""What a locked-up process has of the service's environment."""

import os
from typing import Final

_ENVIRONMENT: Final = {"LC_ALL": "C.UTF-8", "TZ": "UTC"}
# The path is one that some builds of Python cannot start without.
_PASSED_ON: Final = ("LD_LIBRARY_PATH",)


def bare_environment() -> dict[str, str]:
    """Return the variables that a process starts with in which templates or files of others are read."""
    return _ENVIRONMENT | {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
