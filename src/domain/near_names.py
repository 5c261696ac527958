"""Names that somebody may have meant who wrote one that there is not."""

import difflib
from collections.abc import Iterable
from typing import Final

# What is longer was not meant for any name, and comparing it would take its time.
_COMPARED: Final = 100
_LISTED: Final = 30


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """Return a question with the name that was meant, None where there is no such."""
    near = _nearest(name, known)
    return None if near is None else f"Did you mean {near!r}?"


def no_such(kind: str, name: str, known: Iterable[str]) -> str:
    """Say that there is no field, or what else the kind is, of a name, and which one was meant, or which there are."""
    names = sorted(map(str, known))
    near = _nearest(name, names)
    if near is not None:
        return f"there is no such {kind}; did you mean {near!r}?"
    if not names:
        return f"there is no such {kind}, and no other."
    more = " and others" if len(names) > _LISTED else ""
    return f"there is no such {kind}; the {kind}s are: {', '.join(names[:_LISTED])}{more}."


def _nearest(name: str, known: Iterable[str]) -> str | None:
    near = difflib.get_close_matches(name[:_COMPARED], list(dict.fromkeys(known)), n=1)
    return near[0] if near else None
