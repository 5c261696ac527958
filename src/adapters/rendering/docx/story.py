"""Compiling a part of WordprocessingML: body, header, footer, notes or comments."""

from typing import Final

from adapters.rendering.docx.attributes import tag_attributes
from adapters.rendering.docx.cells import apply_cell_tags
from adapters.rendering.docx.copies import drop_counting_copies
from adapters.rendering.docx.deflate import Stretch
from adapters.rendering.docx.fields import check_fields
from adapters.rendering.docx.frames import mark_frames
from adapters.rendering.docx.gate import check_content
from adapters.rendering.docx.grids import Geometry, geometries, mark_grids
from adapters.rendering.docx.ids import mark_identities
from adapters.rendering.docx.joins import join_paragraphs
from adapters.rendering.docx.levels import level_blocks
from adapters.rendering.docx.links import Targets, mark_links
from adapters.rendering.docx.marks import MarkTable, split_at_marks
from adapters.rendering.docx.normalise import normalise
from adapters.rendering.docx.notes import Notes
from adapters.rendering.docx.numbering import Numbering
from adapters.rendering.docx.oddities import find_oddities, find_repeated_headers
from adapters.rendering.docx.package import TextPart
from adapters.rendering.docx.places import Places
from adapters.rendering.docx.prefixes import lift_prefixed
from adapters.rendering.docx.program import CompiledPart, TaggedPart, Writing, stretch_name
from adapters.rendering.docx.repairs import drop_hollow, fill_containers, mark_repairs, mark_settings
from adapters.rendering.docx.restarts import mark_restarts
from adapters.rendering.docx.serialise import free_mark, tidy, to_segments
from adapters.rendering.docx.tokens import CAPTURES, TokenTable, keyword_of
from adapters.rendering.docx.tree import Node, W
from adapters.rendering.docx.word_placeholders import WordPlaceholders
from adapters.rendering.docx.writers import PLAIN_WRITERS, STRUCTURES
from adapters.rendering.language.segments import Segment, Tag
from adapters.rendering.language.source import compile_source
from domain.diagnostics import Diagnostic, Part, has_errors

# Static text from this length on is deflated once, at compile time.
_STRETCH_CHARACTERS: Final = 2_000


def compile_story(
    part: TextPart,
    root: Node,
    contents: bytes,
    numbering: Numbering,
    notes: Notes,
    word_placeholders: WordPlaceholders,
    targets: Targets,
) -> CompiledPart:
    """Compile a part of WordprocessingML with its tags; nothing is raised for what it holds.

    `targets` are those of its hyperlinks.
    """
    root, added_notes = notes.left_in(part.part, root)
    tokens = TokenTable(free_mark(contents, *notes.contents))
    tokens.is_changed = bool(added_notes)
    places = Places(root, part.part, part.number)
    findings = [*check_content(root, places), *check_fields(root, places)]
    findings += word_placeholders.fill(root, tokens, places)
    findings += normalise(root, tokens, places)
    if (too_many := part.budget.too_many(len(tokens))) is not None:
        return CompiledPart(diagnostics=(*findings, too_many))
    drop_counting_copies(root, tokens)
    if part.part is Part.BODY:
        findings += notes.move_tagged(root, tokens)
    findings += tag_attributes(root, tokens, places, frames=True)
    findings += find_oddities(root, tokens, places)
    if not len(tokens) and not tokens.is_changed:
        return CompiledPart(diagnostics=tuple(findings))
    drawn = geometries(tokens)
    findings += _structure(root, tokens)
    tidy(root, keep_paragraph_ids=part.part is Part.COMMENTS)
    prefix = _prefix(root)
    marks = MarkTable(tokens)
    links = frozenset[str]()
    if not has_errors(findings):
        findings += find_repeated_headers(root, tokens)
        findings += mark_restarts(root, tokens, marks, numbering)
        _mark(root, tokens, marks, drawn, prefix)
        mark_frames(root, tokens, marks, lambda node: notes.owner_of(node, part.name))
        links, problems = mark_links(root, tokens, marks, places, targets)
        findings += problems
        if part.part is Part.BODY:
            notes.mark(marks)
        elif added_notes:
            marks.last_in(root, "notes", added_notes)
    segments, stretches = _stretch(to_segments(root, tokens, marks))
    compiled = compile_source(segments, origin=part.name, budget=part.budget, plain_writers=PLAIN_WRITERS)
    if has_errors(compiled.diagnostics):
        # The language names the tag that is missing.
        findings = [finding for finding in findings if finding.code != "unpaired-tag"]
    diagnostics = (*findings, *compiled.diagnostics)
    if compiled.source is None or has_errors(diagnostics):
        return CompiledPart(None, diagnostics, compiled.needs)
    captures = any(tokens[index].writer in STRUCTURES for index in range(len(tokens)))
    program = TaggedPart(part.name, compiled.source, Writing.WORD, prefix, marks.operations, stretches, captures)
    return CompiledPart(program, diagnostics, compiled.needs, links=links)


def _structure(root: Node, tokens: TokenTable) -> list[Diagnostic]:
    """Find the scope of every block and bring its tags there.

    Each step goes on behind the errors of the one before, which leaves no tag at a place that is wrong because of them.
    """
    join_paragraphs(root, tokens)
    return [finding for step in (apply_cell_tags, lift_prefixed, level_blocks) for finding in step(root, tokens)]


def _mark(root: Node, tokens: TokenTable, marks: MarkTable, drawn: dict[Node, Geometry], prefix: str) -> None:
    """Repair what is certain to be wrong, and mark what the data may make wrong."""
    drop_hollow(root)
    fill_containers(root)
    mark_identities(root, tokens, marks, prefix)
    mark_repairs(root, tokens, marks, prefix)
    mark_grids(root, tokens, marks, drawn, prefix)
    mark_settings(root, tokens, marks)


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
            keyword = keyword_of(segment.text)
            depth += (keyword in _REPEATS) - (keyword in _ENDS)
        elif depth == 0 and len(segment) >= _STRETCH_CHARACTERS:
            for piece in split_at_marks(segment):
                if len(piece) >= _STRETCH_CHARACTERS:
                    stretches.append(Stretch.of(piece))
                replaced.append(stretch_name(len(stretches) - 1) if len(piece) >= _STRETCH_CHARACTERS else piece)
            continue
        replaced.append(segment)
    return replaced, tuple(stretches)


_REPEATS: Final = CAPTURES | {"for"}
_ENDS: Final = frozenset("end" + word for word in _REPEATS)
