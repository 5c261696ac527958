"""Where a temporary file of a request finds no room: large bodies are on the disk while they are read."""

import errno
import logging
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from domain.errors import StorageFullError
from entrypoints.http.errors import answer_to_error

logger = logging.getLogger("docgen.http")

# No room on the disk, in the quota, or below the limit for the size of a file.
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


async def on_disk_error(request: Request, error: Exception) -> Response:
    """Answer 507 where a disk is full; every other error of the operating system is an unexpected one."""
    assert isinstance(error, OSError)  # noqa: S101  # registered for this class
    if error.errno not in _FULL:
        raise error
    logger.error("A temporary file found no room: %s", error)
    refusal = StorageFullError(
        "The service has no room for temporary files, and nothing was stored: try again later. Who runs it makes room "
        "in its folder for them, or names a larger one in TMPDIR."
    )
    return await answer_to_error(request, refusal)
