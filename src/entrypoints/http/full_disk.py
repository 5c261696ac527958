"""Where a temporary file of a request finds no room: large bodies are on the disk while they are read."""

import logging

from starlette.requests import Request
from starlette.responses import Response

from application.full_disk import is_full_disk
from domain.errors import StorageFullError
from entrypoints.http.errors import answer_to_error

logger = logging.getLogger("docgen.http")


async def on_disk_error(request: Request, error: Exception) -> Response:
    """Answer 507 where a disk is full; every other error of the operating system is an unexpected one."""
    assert isinstance(error, OSError)  # noqa: S101  # registered for this class
    if not is_full_disk(error):
        raise error
    logger.error("A temporary file found no room: %s", error)
    refusal = StorageFullError(
        "The service has no room for temporary files, and nothing was stored: try again later. Who runs it makes room "
        "in its folder for them, or names a larger one in TMPDIR."
    )
    return await answer_to_error(request, refusal)
