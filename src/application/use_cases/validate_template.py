"""Say what a template needs and what is wrong with it, with or without data; nothing is stored."""

from dataclasses import dataclass

from application.defaults import NO_WISHES, RenderWishes
from application.ports.clock import Clock
from application.ports.template_renderer import TemplateRenderer
from application.settings_in_force import SettingsInForce
from application.use_cases.inspect_upload import InspectUpload, TemplateUpload
from domain.diagnostics import Diagnostic, has_errors
from domain.errors import PayloadTooLargeError
from domain.identifiers import WorkspaceId
from domain.placeholder import Placeholder
from domain.sample import sample_of
from domain.schema import JsonObject
from domain.workspace import DEFAULT_WORKSPACE_ID


@dataclass(frozen=True, slots=True)
class ValidateTemplateCommand:
    """A template file, and data (JSON text) to try it with where there is some; the work is the workspace's."""

    upload: TemplateUpload
    data: bytes | None = None
    wishes: RenderWishes = NO_WISHES
    workspace_id: WorkspaceId = DEFAULT_WORKSPACE_ID


@dataclass(frozen=True, slots=True)
class TemplateReport:
    """Everything found: `ok` says that the template, with the data if given, would make a document."""

    diagnostics: tuple[Diagnostic, ...]
    placeholders: tuple[Placeholder, ...]
    schema: JsonObject
    sample: JsonObject

    @property
    def ok(self) -> bool:
        """Tell whether nothing found is an error."""
        return not has_errors(self.diagnostics)


class ValidateTemplate:
    """Findings about the template and, where it works, about the data: all of them in one answer."""

    def __init__(
        self,
        inspect_upload: InspectUpload,
        renderer: TemplateRenderer,
        settings: SettingsInForce,
        clock: Clock,
    ) -> None:
        self._inspect_upload = inspect_upload
        self._renderer = renderer
        self._settings = settings
        self._clock = clock

    async def __call__(self, command: ValidateTemplateCommand) -> TemplateReport:
        """Validate the template.

        Raises:
            PayloadTooLargeError: the file or the data is larger than its limit.
            UnsupportedMediaTypeError, InvalidRequestError: see InspectUpload.
        """
        in_force = await self._settings.of(command.workspace_id)
        if command.data is not None and len(command.data) > in_force.data_bytes:
            raise PayloadTooLargeError("The data", in_force.data_bytes)
        inspected = await self._inspect_upload(command.upload, command.workspace_id)
        diagnostics = inspected.inspection.diagnostics
        if command.data is not None and inspected.ok:
            options = in_force.defaults.complete(command.wishes, inspected.source.format, None, self._clock.now())
            found = await self._renderer.validate(inspected.source, command.data, options)
            diagnostics += tuple(diagnostic for diagnostic in found if diagnostic not in diagnostics)
        placeholders, schema = inspected.inspection.placeholders, inspected.schema
        return TemplateReport(diagnostics, placeholders, schema, sample_of(schema))
