"""Jinja2's lexer and parser, told about exact numbers and nothing of Jinja's own run time."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Final

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.lexer import Lexer, Token
from typing_extensions import override

from adapters.rendering.language.segments import Segment, Tag
from adapters.rendering.language.tags import STRING_LITERAL

# Around the index of a static segment, in what the lexer gets to see instead of it.
OPEN: Final = "\ue000"
CLOSE: Final = "\ue001"

_STATIC = re.compile(f"{OPEN}(\\d+){CLOSE}")
_NEWLINE = re.compile(r"\r\n|\r|\n")
_RAW = re.compile(r"(end)?raw\s*")


class _Lexer(Lexer):
    """A lexer whose numbers are exact."""

    @override
    def wrap(
        self, stream: Iterable[tuple[int, str, str]], name: str | None = None, filename: str | None = None
    ) -> Iterator[Token]:
        """Turn number literals into Decimal before Jinja makes a float of them."""
        for lineno, token, value in stream:
            if token == "float":  # noqa: S105  # a kind of token
                try:
                    yield Token(lineno, "float", Decimal(value.replace("_", "")))  # type: ignore[arg-type]  # the parser takes any constant
                except InvalidOperation:
                    raise TemplateSyntaxError(f"{value!r} is no number", lineno) from None
            else:
                yield from super().wrap([(lineno, token, value)], name, filename)


class _Environment(Environment):
    """An environment for parsing alone."""

    _exact_lexer: _Lexer | None = None

    @property
    @override
    def lexer(self) -> Lexer:
        """The lexer with exact numbers."""
        if self._exact_lexer is None:
            self._exact_lexer = _Lexer(self)
        return self._exact_lexer


ENVIRONMENT: Final = _Environment(
    cache_size=0, autoescape=False, optimized=False, keep_trailing_newline=True, extensions=["jinja2.ext.loopcontrols"]
)


def source_of(segments: Iterable[Segment]) -> str:
    """Write what the lexer sees: markers for static text, and a newline behind each tag, so that lines count tags."""
    return "".join(
        f"{OPEN}{index}{CLOSE}" if isinstance(segment, str) else tag_source(segment) + "\n"
        for index, segment in enumerate(segments)
        if segment
    )


def tag_source(tag: Tag) -> str:
    """Write one tag on one line, without its marks for whitespace; comments and raw tags have no source."""
    text = tag.text
    kind, inner = text[:2], text[2:-2]
    if inner[:1] in {"-", "+"}:
        inner = inner[1:]
    if inner[-1:] == "-" or (kind == "{%" and inner[-1:] == "+"):
        inner = inner[:-1]
    if kind == "{#" or (kind == "{%" and _RAW.fullmatch(inner.strip())):
        return ""
    if "\n" in inner or "\r" in inner:
        inner = STRING_LITERAL.sub(lambda match: _NEWLINE.sub(r"\\n", match.group()), inner)
        inner = _NEWLINE.sub(" ", inner)
    return f"{kind} {inner} {'}}' if kind == '{{' else '%}'}"


def parse(source: str) -> nodes.Template:
    """Parse what source_of has written.

    Raises:
        TemplateSyntaxError: and whatever else Jinja's parser raises for what it does not expect.
    """
    return ENVIRONMENT.parse(source)


def statics_in(data: str) -> list[int] | None:
    """Return the indexes of the static segments in a piece of template data; None where it holds anything else."""
    indexes = [int(index) for index in _STATIC.findall(data)]
    return indexes if not _STATIC.sub("", data).strip("\n") else None
