"""Compiling a part whose tags print plain text and nothing else: properties, charts, diagrams."""

from collections.abc import Sequence

from adapters.rendering.docx.package import TextPart
from adapters.rendering.docx.program import CompiledPart, TaggedPart, Writing
from adapters.rendering.docx.serialise import to_segments
from adapters.rendering.docx.tokens import TokenTable
from adapters.rendering.docx.tree import Node
from adapters.rendering.docx.writers import PLAIN_WRITERS
from adapters.rendering.language.source import compile_source
from domain.diagnostics import Diagnostic, has_errors


def compile_plain_texts(part: TextPart, root: Node, tokens: TokenTable, findings: Sequence[Diagnostic]) -> CompiledPart:
    """Compile a part whose tags are tokens already, with what was found on the way."""
    if not len(tokens):
        return CompiledPart(diagnostics=tuple(findings))
    compiled = compile_source(
        to_segments(root, tokens), origin=part.name, budget=part.budget, plain_writers=PLAIN_WRITERS
    )
    diagnostics = (*findings, *compiled.diagnostics)
    if compiled.source is None or has_errors(diagnostics):
        return CompiledPart(None, diagnostics, compiled.needs)
    return CompiledPart(TaggedPart(part.name, compiled.source, Writing.WORD, ""), diagnostics, compiled.needs)
