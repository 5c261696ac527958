"""The rendering engine."""

from abc import abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

from domain.diagnostics import Diagnostic
from domain.formats import TemplateFormat
from domain.identifiers import WorkspaceId
from domain.placeholder import Placeholder
from domain.render_request import RenderOptions
from domain.workspace import DEFAULT_WORKSPACE_ID

# The contents of assets by name, and the files of templates within templates (see domain.asset.template_file); None
# for one that was looked for and is not there.
Assets: TypeAlias = Mapping[str, bytes | None]
NO_ASSETS: Final[Assets] = {}


@dataclass(frozen=True, slots=True)
class TemplateSource:
    """A template's file. Engines keep compiled templates by `sha256` and call `load` only where they have none.

    The work on it counts against the share of `workspace_id`; commands without a server know the default one alone.
    `refinements` are what its author says of the data beside the file (see TemplateVersion): renders and validations
    hold to the types, choices and limits declared there, and put defaults in the place of what is missing.
    """

    format: TemplateFormat
    sha256: str
    load: Callable[[], Awaitable[bytes]]
    workspace_id: WorkspaceId = DEFAULT_WORKSPACE_ID
    refinements: str | None = None


@dataclass(frozen=True, slots=True)
class TemplateInspection:
    """What an engine finds in a template: with an error among the diagnostics it cannot be rendered."""

    diagnostics: tuple[Diagnostic, ...]
    placeholders: tuple[Placeholder, ...]


@dataclass(frozen=True, slots=True)
class RenderedDocument:
    """A finished document. `file_name` is the rendered wish of the options, not yet made safe; None without one."""

    content: bytes
    diagnostics: tuple[Diagnostic, ...] = ()
    file_name: str | None = None


class TemplateRenderer(Protocol):
    """Reads templates and turns data into documents.

    Deterministic: the same file, data and options give the same part contents. `data` is JSON text in UTF-8.
    Never raises anything but the errors named here, whatever the template or the data holds. Every method may also
    raise QueueFullError where the workspace has more work waiting than its share, and OverloadedError where there is
    more than the service can do; both say when to try again; and CallerGoneError where the work has to wait and the
    caller does so no longer (UNTIL_CALLER_GONE of application/waiting_caller.py).
    """

    @abstractmethod
    async def inspect(self, source: TemplateSource) -> TemplateInspection:
        """Return all findings and placeholders of a template, broken ones included; never raises for its contents."""

    @abstractmethod
    async def check_piece(self, source: TemplateSource) -> tuple[Diagnostic, ...]:
        """Return what keeps a Word file from being put into documents as it is; tags in it are text."""

    @abstractmethod
    async def validate(
        self, source: TemplateSource, data: bytes, options: RenderOptions, assets: Assets = NO_ASSETS
    ) -> tuple[Diagnostic, ...]:
        """Return what a render of this data would complain of, without making a document; empty if nothing.

        Raises:
            AssetsNeededError: it names assets that are not among `assets`.
        """

    @abstractmethod
    async def render(
        self, source: TemplateSource, data: bytes, options: RenderOptions, assets: Assets = NO_ASSETS
    ) -> RenderedDocument:
        """Make the document.

        Raises:
            AssetsNeededError: it names assets that are not among `assets`.
            TemplateInvalidError: the template has errors.
            DataInvalidError: the data is no JSON object, or lacks values; all missing paths are reported at once.
            RenderFailedError: the template failed while it ran.
            LimitExceededError: it asked for more than the limits allow.
            TimeLimitError: it took longer than a render may take.
            UnsupportedOutputError: the options ask for an output that this format cannot become.
        """
