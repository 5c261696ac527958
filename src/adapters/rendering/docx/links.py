"""Compiling hyperlink targets: they stand in the relationships of a part, and Word writes their braces as %7B."""

import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit

from adapters.rendering.docx.attributes import tokenize
from adapters.rendering.docx.findings import error
from adapters.rendering.docx.package import TextPart
from adapters.rendering.docx.program import CompiledPart, TaggedPart
from adapters.rendering.docx.richtext import LINK_SCHEMES
from adapters.rendering.docx.serialise import free_mark, to_segments
from adapters.rendering.docx.tokens import TokenTable
from adapters.rendering.docx.tree import Node
from adapters.rendering.language.source import compile_source
from adapters.rendering.language.values import UnprintableError, to_text
from domain.diagnostics import Diagnostic, Location, has_errors

_HYPERLINK: Final = "/hyperlink"
_ENCODED_TAG: Final = re.compile(r"(?:%7B|\{)(?:%7B|\{|%25|%).*?(?:%7D|\}|%25|%)(?:%7D|\})", re.IGNORECASE)
_TAG: Final = re.compile(r"\{[{%]")
# Characters of an address that are no text of their own (RFC 3986).
_KEPT: Final = "%/:?#[]@!$&'()*+,;=~-._"

# Indices of the writers of this part.
_WHOLE: Final = 0
_PIECE: Final = 1


def readable(target: str) -> str:
    """Return a target with its tags as their author wrote them."""
    return _ENCODED_TAG.sub(lambda match: unquote(match.group()), target)


def has_tags(target: str) -> bool:
    """Tell whether a target has tags."""
    return bool(_TAG.search(readable(target)))


def may_lead_out(target: str) -> bool:
    """Tell whether an external target is a link of a harmless scheme, as far as it is known before a render."""
    target = readable(target).strip()
    return target.startswith("{{") or urlsplit(target.split("{")[0]).scheme.lower() in LINK_SCHEMES


def compile_links(part: TextPart, root: Node, contents: bytes) -> CompiledPart:
    """Compile the tags in the hyperlink targets of a .rels part; nothing is raised for what it holds."""
    tokens = TokenTable(free_mark(contents))
    location = Location(part.part, part.number)
    findings: list[Diagnostic] = []
    for node in root:
        target = node.get("Target", "")
        if not has_tags(target):
            continue
        if not node.get("Type", "").endswith(_HYPERLINK):
            findings.append(_misplaced(target, location))
            continue
        first = len(tokens)
        text, problems = tokenize(readable(target), tokens, location, _PIECE)
        node.set("Target", text)
        findings += problems
        if text.startswith(tokens.mark) and len(tokens) > first:
            tokens[first].writer = _WHOLE
    if not len(tokens):
        return CompiledPart(diagnostics=tuple(findings))
    compiled = compile_source(to_segments(root, tokens), origin=part.name)
    diagnostics = (*findings, *compiled.diagnostics)
    if compiled.source is None or has_errors(diagnostics):
        return CompiledPart(None, diagnostics, compiled.placeholders)
    program = TaggedPart(part.name, compiled.source, (_writer(_checked), _writer(str)), "")
    return CompiledPart(program, diagnostics, compiled.placeholders)


def _writer(check: Callable[[str], str]) -> Callable[[Any], str]:
    def write(value: Any) -> str:
        address = quote(check(to_text(value).strip()).encode("utf-8", "ignore"), safe=_KEPT)
        return address.replace("&", "&amp;")

    return write


def _checked(address: str) -> str:
    """Let an address pass whose scheme is harmless; an empty one links to nothing."""
    if address and urlsplit(address).scheme.lower() not in LINK_SCHEMES:
        raise UnprintableError(
            "A link may begin with https://, http://, mailto: or tel: only.",
            "Write the whole address, as in https://example.com/.",
        )
    return address


def _misplaced(target: str, location: Location) -> Diagnostic:
    return error(
        "tag-in-attribute",
        "There is a tag in a reference of the document that is no hyperlink.",
        "Write tags into texts and hyperlinks only.",
        location,
        target[:80],
    )
