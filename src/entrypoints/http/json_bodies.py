"""JSON bodies that stay what they are: numbers that a float cannot hold are refused, and so are doubled keys."""

import json
import re
from decimal import Decimal
from typing import Any, Final, NoReturn

import msgspec
from starlette.requests import Request
from typing_extensions import override

from entrypoints.http.errors import DoubledKeyError, MalformedRequestError, UnsupportedBodyError

_MAX_DIGITS: Final = 100
# How lists and objects begin.
_NESTED: Final = (b"[", b"{")
# Where the parser gave up, and how near to that is what it gave up on.
_PLACE: Final = re.compile(r"\(byte ([0-9]+)\)")
_NEAR: Final = 16
# Half of a surrogate pair without its other half (RFC 8259, section 8.2), behind an even number of backslashes.
_HALF_A_CHARACTER: Final = re.compile(
    rb"(?<!\\)(?:\\\\)*(?:\\u[dD][89abAB]..(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB]..)\\u[dD][c-fC-F])", re.DOTALL
)


async def read_json(request: Request) -> Any:
    """Return the body's value.

    Raises:
        UnsupportedBodyError: its content type is not that of JSON.
        MalformedRequestError: see value_of.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise UnsupportedBodyError("Send the body as application/json (curl: -H 'Content-Type: application/json').")
    return value_of(await request.body())


class StrictRequest(Request):
    """A request whose body, as the framework reads it, is held to the same: of two equal keys, which one was meant?"""

    @override
    async def json(self) -> Any:
        """Return the body's value, as `read_json` does."""
        return value_of(await self.body())


def value_of(body: bytes, *within: str) -> Any:
    """Return the value of JSON text, which stands in the body at these keys.

    Raises:
        MalformedRequestError: it is no JSON, or has a number with too many digits.
        DoubledKeyError: an object has a key twice.
    """
    objects = _Objects()
    try:
        value = json.loads(
            body.decode(),
            parse_float=_float,
            parse_int=_int,
            parse_constant=_no_number,
            object_pairs_hook=objects.of,
        )
    except UnicodeDecodeError:
        raise MalformedRequestError("The body is not in UTF-8.") from None
    except RecursionError:
        raise MalformedRequestError("The body nests too deep.") from None
    except json.JSONDecodeError as error:
        raise MalformedRequestError(f"The body is not valid JSON: {error}.") from None
    objects.refuse_doubled(value, within)
    return value


class _Name:
    """A key of an object, equal to none: of two that read the same, both are kept."""

    __slots__ = ("text",)

    def __init__(self, _: type, text: str) -> None:
        self.text = text


_members = msgspec.json.Decoder(dict[_Name, msgspec.Raw], dec_hook=_Name)


def members_of(body: bytes) -> dict[str, msgspec.Raw]:
    """Return the members of an object in JSON, each as the text that it is.

    Raises:
        MalformedRequestError: it is no such object.
        DoubledKeyError: it has a key twice.
    """
    try:
        pairs = _members.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedRequestError(_why_unreadable(body, error)) from None
    found: dict[str, msgspec.Raw] = {}
    for name, text in pairs.items():
        if name.text in found:
            raise DoubledKeyError((name.text,))
        found[name.text] = text
    return found


def values_of(members: dict[str, msgspec.Raw]) -> dict[str, Any]:
    """Return the values of members.

    Raises:
        MalformedRequestError: see value_of.
    """
    return {name: _member(name, bytes(text)) for name, text in members.items()}


def _member(name: str, text: bytes) -> Any:
    if text.startswith(_NESTED):
        return value_of(text, name)
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedRequestError(_why_unreadable(text, error)) from None


def _why_unreadable(text: bytes, error: Exception) -> str:
    if not text.strip():
        return "The body is empty: send a JSON object."
    said = _PLACE.search(str(error))
    place = int(said[1]) if said else len(text)
    # The parser's own words are about the bytes behind it.
    if _HALF_A_CHARACTER.search(text, max(0, place - _NEAR), place + _NEAR):
        return f"A text in the body holds half a character (a lone surrogate, near byte {place}): remove it."
    return f"The body is not a JSON object: {error}."


class _Objects:
    """Makes the objects of a value, the inner ones first, and remembers which have a key twice."""

    def __init__(self) -> None:
        self._doubled: list[tuple[dict[str, Any], str]] = []

    def of(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        """Return an object."""
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            self._doubled.append((found, next(name for name in names if names.count(name) > 1)))
        return found

    def refuse_doubled(self, value: Any, within: tuple[str, ...]) -> None:
        """Raise a DoubledKeyError that says where in the value an object has a key twice, if one has."""
        if not self._doubled:
            return
        # The last one made is in no other that has one twice, which may have lost it.
        doubled, name = self._doubled[-1]
        left: list[tuple[Any, tuple[str, ...]]] = [(value, within)]
        while left:
            found, path = left.pop()
            if found is doubled:
                raise DoubledKeyError((*path, name))
            if isinstance(found, dict):
                left.extend((each, (*path, key)) for key, each in found.items())
            elif isinstance(found, list):
                left.extend((each, (*path, str(index))) for index, each in enumerate(found))


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
