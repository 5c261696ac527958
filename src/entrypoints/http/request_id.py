"""Request ids: every answer carries one, and every problem and log line names it."""

import re
from typing import Final

from starlette.types import Scope

from entrypoints.http.scope_headers import header_of

HEADER: Final = "X-Request-ID"
# As the server hands it over and takes it.
HEADER_NAME: Final = HEADER.lower().encode()
STATE_KEY: Final = "request_id"

_ACCEPTABLE = re.compile(r"[A-Za-z0-9._:-]{1,128}")


def request_id_of(scope: Scope) -> str | None:
    """Return the id that the caller gave its request, None where there is none that is harmless."""
    given = header_of(scope, HEADER_NAME)
    return given if given is not None and _ACCEPTABLE.fullmatch(given) else None
