"""Writes values into Markdown so that they stay text (CommonMark 0.31, and tables), changing as little as can be.

Prose, dates, amounts and e-mail addresses stay as they are. What would be markup gets a backslash: \\ before a sign,
backticks, brackets, pipes, * next to a word, _ at the edge of a word, < before a name, & before an entity, ~~.
A newline becomes a hard line break. At the beginning of a block also # > - + 1. get one.
"""

import re
from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any
from urllib.parse import quote

from adapters.rendering.language.markup import LINK, Markup
from adapters.rendering.language.segments import Writer
from adapters.rendering.language.values import to_text
from adapters.rendering.markdown.indent import announced
from adapters.rendering.markup.addresses import SCHEMES
from adapters.rendering.markup.as_markdown import as_markdown
from adapters.rendering.markup.as_text import as_text
from adapters.rendering.text.template import clean


class Place(IntEnum):
    """What stands around a tag; the value is the number of its writer."""

    INLINE = 0
    BLOCK_START = 1
    TABLE = 2
    CODE_SPAN = 3
    CODE_BLOCK = 4
    DESTINATION = 5
    HTML_TAG = 6


_INACTIVE = re.compile(r"[^\\`*_\[\]<&|~\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]*")
_PUNCTUATION = r"!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~"
_ACTIVE = re.compile(
    rf"""
    \\ (?= [{_PUNCTUATION}] | $ )
  | [`\[\]|]
  | \* (?= \S ) | (?<= \S ) \*
  | (?<! [^\W_] ) _ | _ (?! [^\W_] )
  | < (?= [A-Za-z/!?] | $ )
  | & (?= \#\w{{1,10}}; | \w{{2,40}}; )
  | ~ (?= ~ ) | (?<= ~ ) ~
    """,
    re.VERBOSE | re.MULTILINE,
)
_BLOCK_START = re.compile(r"(\#{1,6}(?=\s|$)|>|[-+*](?=\s|$)|=+[ ]*$|-+[ ]*$|(?:-[ ]+)+-[ ]*$|~{3})")
_NUMBERED = re.compile(r"(\d{1,9})([.)])(?=\s|$)")
_PIPE = re.compile(r"(?<!\\)\|")
_LINES = re.compile(r"\r\n|\r|\n")
_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.\-\s]*):")


def writers_for(newline: str) -> Sequence[Writer]:
    """Return the writers of a template with these newlines, in the order of Place."""
    return (
        _writer(lambda value: _inline(value, newline), lambda value: announced(_source(value, newline))),
        _writer(lambda value: _block(value, newline), lambda value: announced(_source(value, newline))),
        _writer(lambda value: _escape(" ".join(_LINES.split(value.strip()))), _source_in_table),
        _writer(lambda value: " ".join(_LINES.split(value)).replace("`", "'"), _text_of),
        _writer(lambda value: _code_block(value, newline), _text_of),
        _writer(_destination, _address_of),
        _writer(_html),
    )


def _writer(escape: Callable[[str], str], write_markup: Callable[[Markup], str] | None = None) -> Writer:
    """Make a writer; `write_markup` writes Markdown and HTML where they can stand."""

    def write(value: Any) -> str:
        if type(value) is Markup and write_markup is not None:
            return write_markup(value)
        return escape(clean(to_text(value)))

    return write


def _source(value: Markup, newline: str) -> str:
    """Write a formatted text as the Markdown it is, or is made of."""
    if value.key == "$markdown":
        return clean(value.text.strip("\r\n"), newline)
    return clean(as_markdown(value.blocks(), _line_start), newline)


def _source_in_table(value: Markup) -> str:
    return _PIPE.sub(r"\\|", " ".join(_LINES.split(_source(value, "\n"))))


def _text_of(value: Markup) -> str:
    return clean(as_text(value.blocks()))


def _address_of(value: Markup) -> str:
    """Write a link as the address of another one."""
    return _destination(clean(to_text(value[LINK] if value.key == LINK else value)))


def _escape(line: str) -> str:
    if _INACTIVE.fullmatch(line):
        return line
    return _ACTIVE.sub(r"\\\g<0>", line)


def _inline(value: str, newline: str) -> str:
    if "\n" not in value:
        return _escape(value)
    first, *others = value.rstrip("\n").split("\n")
    return f"\\{newline}".join([_escape(first), *map(_line_start, others)])


def _block(value: str, newline: str) -> str:
    return f"\\{newline}".join(map(_line_start, value.strip("\n").split("\n")))


def _line_start(line: str) -> str:
    """Escape a line so that it begins no heading, list, quote or rule."""
    line = line.lstrip(" \t")
    escaped = _escape(line)
    if escaped.startswith("\\"):
        return escaped
    if _BLOCK_START.match(line):
        return f"\\{escaped}"
    return _NUMBERED.sub(r"\1\\\2", escaped, count=1) if _NUMBERED.match(line) else escaped


def _code_block(value: str, newline: str) -> str:
    lines = value.split("\n")
    return newline.join(f"    {line}" if line.lstrip().startswith(("```", "~~~")) else line for line in lines)


def _destination(value: str) -> str:
    """Write an address into [text](…); one of a scheme that browsers run becomes a harmless relative one."""
    address = value.strip()
    scheme = _SCHEME.match(address)
    if scheme and re.sub(r"\s", "", scheme.group(1)).lower() not in SCHEMES:
        address = address.replace(":", "%3A", 1)
    return quote(address, safe="%/:?#@!$&'*+,;=~-._")


def _html(value: str) -> str:
    replaced = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return replaced.replace('"', "&quot;").replace("'", "&#39;")
