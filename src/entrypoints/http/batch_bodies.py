"""Requests for batches: rows in JSON, or a file of them in a form. Either way they go to the disk, unread."""

import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from application.ports.row_reader import RowSource
from domain.errors import InvalidRequestError, UnsupportedMediaTypeError
from domain.formats import extension_of
from domain.rows import ROWS_ADVICE, RowFormat, row_format_of
from entrypoints.http.described_models import refer_to, reference_to
from entrypoints.http.errors import DoubledKeyError, MalformedRequestError, UnsupportedBodyError
from entrypoints.http.json_bodies import members_of, value_of, values_of
from entrypoints.http.multipart import parse_form, utf8_text
from entrypoints.http.schemas.batches import BatchBody, BatchEnvelope, BatchFormFields

_ROWS: Final = "rows"
_MAX_FIELD_BYTES: Final = 100_000
_MAX_FIELDS: Final = 30
# The rows, and a mapping that comes as a file.
_MAX_FILES: Final = 2
# In a form every value is text.
_NUMBERS: Final = frozenset({"version", "expires_in"})

_Said = TypeVar("_Said", bound=BatchEnvelope)


@dataclass(frozen=True, slots=True)
class BatchWish:
    """A request as it was read."""

    said: BatchEnvelope
    rows: RowSource


@asynccontextmanager
async def batch_wish(request: Request) -> AsyncIterator[BatchWish]:
    """Read the body; its rows are there within the block.

    Raises:
        UnsupportedBodyError: it is neither JSON nor a form.
        MalformedRequestError: it is broken, or has no rows.
        UnsupportedMediaTypeError: rows are not read from files of this kind.
        PayloadTooLargeError: a field is too large.
        InvalidRequestError, RequestValidationError: a field is wrong.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == "multipart/form-data":
        form = await parse_form(request, max_files=_MAX_FILES, max_fields=_MAX_FIELDS, max_field_bytes=_MAX_FIELD_BYTES)
        try:
            yield BatchWish(_validated(BatchFormFields, await _fields_of(form)), _source_of(form))
        finally:
            await form.close()
        return
    if media_type != "application/json":
        raise UnsupportedBodyError(
            "Send the batch as application/json with 'items', or as multipart/form-data with a file of rows in the "
            "part 'rows' (curl: -F rows=@people.csv -F template=letter)."
        )
    said, items = _split(await request.body())
    with tempfile.TemporaryFile() as file:
        file.write(items)
        yield BatchWish(said, RowSource(file, RowFormat.JSON))


def _split(body: bytes) -> tuple[BatchEnvelope, bytes]:
    """Return what a body says, and the text of its items."""
    members = members_of(body)
    items = members.pop("items", None)
    values = values_of(members)
    if items is None:
        raise InvalidRequestError("items", "it is missing: give the rows as a list of objects, or send a file of them.")
    text = bytes(items)
    if not text.startswith(b"["):
        raise InvalidRequestError("items", "this is no list: give the rows as a list of objects.")
    return _validated(BatchEnvelope, values), text


def _validated(model: type[_Said], values: dict[str, Any]) -> _Said:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        found = error.errors(include_url=False)
        raise RequestValidationError([{**each, "loc": ("body", *each["loc"])} for each in found]) from None


async def _fields_of(form: FormData) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for sent_name, value in form.multi_items():
        name = utf8_text("field name", sent_name)
        if name == _ROWS:
            continue
        if name in fields:
            raise InvalidRequestError(name, "the field is given more than once.")
        text = utf8_text(name, value if isinstance(value, str) else await value.read())
        if text:  # a form in a browser sends what nobody filled in
            fields[name] = _value_of(name, text)
    return fields


def _value_of(name: str, text: str) -> Any:
    if name in _NUMBERS and text.isascii() and text.isdigit() and len(text) < len("12345678901234567890"):
        return int(text)
    if name == "mapping":
        try:
            return value_of(text.encode(), name)
        except DoubledKeyError:
            raise
        except MalformedRequestError:
            reason = 'give a JSON object of columns and paths: {"First name": "customer.first_name"}.'
            raise InvalidRequestError(name, reason) from None
    return text


def _source_of(form: FormData) -> RowSource:
    files = form.getlist(_ROWS)
    if len(files) > 1:
        raise MalformedRequestError("There is more than one part 'rows': send one file at a time.")
    if not files:
        raise MalformedRequestError("The part 'rows' with the rows' file is missing (curl: -F rows=@people.csv).")
    file = files[0]
    if not isinstance(file, UploadFile) or not file.filename:
        raise InvalidRequestError(_ROWS, "the part has no file name, from which the format follows: add one.")
    # Some clients send the whole path, which is of no concern here (RFC 7578, section 4.2).
    name = re.split(r"[/\\]", utf8_text("file name", file.filename))[-1]
    found = row_format_of(name)
    if found is None:
        advice = ROWS_ADVICE.get(extension_of(name), "Rows are .csv, .tsv, .xlsx, .jsonl or .json files.")
        raise UnsupportedMediaTypeError(f"{name[:80]!r} is not a kind of file that rows are read from. {advice}")
    return RowSource(file.file, found)


def batch_body_docs() -> dict[str, Any]:
    """Return the OpenAPI request body."""
    fields = BatchFormFields.model_json_schema(ref_template="#/components/schemas/{model}")
    file = {
        "type": "string",
        "format": "binary",
        "description": "The rows: .csv, .tsv, .xlsx, .jsonl or .json, as the file name of the part says.",
    }
    schema = {
        "title": "BatchForm",
        "type": "object",
        "required": [_ROWS, *fields["required"]],
        "properties": {_ROWS: file, **fields["properties"]},
        "additionalProperties": False,
    }
    encoding = {"mapping": {"contentType": "application/json"}}
    return {
        "required": True,
        "content": {
            "application/json": {"schema": reference_to(BatchBody)},
            "multipart/form-data": {"schema": refer_to("BatchForm", schema), "encoding": encoding},
        },
    }
