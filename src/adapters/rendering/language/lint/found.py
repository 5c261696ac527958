"""What a rule says."""

from typing import NamedTuple

from domain.diagnostics import Severity


class Found(NamedTuple):
    """One finding; `line` is the number of its tag, from 1."""

    line: int
    code: str
    message: str
    suggestion: str | None = None
    severity: Severity = Severity.WARNING
