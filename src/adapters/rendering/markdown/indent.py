"""Formatted texts of several lines in lists and quotations: their further lines stand as far in as the first one.

What stands before a value is known when the document is rendered, as a macro or a loop may print the signs before it.
So writers put control characters around such a value, which values and templates cannot hold.
"""

import re
from typing import Final

BEGIN: Final = "\x01"
END: Final = "\x02"
_SIGNS: Final = re.compile(r"[ \t]*(?:(?:>|[-+*]|\d{1,9}[.)])(?:[ \t]+|$))*")
_ITEM: Final = re.compile(r"[-+*]|\d{1,9}[.)]")


def announced(text: str) -> str:
    """Return the text of a value, with signs around it where it has several lines."""
    return f"{BEGIN}{text}{END}" if "\n" in text else text


def set_in(text: str) -> str:
    """Return a rendered text with the further lines of its announced values as far in as their first ones."""
    first, *others = text.split(BEGIN)
    out = [first]
    line = first.rpartition("\n")[2]
    for other in others:
        value, _, behind = other.partition(END)
        out.append(_with_prefix(value, _prefix_of(line)))
        out.append(behind)
        last = value.rpartition("\n")[2] + behind
        line = last.rpartition("\n")[2]
    return "".join(out)


def _prefix_of(line: str) -> str:
    """Return what the next line of the same item or quotation begins with."""
    signs = _SIGNS.match(line)
    before = signs.group() if signs else ""
    return _ITEM.sub(lambda sign: " " * len(sign.group()), before)


def _with_prefix(value: str, prefix: str) -> str:
    if not prefix:
        return value
    # An empty line ends no quotation if it has its sign.
    bare = prefix.rstrip()
    first, *others = value.split("\n")
    return "\n".join([first, *(f"{prefix}{line}" if line.strip() else f"{bare}{line}" for line in others)])
