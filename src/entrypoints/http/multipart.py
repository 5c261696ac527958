"""Starlette's multipart parser, with errors that say what to do, and strict about UTF-8."""

from email.message import Message

from starlette.datastructures import FormData, Headers
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from typing_extensions import override

from domain.errors import InvalidRequestError, PayloadTooLargeError
from entrypoints.http.errors import MalformedRequestError

_BROKEN = {"Invalid multipart data.": "The multipart body is broken: its parts do not fit the boundary."}


class _Parser(MultiPartParser):
    @override
    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        part = self._current_part
        if part.file is None and len(part.data) + end - start > self.max_part_size:
            raise PayloadTooLargeError(f"The field {part.field_name[:80]!r}", self.max_part_size)
        super().on_part_data(data, start, end)


async def parse_form(request: Request, *, max_files: int, max_fields: int, max_field_bytes: int) -> FormData:
    """Read a multipart body. Its texts stay undecoded: `utf8_text` gives them.

    Raises:
        MalformedRequestError: it is broken, or has too many parts.
        PayloadTooLargeError: a field is larger than `max_field_bytes`.
    """
    # Starlette reads texts that are not UTF-8 as Latin-1; reading all of them so keeps their bytes.
    headers = Headers({"Content-Type": f'multipart/form-data; boundary="{_boundary_of(request)}"; charset=latin-1'})
    parser = _Parser(
        headers, request.stream(), max_files=max_files, max_fields=max_fields, max_part_size=max_field_bytes
    )
    try:
        return await parser.parse()
    except MultiPartException as error:
        raise MalformedRequestError(_BROKEN.get(error.message, error.message)) from None


def _boundary_of(request: Request) -> str:
    header = Message()
    header["Content-Type"] = request.headers["content-type"]
    boundary = header.get_boundary()
    if not boundary or not boundary.isascii() or not boundary.isprintable() or {'"', "\\"} & set(boundary):
        raise MalformedRequestError(
            "The Content-Type names no boundary between the parts: let your HTTP library set this header."
        )
    return boundary


def utf8_text(field: str, value: str | bytes) -> str:
    """Return a text of a form that `parse_form` has read.

    Raises:
        InvalidRequestError: it is not UTF-8.
    """
    try:
        return (value.encode("latin-1") if isinstance(value, str) else value).decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidRequestError(field, "this is not text in UTF-8.") from None
