"""Headers as the server hands them over: for what looks at one of them in every request."""

from starlette.types import Scope


def header_of(scope: Scope, name: bytes) -> str | None:
    """Return the first header of this name (in lower case), None where there is none.

    Starlette's Headers, made anew by each layer, take a share of the time of every short request.
    """
    for key, value in scope["headers"]:
        if key == name:
            text: str = value.decode("latin-1")
            return text
    return None
