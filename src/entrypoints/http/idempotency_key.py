"""The header Idempotency-Key: what may stand in it, and which operations look at it."""

import re
from typing import Final

from starlette.requests import Request

from domain.errors import InvalidRequestError

IDEMPOTENCY_KEY: Final = "Idempotency-Key"
MAX_KEY: Final = 255
KEY_PATTERN: Final = "^[!-~]+( +[!-~]+)*$"

# They store nothing, so that doing it once more is as good as an answer that is kept; a link is as good as a key.
CARRIED_OUT_AGAIN: Final = frozenset({"validate_template", "create_link", "create_slack_install_link"})
# Their answers hold a secret, which is shown once and kept nowhere.
SECRET_ANSWERS: Final = frozenset({"create_api_key", "create_webhook", "rotate_webhook_secret"})


def key_of(request: Request) -> str | None:
    """Return the key of a request, None where it has none.

    Raises:
        InvalidRequestError: there are several, or it is none.
    """
    given = request.headers.getlist(IDEMPOTENCY_KEY)
    if not given:
        return None
    if len(given) > 1:
        raise InvalidRequestError(IDEMPOTENCY_KEY, "send this header once.")
    key = given[0].strip()
    if len(key) > MAX_KEY or not re.fullmatch(KEY_PATTERN.strip("^$"), key):
        raise InvalidRequestError(IDEMPOTENCY_KEY, f"give 1 to {MAX_KEY} visible ASCII characters, such as a UUID.")
    return key
