"""Findings about a template or its data, with the place where a person finds them."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is: an error stops the template or the render, the others do not."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Part(StrEnum):
    """The piece of a document that a place lies in, in words its author knows."""

    BODY = "body"
    HEADER = "header"
    FOOTER = "footer"
    FOOTNOTES = "footnotes"
    ENDNOTES = "endnotes"
    COMMENTS = "comments"
    PROPERTIES = "properties"
    CHART = "chart"
    DIAGRAM = "diagram"
    TEXT = "text"
    FILE_NAME = "file_name"
    PACKAGE = "package"


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a template; every number counts from 1, and what does not apply is None.

    `number` tells headers (footers, charts, diagrams) apart; `paragraph` counts within the part, or within the cell
    where `table`, `row` and `cell` are given; `line` and `column` belong to text and Markdown.
    """

    part: Part
    number: int | None = None
    paragraph: int | None = None
    table: int | None = None
    row: int | None = None
    cell: int | None = None
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        """Say the place in words, from the outside in: 'header 1, table 2, row 3, cell 1'."""
        part = self.part.replace("_", " ") + (f" {self.number}" if self.number else "")
        inner = ("table", "row", "cell", "paragraph", "line", "column")
        return ", ".join([part, *(f"{name} {value}" for name in inner if (value := getattr(self, name)))])


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding.

    `message` is a plain sentence for the person who wrote the template; `suggestion` says what to do; `snippet` holds
    the words around the place; `pointer` is a JSON Pointer (RFC 6901) into the data where the finding is about data.
    """

    severity: Severity
    code: str
    message: str
    suggestion: str | None = None
    location: Location | None = None
    snippet: str | None = None
    pointer: str | None = None

    def __str__(self) -> str:
        """Say the finding in one line, as the command line prints it."""
        places = [str(self.location)] if self.location else []
        if self.pointer:
            places.append(f"data {self.pointer}")
        place = f" ({'; '.join(places)})" if places else ""
        words = f": «{self.snippet}»" if self.snippet else ""
        advice = f" {self.suggestion}" if self.suggestion else ""
        return f"{self.severity}[{self.code}]{place}{words} {self.message}{advice}"


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Tell whether any finding is an error."""
    return any(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)
