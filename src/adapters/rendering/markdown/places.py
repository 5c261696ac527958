"""Finds out what stands around each tag of a Markdown template, which decides how its value is escaped."""

import re
from bisect import bisect_right

from adapters.rendering.markdown.escape import Place

_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_FENCE = re.compile(r"^[ >]{0,12}(```+|~~~+)(.*)$")
_BLOCK_PREFIX = re.compile(r"[ \t]*(?:(?:>|[-+*]|\#{1,6}|\d{1,9}[.)])[ \t]*)*")
_DESTINATION = re.compile(r"\]\([^)\s]*$|<[A-Za-z][A-Za-z0-9+.-]*:[^>\s]*$|^ {0,3}\[[^\]]+\]:\s*\S*$|<$")
_HTML_TAG = re.compile(r"<[A-Za-z][A-Za-z0-9-]*\s[^>]*$")


class Places:
    """The places of one template's tags."""

    def __init__(self, text: str) -> None:
        self._fenced = _fenced_lines(text)
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def of(self, text: str, start: int, end: int) -> int:
        """Return the Place of the tag at text[start:end]."""
        line = bisect_right(self._starts, start) - 1
        begin = self._starts[line]
        stop = text.find("\n", end)
        before = _TAG.sub("", text[begin:start])
        after = _TAG.sub("", text[end : stop if stop >= 0 else len(text)])
        if line in self._fenced:
            return Place.CODE_BLOCK
        if before.count("`") % 2 and "`" in after:
            return Place.CODE_SPAN
        if _DESTINATION.search(before):
            return Place.DESTINATION
        if _HTML_TAG.search(before):
            return Place.HTML_TAG
        if "|" in before or "|" in after:
            return Place.TABLE
        return Place.BLOCK_START if _BLOCK_PREFIX.fullmatch(before) else Place.INLINE


def _fenced_lines(text: str) -> set[int]:
    """Return the numbers, from 0, of the lines within fenced code."""
    fenced: set[int] = set()
    fence: str | None = None
    for number, line in enumerate(text.split("\n")):
        match = _FENCE.match(line.rstrip("\r"))
        if fence is None:
            if match and "`" not in match.group(2):
                fence = match.group(1)
            continue
        if match and match.group(1).startswith(fence) and not match.group(2).strip():
            fence = None
        else:
            fenced.add(number)
    return fenced
