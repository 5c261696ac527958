"""Read an uploaded template file: its format, what it needs, and what is wrong with it."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from application.ports.template_renderer import TemplateInspection, TemplateRenderer, TemplateSource
from application.settings_in_force import SettingsInForce
from domain.diagnostics import Diagnostic, Severity, has_errors
from domain.errors import InvalidRequestError, PayloadTooLargeError, TemplateInvalidError, UnsupportedMediaTypeError
from domain.formats import EXTENSION_ADVICE, TemplateFormat, extension_of, template_format_of
from domain.identifiers import TemplateId, WorkspaceId
from domain.refinement_reader import carry_over
from domain.schema import JsonObject, infer_schema
from domain.template import TemplateVersion
from domain.workspace import DEFAULT_WORKSPACE_ID

MAX_FILE_NAME_LENGTH = 255


@dataclass(frozen=True, slots=True)
class TemplateUpload:
    """A file as it came: its name (the format follows from the extension) and bytes."""

    file_name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class InspectedUpload:
    """A file that was read; the properties of `schema` stand in the order of use."""

    upload: TemplateUpload
    source: TemplateSource
    inspection: TemplateInspection
    schema: JsonObject

    @property
    def ok(self) -> bool:
        """Tell whether the template can be rendered."""
        return not has_errors(self.inspection.diagnostics)

    def as_version(
        self,
        template_id: TemplateId,
        number: int,
        *,
        created_at: datetime,
        created_by: str,
        latest: TemplateVersion | None = None,
    ) -> TemplateVersion:
        """Return the file as a version of this template; what was said about the data of its latest one is kept.

        What does not fit the new file any more is dropped, with a warning.
        """
        kept, lost = carry_over(latest.said() if latest else {}, self.schema)
        return TemplateVersion(
            template_id=template_id,
            number=number,
            sha256=self.source.sha256,
            size=len(self.upload.content),
            file_name=self.upload.file_name,
            diagnostics=(*self.inspection.diagnostics, *map(_dropped, lost.items())),
            placeholders=self.inspection.placeholders,
            schema=json.dumps(self.schema, ensure_ascii=False),
            created_at=created_at,
            created_by=created_by,
            refinements=json.dumps(kept, ensure_ascii=False) if kept else None,
        )

    def require_ok(self) -> None:
        """Refuse a template with errors.

        Raises:
            TemplateInvalidError: with all findings.
        """
        if not self.ok:
            raise TemplateInvalidError(
                f"The template {self.upload.file_name!r} cannot work as it is, and nothing was stored: "
                "mend what the diagnostics name and upload it again.",
                self.inspection.diagnostics,
            )


def _dropped(lost: tuple[str, str]) -> Diagnostic:
    path, reason = lost
    message = f"What was said in the schema about {path or 'the data'} is not kept for this version: {reason}"
    return Diagnostic(Severity.WARNING, "refinement-dropped", message, "Say it again for another path, if need be.")


class InspectUpload:
    """A file of a known kind and permitted size is read in whole; all findings are reported at once."""

    def __init__(self, renderer: TemplateRenderer, settings: SettingsInForce) -> None:
        self._renderer = renderer
        self._settings = settings

    async def __call__(
        self, upload: TemplateUpload, workspace_id: WorkspaceId = DEFAULT_WORKSPACE_ID
    ) -> InspectedUpload:
        """Inspect the file; the work is the workspace's.

        Raises:
            UnsupportedMediaTypeError: the extension is not one of a template.
            PayloadTooLargeError: the file is larger than the limit.
            InvalidRequestError: the file's name cannot be kept.
            QueueFullError, OverloadedError: see TemplateRenderer.
        """
        source = source_of(upload, workspace_id, (await self._settings.of(workspace_id)).template_bytes)
        inspection = await self._renderer.inspect(source)
        return InspectedUpload(upload, source, inspection, infer_schema(inspection.placeholders))


def source_of(upload: TemplateUpload, workspace_id: WorkspaceId, max_bytes: int) -> TemplateSource:
    """Return an upload as a renderer takes it; the work is the workspace's.

    Raises:
        UnsupportedMediaTypeError: the extension is not one of a template.
        PayloadTooLargeError: the file is larger than the limit.
        InvalidRequestError: the file's name cannot be kept.
    """
    template_format = _format_of(upload.file_name)
    if len(upload.content) > max_bytes:
        raise PayloadTooLargeError(f"The template {upload.file_name!r}", max_bytes)

    async def load() -> bytes:
        return upload.content

    return TemplateSource(template_format, hashlib.sha256(upload.content).hexdigest(), load, workspace_id)


def _format_of(file_name: str) -> TemplateFormat:
    if not 0 < len(file_name) <= MAX_FILE_NAME_LENGTH or any(ord(character) < ord(" ") for character in file_name):
        raise InvalidRequestError(
            "file", f"the file needs a name of 1 to {MAX_FILE_NAME_LENGTH} characters without control characters."
        )
    template_format = template_format_of(file_name)
    if template_format is None:
        advice = EXTENSION_ADVICE.get(extension_of(file_name), "Templates are .docx, .md or .txt files.")
        raise UnsupportedMediaTypeError(f"{file_name!r} is not a kind of file that can be a template. {advice}")
    return template_format
