"""Request ids: every answer carries one, and every problem and log line names it."""

import re
from typing import Final

from starlette.datastructures import Headers

HEADER: Final = "X-Request-ID"
STATE_KEY: Final = "request_id"

_ACCEPTABLE = re.compile(r"[A-Za-z0-9._:-]{1,128}")


def request_id_of(headers: Headers) -> str | None:
    """Return the id that the caller gave its request, None where there is none that is harmless."""
    given = headers.get(HEADER, "")
    return given if _ACCEPTABLE.fullmatch(given) else None
