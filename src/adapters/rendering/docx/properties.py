"""Compiling document properties: the texts of docProps/core.xml, app.xml and custom.xml."""

from adapters.rendering.docx.attributes import tokenize
from adapters.rendering.docx.package import TextPart
from adapters.rendering.docx.program import CompiledPart, TaggedPart, Writing
from adapters.rendering.docx.serialise import free_mark, to_segments
from adapters.rendering.docx.tokens import TokenTable
from adapters.rendering.docx.tree import Node
from adapters.rendering.docx.writers import PLAIN, PLAIN_WRITERS
from adapters.rendering.language.source import compile_source
from domain.diagnostics import Diagnostic, Location, has_errors


def compile_properties(part: TextPart, root: Node, contents: bytes) -> CompiledPart:
    """Compile the tags in the texts of a part of properties; nothing is raised for what it holds."""
    tokens = TokenTable(free_mark(contents))
    location = Location(part.part)
    findings: list[Diagnostic] = []
    for element in root.iter():
        if element.text and "{" in element.text:
            element.text, problems = tokenize(element.text, tokens, location, PLAIN)
            findings += problems
    if not len(tokens):
        return CompiledPart(diagnostics=tuple(findings))
    compiled = compile_source(
        to_segments(root, tokens), origin=part.name, budget=part.budget, plain_writers=PLAIN_WRITERS
    )
    diagnostics = (*findings, *compiled.diagnostics)
    if compiled.source is None or has_errors(diagnostics):
        return CompiledPart(None, diagnostics, compiled.needs)
    return CompiledPart(TaggedPart(part.name, compiled.source, Writing.WORD, ""), diagnostics, compiled.needs)
