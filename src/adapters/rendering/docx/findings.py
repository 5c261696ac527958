"""Diagnostics about a Word file: short ways to say them, and the exception that stops a hopeless file."""

from domain.diagnostics import Diagnostic, Location, Part, Severity

_PACKAGE = Location(Part.PACKAGE)


class UnusableFileError(Exception):
    """The file cannot be read any further; carries the finding. Never leaves this package."""

    def __init__(self, finding: Diagnostic) -> None:
        super().__init__(finding.message)
        self.finding = finding


def error(
    code: str,
    message: str,
    suggestion: str | None = None,
    location: Location = _PACKAGE,
    snippet: str | None = None,
) -> Diagnostic:
    """Make a finding that stops the template."""
    return Diagnostic(Severity.ERROR, code, message, suggestion, location, snippet)


def warning(
    code: str,
    message: str,
    suggestion: str | None = None,
    location: Location = _PACKAGE,
    snippet: str | None = None,
) -> Diagnostic:
    """Make a finding that the author should see, and that stops nothing."""
    return Diagnostic(Severity.WARNING, code, message, suggestion, location, snippet)


def unusable(code: str, message: str, suggestion: str | None = None) -> UnusableFileError:
    """Make the exception for a file that cannot be read any further."""
    return UnusableFileError(error(code, message, suggestion))
