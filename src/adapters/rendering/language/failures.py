"""Exceptions of a running template, in words and with their place."""

from typing import Final

from adapters.rendering.language.segments import Tag
from adapters.rendering.language.values import LimitError, Problem
from domain.diagnostics import Diagnostic, Severity
from domain.errors import LimitExceededError

# What the careful program catches around each tag, and what makes the fast program give way to the careful one.
FAILURES: Final = (
    Problem,
    ArithmeticError,
    AttributeError,
    LookupError,
    NameError,
    RecursionError,
    TypeError,
    ValueError,
)


def failure(error: Exception, tag: Tag | None) -> Diagnostic:
    """Say an exception of a running template in words."""
    code, advice, pointer = "render-error", None, None
    message = "This does not work with this data."
    if isinstance(error, Problem):
        code, message, advice, pointer = error.code, error.message, error.suggestion, error.pointer
    elif isinstance(error, RecursionError):
        code, message = "value-error", "These values hold each other without an end, or nest too deep."
    elif isinstance(error, ArithmeticError):
        message = "This number cannot be calculated: it is out of range."
    elif isinstance(error, (TypeError, ValueError)):
        message = "The number or the kind of the values given here does not fit."
    return Diagnostic(
        Severity.ERROR,
        code,
        shortened(message),
        advice and shortened(advice),
        tag.location if tag else None,
        tag.snippet if tag else None,
        pointer,
    )


def shortened(sentence: str) -> str:
    """Cut what quotes a value of any length."""
    return sentence if len(sentence) <= _MAX_CHARACTERS else f"{sentence[:_MAX_CHARACTERS]}…"


_MAX_CHARACTERS: Final = 600


def limit_exceeded(error: LimitError, tag: Tag | None) -> LimitExceededError:
    """Give a broken limit its place."""
    found = Diagnostic(
        Severity.ERROR,
        "limit-exceeded",
        shortened(error.message),
        error.suggestion,
        tag.location if tag else None,
        tag.snippet if tag else None,
    )
    return LimitExceededError(error.message, [found])
