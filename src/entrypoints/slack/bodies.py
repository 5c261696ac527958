"""What Slack sends, out of the bytes of a request."""

import json
from typing import Any
from urllib.parse import parse_qs

from application.slack.payloads import SlackRequestKind
from domain.errors import InvalidRequestError

JsonObject = dict[str, Any]


def payload_of(kind: SlackRequestKind, body: bytes) -> JsonObject:
    """Return the payload of a request.

    Raises:
        InvalidRequestError: it has none, though Slack has signed it.
    """
    try:
        if kind is SlackRequestKind.EVENT:
            return _object(body)
        fields = {name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
        if kind is SlackRequestKind.COMMAND or "ssl_check" in fields:
            return dict(fields)
        return _object(fields["payload"])
    except (ValueError, KeyError) as error:
        raise InvalidRequestError("payload", f"it is none of Slack's: {error}.") from error


def _object(text: str | bytes) -> JsonObject:
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError("no object")  # noqa: TRY004  # what the caller translates
    return found
