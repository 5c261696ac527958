"""Multipart bodies: a template file and small fields."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from application.use_cases.inspect_upload import TemplateUpload
from domain.errors import InvalidRequestError
from domain.near_names import no_such
from domain.template import MAX_TAGS
from entrypoints.http.described_models import refer_to
from entrypoints.http.errors import MalformedRequestError, UnsupportedBodyError
from entrypoints.http.multipart import parse_form, utf8_text

# Each tag may come in a part of its own, beside the other fields.
_MAX_FIELDS = MAX_TAGS + 20
# The template, and one field that comes as a file.
_MAX_FILES = 2
_TRUE = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


@dataclass(frozen=True, slots=True)
class UploadForm:
    """A form with a template file in the part `file`."""

    upload: TemplateUpload
    fields: dict[str, list[str]]

    def text(self, name: str) -> str | None:
        """Return a field's text, None where it is absent.

        Raises:
            InvalidRequestError: it is given more than once.
        """
        values = self.fields.get(name, [])
        if len(values) > 1:
            raise InvalidRequestError(name, "the field is given more than once.")
        return values[0] if values else None

    def filled(self, name: str) -> str | None:
        """Return a field's text, None also where it is empty, as a form in a browser sends what nobody filled in."""
        return self.text(name) or None

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a field that may be repeated, or hold several values with commas between them."""
        values = [part.strip() for value in self.fields.get(name, []) for part in value.split(",")]
        return tuple(dict.fromkeys(value for value in values if value))

    def flag(self, name: str) -> bool:
        """Return a field that is true or false; absent means false.

        Raises:
            InvalidRequestError: it is neither.
        """
        value = (self.text(name) or "false").lower()
        if value not in _TRUE:
            raise InvalidRequestError(name, f"{value[:20]!r} is neither 'true' nor 'false'.")
        return _TRUE[value]


async def read_upload_form(request: Request, known: frozenset[str], max_field_bytes: int = 100_000) -> UploadForm:
    """Read a multipart body; a field may also come as a file, as curl's `-F data=@file` sends it.

    Raises:
        UnsupportedBodyError: the body is not multipart/form-data.
        MalformedRequestError: it is broken, or the part `file` is missing.
        PayloadTooLargeError: a field is larger than `max_field_bytes`.
        InvalidRequestError: it has a field that the operation does not know, or one that is not in UTF-8.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "multipart/form-data":
        raise UnsupportedBodyError("Send the template as multipart/form-data, in the part 'file' (curl: -F file=@...).")
    form = await parse_form(request, max_files=_MAX_FILES, max_fields=_MAX_FIELDS, max_field_bytes=max_field_bytes)
    try:
        return UploadForm(await _upload_of(form), await _fields_of(form, known))
    finally:
        await form.close()


async def _upload_of(form: FormData) -> TemplateUpload:
    files = form.getlist("file")
    if len(files) > 1:
        raise MalformedRequestError("There is more than one part 'file': send one template at a time.")
    if not files:
        raise MalformedRequestError(
            "The part 'file' with the template's file is missing or cut off (curl: -F file=@letter.docx)."
        )
    file = files[0]
    if isinstance(file, str) or not file.filename:
        raise InvalidRequestError("file", "the part has no file name, from which the format follows: add one.")
    # Some clients send the whole path, which is of no concern here (RFC 7578, section 4.2).
    name = re.split(r"[/\\]", utf8_text("file name", file.filename))[-1]
    return TemplateUpload(name, await file.read())


async def _fields_of(form: FormData, known: frozenset[str]) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for sent_name, value in form.multi_items():
        name = utf8_text("field name", sent_name)
        if name == "file":
            continue
        if name not in known:
            raise InvalidRequestError(name, no_such("field", name, known | {"file"}))
        fields.setdefault(name, []).append(await _text_of(name, value))
    return fields


async def _text_of(name: str, value: UploadFile | str) -> str:
    return utf8_text(name, value if isinstance(value, str) else await value.read())


_FILE_SCHEMA: Final = {
    "type": "string",
    "format": "binary",
    "description": "The template: .docx, .md or .txt, as the file name of the part says.",
}


def form_docs(title: str, required: Sequence[str] = (), /, **fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the OpenAPI description of a form with the part `file` and fields of these schemas.

    Generated clients name its class by `title`.
    """
    encoding = {
        name: {"contentType": "application/json"}
        for name, schema in fields.items()
        if schema.get("type") == "object" or "$ref" in schema
    }
    schema = {
        "title": title,
        "type": "object",
        "required": ["file", *required],
        "properties": {"file": _FILE_SCHEMA, **fields},
        "additionalProperties": False,
    }
    return {"schema": refer_to(title, schema), **({"encoding": encoding} if encoding else {})}


def multipart_docs(title: str, /, **fields: Mapping[str, Any]) -> dict[str, object]:
    """Return the OpenAPI request body of an upload with these fields."""
    return {"requestBody": {"required": True, "content": {"multipart/form-data": form_docs(title, **fields)}}}
