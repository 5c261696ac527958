"""JSON bodies that stay what they are: numbers that a float cannot hold are refused, and so are doubled keys."""

import json
from decimal import Decimal
from typing import Any, Final, NoReturn

from starlette.requests import Request
from typing_extensions import override

from entrypoints.http.errors import MalformedRequestError, UnsupportedBodyError

_MAX_DIGITS: Final = 100


async def read_json(request: Request) -> Any:
    """Return the body's value.

    Raises:
        UnsupportedBodyError: its content type is not that of JSON.
        MalformedRequestError: it is no JSON, or has a number with too many digits, or a key twice.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise UnsupportedBodyError("Send the body as application/json (curl: -H 'Content-Type: application/json').")
    return _value_of(await request.body())


class StrictRequest(Request):
    """A request whose body, as the framework reads it, is held to the same: of two equal keys, which one was meant?"""

    @override
    async def json(self) -> Any:
        """Return the body's value, as `read_json` does."""
        return _value_of(await self.body())


def _value_of(body: bytes) -> Any:
    try:
        return json.loads(
            body.decode(),
            parse_float=_float,
            parse_int=_int,
            parse_constant=_no_number,
            object_pairs_hook=_object,
        )
    except UnicodeDecodeError:
        raise MalformedRequestError("The body is not in UTF-8.") from None
    except RecursionError:
        raise MalformedRequestError("The body nests too deep.") from None
    except json.JSONDecodeError as error:
        raise MalformedRequestError(f"The body is not valid JSON: {error}.") from None


def _float(text: str) -> float:
    number = float(text)
    if len(text) > _MAX_DIGITS or Decimal(repr(number)) != Decimal(text):
        raise MalformedRequestError(f"The number {text[:40]} has more digits than are kept: shorten it.")
    return number


def _int(text: str) -> int:
    if len(text) > _MAX_DIGITS:
        raise MalformedRequestError(f"The number {text[:40]}… has more digits than are kept: shorten it.")
    return int(text)


def _no_number(text: str) -> NoReturn:
    raise MalformedRequestError(f"The body is not valid JSON: {text} is no number.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise MalformedRequestError(f"The body has the key {twice[:80]!r} twice in one object: keep one of them.")
    return found
