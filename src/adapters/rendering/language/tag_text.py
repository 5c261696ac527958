"""Reading the text of a single tag without being led astray by the texts in quotes within it."""

import re
from typing import Final

_LITERAL: Final = re.compile(r""" "[^"\\]*(?:\\.[^"\\]*)*" | '[^'\\]*(?:\\.[^'\\]*)*' """, re.VERBOSE | re.DOTALL)
# Stands for every character of a text in quotes: a letter that nobody writes.
_FILLING: Final = "\ue100"


def blanked(source: str) -> str:
    """Return the tag with the contents of its texts made unreadable; every position stays what it was."""
    if '"' not in source and "'" not in source:
        return source
    return _LITERAL.sub(lambda match: match.group()[0] + _FILLING * (len(match.group()) - 2) + match.group()[0], source)


def outside_brackets(blank: str, position: int) -> bool:
    """Tell whether no bracket is open at a position of a blanked tag, its own braces left out."""
    return sum((sign in "([") - (sign in ")]") for sign in blank[2:position]) <= 0
