"""Paths into data: `customer.name`, `items[].price`, `prices.*`, `customer['first name']`."""

import re
from collections.abc import Iterable
from enum import Enum
from typing import Final, TypeAlias
from urllib.parse import quote


class Each(Enum):
    """A step to all that a list or an object holds."""

    ITEM = "[]"
    VALUE = "*"


# A key is a step as it stands.
Step: TypeAlias = str | Each

_PLAIN: Final = re.compile(r"[^\W\d]\w*")
_STEP: Final = re.compile(
    r"""(?P<item>\[\s*\]) | (?P<dot>\.)?(?:(?P<value>\*) | (?P<key>[^\W\d]\w*))
    | \[\s*(?P<quoted>'(?:[^'\\]|\\.)*' | "(?:[^"\\]|\\.)*")\s*\]""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)


def format_path(steps: Iterable[Step]) -> str:
    """Write a path as a template does; keys that are no names stand in brackets and quotes."""
    text = ""
    for step in steps:
        if step is Each.ITEM:
            text += "[]"
        elif isinstance(step, Each) or _PLAIN.fullmatch(step):
            text += ("." if text else "") + (step if isinstance(step, str) else step.value)
        else:
            text += "['" + step.replace("\\", "\\\\").replace("'", "\\'") + "']"
    return text


def parse_path(path: str) -> tuple[Step, ...]:
    """Read what format_path has written.

    Raises:
        ValueError: it is no path.
    """
    steps: list[Step] = []
    position = 0
    while position < len(path):
        match = _STEP.match(path, position)
        if match is None or (match["item"] is None and match["quoted"] is None and bool(match["dot"]) != bool(steps)):
            raise ValueError(f"{path!r} is no path at {path[position:]!r}.")
        position = match.end()
        if match["item"] is not None:
            steps.append(Each.ITEM)
        elif match["value"] is not None:
            steps.append(Each.VALUE)
        elif match["key"] is not None:
            steps.append(match["key"])
        else:
            steps.append(_ESCAPED.sub(r"\1", match["quoted"][1:-1]))
    if not steps or steps[0] is Each.ITEM:
        raise ValueError(f"{path!r} is no path: it begins with a name.")
    return tuple(steps)


def schema_pointer(steps: Iterable[Step]) -> str:
    """Return where a path stands in a JSON Schema, as a URI fragment (RFC 6901, section 6)."""
    names = {Each.ITEM: "/items", Each.VALUE: "/additionalProperties"}
    return "#" + "".join(
        names[step] if isinstance(step, Each) else "/properties/" + quote(escape_pointer(step), safe="~")
        for step in steps
    )


def escape_pointer(key: str) -> str:
    """Write a key as one step of a JSON Pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")
