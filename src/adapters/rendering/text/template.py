"""Compiles plain text templates."""

import re
from collections.abc import Callable
from typing import Any, Final

from typing_extensions import override

from adapters.rendering.compiled import CompiledTemplate, Program
from adapters.rendering.language.budget import Budget
from adapters.rendering.language.encoding import read_text
from adapters.rendering.language.introspection import conclude
from adapters.rendering.language.limits import Limits
from adapters.rendering.language.markup import Markup
from adapters.rendering.language.segments import Writer
from adapters.rendering.language.session import RenderSession
from adapters.rendering.language.source import Source, compile_source
from adapters.rendering.language.values import to_text
from adapters.rendering.language.whitespace import by_line, split_text
from adapters.rendering.markup.as_text import as_text
from domain.diagnostics import has_errors
from domain.formats import OutputFormat

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_NEWLINE = re.compile(r"\r\n|\r|\n")


def compile_text(file: bytes, limits: Limits) -> CompiledTemplate:
    """Compile a text file; nothing is raised for its contents."""
    read = read_text(file, limits)
    if read.text is None:
        return CompiledTemplate(None, read.diagnostics, ())
    split = split_text(read.text)
    compiled = compile_source(split.segments, origin="<template text>", budget=Budget(limits), plain_writers=(0,))
    needed = conclude([compiled.needs])
    diagnostics = by_line([*split.diagnostics, *compiled.diagnostics, *needed.diagnostics])
    program = None
    if compiled.source is not None and not has_errors(diagnostics):
        program = TextProgram(compiled.source, newline_of(read.text))
    return CompiledTemplate(program, diagnostics, needed.placeholders, fields=needed.fields)


class TextProgram(Program):
    """A text template that can run."""

    def __init__(self, source: Source, newline: str) -> None:
        self._source = source
        self._newline = newline
        self._writers = (text_writer(newline),)

    @classmethod
    def of_record(cls, record: Any) -> "TextProgram":
        """Make a program of its record."""
        source, newline = record
        return cls(Source.of_record(source), newline)

    @override
    def record(self) -> Any:
        return self._source.record(), self._newline

    @override
    def render(self, session: RenderSession, output: OutputFormat) -> bytes:
        """Return the text in UTF-8, without a byte order mark."""
        return encoded(self._source.render(session, self._writers))


def encoded(pieces: list[str]) -> bytes:
    """Join and encode output: in one go where it is short, else group by group.

    One character beyond Latin-1 would make a text of all pieces take four times their memory.
    """
    if len(pieces) <= _GROUP:
        return "".join(pieces).encode()
    groups = (pieces[start : start + _GROUP] for start in range(0, len(pieces), _GROUP))
    return b"".join("".join(group).encode() for group in groups)


_GROUP: Final = 2_000


def newline_of(text: str) -> str:
    """Return the newline of a text: that of its first line."""
    first = _NEWLINE.search(text)
    return first.group() if first else "\n"


def text_writer(newline: str) -> Writer:
    """Make a writer that prints text as it is, with this newline and without characters that no text should have."""

    def write(value: Any) -> str:
        text = value if type(value) is str else _text_of(value)
        if text.isprintable():
            return text
        return clean(text, newline)

    return write


def _text_of(value: Any) -> str:
    return as_text(value.blocks()) if type(value) is Markup else to_text(value)


def clean(text: str, newline: str = "\n") -> str:
    """Drop control characters, and write newlines as given."""
    return _NEWLINE.sub(_literally(newline), _FORBIDDEN.sub("", text))


def _literally(words: str) -> Callable[[re.Match[str]], str]:
    return lambda match: words  # noqa: ARG005  # re.sub's callable
