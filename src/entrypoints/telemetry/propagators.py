"""OTEL_PROPAGATORS, which OpenTelemetry's API reads when it is imported, and fails on where it does not know one."""

from typing import Final

VARIABLE: Final = "OTEL_PROPAGATORS"
_KNOWN: Final = ("tracecontext", "baggage", "none")


def complaint_of(value: str) -> str | None:
    """Say what is wrong with a value of the variable, None where nothing is."""
    items = {item.strip().lower() for item in value.split(",")}
    if not value.strip() or (items <= set(_KNOWN) and ("none" not in items or len(items) == 1)):
        return None
    return f"write one or several of: {', '.join(_KNOWN)}, with commas in between, and none by itself"
