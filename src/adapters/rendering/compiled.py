"""What every format's compiler makes of a template file."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, Protocol

from adapters.rendering.language.fields import Field, Rule
from adapters.rendering.language.limits import DEFAULT_LIMITS, Limits
from adapters.rendering.language.session import RenderSession
from domain.diagnostics import Diagnostic
from domain.formats import OutputFormat, TemplateFormat
from domain.placeholder import Placeholder


class Program(Protocol):
    """A template that can run; it holds no state of a render and may run in several threads at once."""

    @abstractmethod
    def render(self, session: RenderSession, output: OutputFormat) -> bytes:
        """Make the document's bytes; missing values are collected in the session, which the caller then asks."""

    @abstractmethod
    def record(self) -> Any:
        """Return what marshal can keep of this program; its class makes the same program `of_record`."""


@dataclass(frozen=True, slots=True)
class CompiledTemplate:
    """A compiled template file; `program` is None where the diagnostics hold an error.

    `fields` are what its author declares about the data in it, `refinements` what is said of a single render beside it.
    The engine adds the format and the limits that the file was compiled with.
    """

    program: Program | None
    diagnostics: tuple[Diagnostic, ...]
    placeholders: tuple[Placeholder, ...]
    format: TemplateFormat | None = None
    limits: Limits = DEFAULT_LIMITS
    fields: tuple[Field, ...] = ()
    refinements: tuple[Rule, ...] = ()
