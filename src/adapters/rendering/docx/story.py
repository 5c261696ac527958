"""Compiling a part of WordprocessingML: body, header, footer, notes or comments."""

from typing import Final

from adapters.rendering.docx.attributes import tag_attributes
from adapters.rendering.docx.cells import apply_cell_tags
from adapters.rendering.docx.deflate import Stretch
from adapters.rendering.docx.fields import check_fields
from adapters.rendering.docx.joins import join_paragraphs
from adapters.rendering.docx.levels import level_blocks
from adapters.rendering.docx.normalise import normalise
from adapters.rendering.docx.package import TextPart
from adapters.rendering.docx.places import Places
from adapters.rendering.docx.prefixes import lift_prefixed
from adapters.rendering.docx.program import CompiledPart, TaggedPart, stretch_name
from adapters.rendering.docx.repairs import drop_hollow, fill_containers, find_repairs
from adapters.rendering.docx.serialise import free_mark, tidy, to_segments
from adapters.rendering.docx.tokens import CAPTURES, TokenTable
from adapters.rendering.docx.tree import Node, W
from adapters.rendering.docx.writers import make_writers
from adapters.rendering.language.segments import Segment, Tag
from adapters.rendering.language.source import compile_source
from domain.diagnostics import Diagnostic, Part, has_errors

# Static text from this length on is deflated once, at compile time.
_STRETCH_CHARACTERS: Final = 2_000


def compile_story(part: TextPart, root: Node, contents: bytes) -> CompiledPart:
    """Compile a part of WordprocessingML with its tags; nothing is raised for what it holds."""
    tokens = TokenTable(free_mark(contents))
    places = Places(root, part.part, part.number)
    findings = [*check_fields(root, places), *tag_attributes(root, tokens, places), *normalise(root, tokens, places)]
    if not len(tokens) and not tokens.is_changed:
        return CompiledPart(diagnostics=tuple(findings))
    findings += _structure(root, tokens)
    tidy(root, keep_paragraph_ids=part.part is Part.COMMENTS)
    drop_hollow(root)
    fill_containers(root)
    prefix = _prefix(root)
    repairs = find_repairs(root, tokens, prefix)
    segments = to_segments(root, tokens)
    segments, stretches = (segments, ()) if repairs else _stretch(segments)
    compiled = compile_source(segments, origin=part.name)
    if has_errors(compiled.diagnostics):
        # The language names the tag that is missing.
        findings = [finding for finding in findings if finding.code != "unpaired-tag"]
    diagnostics = (*findings, *compiled.diagnostics)
    if compiled.source is None or has_errors(diagnostics):
        return CompiledPart(None, diagnostics, compiled.placeholders)
    program = TaggedPart(part.name, compiled.source, make_writers(prefix), prefix, repairs, tuple(stretches))
    return CompiledPart(program, diagnostics, compiled.placeholders)


def _structure(root: Node, tokens: TokenTable) -> list[Diagnostic]:
    """Find the scope of every block and bring its tags there; stop where a step finds errors."""
    join_paragraphs(root, tokens)
    for step in (apply_cell_tags, lift_prefixed, level_blocks):
        findings = step(root, tokens)
        if has_errors(findings):
            return findings
    return []


def _prefix(root: Node) -> str:
    """Return what the names of WordprocessingML begin with in this part."""
    name = next((prefix for prefix, uri in root.nsmap.items() if uri == W), "w")
    return f"{name}:" if name else ""


def _stretch(segments: list[Segment]) -> tuple[list[Segment], tuple[Stretch, ...]]:
    """Put names in place of long static texts; texts in loops stay, they belong to the output that is paid for."""
    depth = 0
    stretches: list[Stretch] = []
    replaced: list[Segment] = []
    for segment in segments:
        if isinstance(segment, Tag):
            words = segment.text[2:].split(None, 1)
            word = words[0] if segment.text.startswith("{%") and words else ""
            depth += (word in _REPEATS) - (word in _ENDS)
        elif depth == 0 and len(segment) >= _STRETCH_CHARACTERS:
            stretches.append(Stretch(segment))
            replaced.append(stretch_name(len(stretches) - 1))
            continue
        replaced.append(segment)
    return replaced, tuple(stretches)


_REPEATS: Final = CAPTURES - {"set"} | {"for"}
_ENDS: Final = frozenset("end" + word for word in _REPEATS)
