"""Compiles Markdown templates."""

from typing import Any, Final

from typing_extensions import override

from adapters.rendering.compiled import CompiledTemplate, Program
from adapters.rendering.language.budget import Budget
from adapters.rendering.language.encoding import read_text
from adapters.rendering.language.introspection import conclude
from adapters.rendering.language.limits import Limits
from adapters.rendering.language.session import RenderSession
from adapters.rendering.language.source import Source, compile_source
from adapters.rendering.language.whitespace import by_line, split_text
from adapters.rendering.markdown.escape import writers_for
from adapters.rendering.markdown.indent import set_in
from adapters.rendering.markdown.places import Places
from adapters.rendering.text.template import encoded, newline_of
from domain.diagnostics import Diagnostic, Severity, has_errors
from domain.errors import LimitExceededError
from domain.formats import OutputFormat

# Markdown is read at some 1 MB a second.
MAX_READ_SOURCE: Final = 2_000_000


def compile_markdown(file: bytes, limits: Limits) -> CompiledTemplate:
    """Compile a Markdown file; nothing is raised for its contents."""
    read = read_text(file, limits)
    if read.text is None:
        return CompiledTemplate(None, read.diagnostics, ())
    split = split_text(read.text, writer=Places(read.text).of)
    compiled = compile_source(split.segments, origin="<template markdown>", budget=Budget(limits))
    needed = conclude([compiled.needs])
    diagnostics = by_line([*split.diagnostics, *compiled.diagnostics, *needed.diagnostics])
    program = None
    if compiled.source is not None and not has_errors(diagnostics):
        program = MarkdownProgram(compiled.source, newline_of(read.text))
    return CompiledTemplate(program, diagnostics, needed.placeholders, fields=needed.fields)


class MarkdownProgram(Program):
    """A Markdown template that can run."""

    def __init__(self, source: Source, newline: str) -> None:
        self._source = source
        self._newline = newline
        self._writers = writers_for(newline)

    @classmethod
    def of_record(cls, record: Any) -> "MarkdownProgram":
        """Make a program of its record."""
        source, newline = record
        return cls(Source.of_record(source), newline)

    @override
    def record(self) -> Any:
        return self._source.record(), self._newline

    @override
    def render(self, session: RenderSession, output: OutputFormat) -> bytes:
        """Return Markdown or a page of HTML, in UTF-8, or a Word document.

        Raises:
            LimitExceededError: there is too much Markdown to make something else of it.
            RenderFailedError: the Word document or an image of the page cannot be made; the diagnostics say why.
        """
        pieces = self._source.render(session, self._writers)
        if session.markups is not None:
            pieces = [set_in("".join(pieces))]
        if output is OutputFormat.MARKDOWN:
            return encoded(pieces)
        text = "".join(pieces)
        if len(text) > MAX_READ_SOURCE:
            message = f"The Markdown has {len(text):,} characters; the limit for .{output} is {MAX_READ_SOURCE:,}."
            found = Diagnostic(Severity.ERROR, "limit-exceeded", message, "Render it as .md, or split the document.")
            raise LimitExceededError(message, [found])
        # Reading Markdown is the one dear import of this format, and only other formats need it.
        if output is OutputFormat.DOCX:
            from adapters.rendering.markdown.word import document_of  # noqa: PLC0415

            return document_of(text, session)
        from adapters.rendering.markdown.html import page_of  # noqa: PLC0415

        return page_of(text, session).encode()
