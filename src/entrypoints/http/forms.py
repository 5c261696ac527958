"""Multipart bodies: a template file and small fields."""

from dataclasses import dataclass

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from application.use_cases.inspect_upload import TemplateUpload
from domain.errors import InvalidRequestError
from entrypoints.http.errors import MalformedRequestError, UnsupportedBodyError

_MAX_FIELDS = 20
_TRUE = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


@dataclass(frozen=True, slots=True)
class UploadForm:
    """A form with a template file in the part `file`."""

    upload: TemplateUpload
    fields: dict[str, list[str]]

    def text(self, name: str) -> str | None:
        """Return a field's text, None where it is absent."""
        values = self.fields.get(name)
        return values[0] if values else None

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
        InvalidRequestError: it has a field that the operation does not know.
    """
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise UnsupportedBodyError("Send the template as multipart/form-data, in the part 'file' (curl: -F file=@...).")
    async with request.form(max_files=2, max_fields=_MAX_FIELDS, max_part_size=max_field_bytes) as form:
        return UploadForm(await _upload_of(form), await _fields_of(form, known))


async def _upload_of(form: FormData) -> TemplateUpload:
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise MalformedRequestError("The part 'file' with the template's file is missing (curl: -F file=@letter.docx).")
    return TemplateUpload(file.filename or "", await file.read())


async def _fields_of(form: FormData, known: frozenset[str]) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if name == "file":
            continue
        if name not in known:
            raise InvalidRequestError(name, f"there is no such field; the fields are: {', '.join(sorted(known))}.")
        fields.setdefault(name, []).append(await _text_of(name, value))
    return fields


async def _text_of(name: str, value: UploadFile | str) -> str:
    if isinstance(value, str):
        return value
    try:
        return (await value.read()).decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidRequestError(name, "the field is not text in UTF-8.") from None


def multipart_docs(**fields: str) -> dict[str, object]:
    """Return the OpenAPI request body of an upload with these text fields (name = description)."""
    properties = {
        "file": {"type": "string", "format": "binary", "description": "The template: .docx, .md or .txt."},
        **{name: {"type": "string", "description": text} for name, text in fields.items()},
    }
    schema = {"type": "object", "required": ["file"], "properties": properties}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}
