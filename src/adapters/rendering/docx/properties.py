"""Compiling document properties: the texts of docProps/core.xml, app.xml and custom.xml."""

from adapters.rendering.docx.attributes import tokenize
from adapters.rendering.docx.package import TextPart
from adapters.rendering.docx.plain_texts import compile_plain_texts
from adapters.rendering.docx.program import CompiledPart
from adapters.rendering.docx.serialise import free_mark
from adapters.rendering.docx.tokens import TokenTable
from adapters.rendering.docx.tree import Node
from adapters.rendering.docx.writers import PLAIN
from domain.diagnostics import Diagnostic, Location


def compile_properties(part: TextPart, root: Node, contents: bytes) -> CompiledPart:
    """Compile the tags in the texts of a part of properties; nothing is raised for what it holds."""
    tokens = TokenTable(free_mark(contents))
    location = Location(part.part)
    findings: list[Diagnostic] = []
    for element in root.iter():
        if element.text and "{" in element.text:
            element.text, problems = tokenize(element.text, tokens, location, PLAIN)
            findings += problems
    return compile_plain_texts(part, root, tokens, findings)
