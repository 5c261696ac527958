"""From the bytes of a .docx to a program, with everything that is to be said about the file."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from adapters.rendering.compiled import CompiledTemplate
from adapters.rendering.docx.archive import Archive
from adapters.rendering.docx.dangling import drop_dangling
from adapters.rendering.docx.drawings import compile_drawing
from adapters.rendering.docx.fields import are_outdated, field_names
from adapters.rendering.docx.findings import UnusableFileError
from adapters.rendering.docx.gate import check_package
from adapters.rendering.docx.links import Targets, compile_links, has_tags, targets_of
from adapters.rendering.docx.notes import Notes
from adapters.rendering.docx.numbering import Numbering
from adapters.rendering.docx.package import Package, TextPart, not_word, parse_xml, relationships_of
from adapters.rendering.docx.pictures import placing_in
from adapters.rendering.docx.program import CompiledPart, DocxProgram
from adapters.rendering.docx.properties import compile_properties
from adapters.rendering.docx.settings import decimal_symbol, replaced_parts
from adapters.rendering.docx.story import compile_story
from adapters.rendering.docx.style_sheet import style_sheet_of
from adapters.rendering.docx.taken import numbers_and_names
from adapters.rendering.docx.tree import w
from adapters.rendering.docx.word_placeholders import WordPlaceholders
from adapters.rendering.language.budget import Budget
from adapters.rendering.language.introspection import conclude
from adapters.rendering.language.limits import Limits
from domain.diagnostics import Location, Part, has_errors

_ROOTS: Final = {
    Part.BODY: w("document"),
    Part.HEADER: w("hdr"),
    Part.FOOTER: w("ftr"),
    Part.FOOTNOTES: w("footnotes"),
    Part.ENDNOTES: w("endnotes"),
    Part.COMMENTS: w("comments"),
}

_COMPILERS: Final = {
    Part.PROPERTIES: compile_properties,
    Part.CHART: compile_drawing,
    Part.DIAGRAM: compile_drawing,
}


def compile_docx(file: bytes, limits: Limits) -> CompiledTemplate:
    """Compile a Word template; nothing is raised for what the file holds, everything becomes a diagnostic."""
    try:
        return compile_package(Package(file, limits.template_bytes), limits)
    except UnusableFileError as problem:
        return CompiledTemplate(None, (problem.finding,), ())


def compile_package(package: Package, limits: Limits) -> CompiledTemplate:
    """Compile a package that has been read; nothing is raised for what it holds."""
    found = check_package(package)
    if has_errors(found):
        return CompiledTemplate(None, tuple(found), ())
    drop_dangling(package)
    word_placeholders = WordPlaceholders(decimal_symbol(package))
    numbering, notes = Numbering(package), Notes(package, word_placeholders)
    parts = package.text_parts(Budget(limits))
    by_part: dict[str, list[CompiledPart]] = {part.name: [] for part in parts}
    for part in parts:
        by_part[part.name] = _compile_part(package, part, numbering, notes, word_placeholders)
        if part.budget.is_spent:
            break
    compiled = [each for part in parts for each in by_part[part.name]]
    needed = conclude([part.needs for part in compiled])
    findings = (*found, *(finding for part in compiled for finding in part.diagnostics), *needed.diagnostics)
    # What is found in a text box is found in both of its copies.
    diagnostics = tuple(dict.fromkeys(findings))
    if has_errors(diagnostics):
        return CompiledTemplate(None, diagnostics, needed.placeholders)
    changed = {part.part for part in parts if any(each.program is not None for each in by_part[part.name])}
    update_fields = are_outdated(frozenset().union(*(part.fields for part in compiled)), changed)
    program = _assemble(package, compiled, numbering, update_fields=update_fields)
    return CompiledTemplate(program, diagnostics, needed.placeholders, fields=needed.fields)


def _compile_part(
    package: Package, part: TextPart, numbering: Numbering, notes: Notes, word_placeholders: WordPlaceholders
) -> list[CompiledPart]:
    """Compile a part, and its relationships where they have tags."""
    links = relationships_of(part.name)
    targets = targets_of(package.relationships, links)
    compiled = [_compile_xml(package, part, numbering, notes, word_placeholders, targets)]
    if any(found.part == links and has_tags(found.target) for found in package.relationships):
        contents, local = package.contents[links], compiled[0].links
        compiled.append(compile_links(replace(part, name=links), parse_xml(links, contents), contents, local))
    return compiled


def _compile_xml(
    package: Package,
    part: TextPart,
    numbering: Numbering,
    notes: Notes,
    word_placeholders: WordPlaceholders,
    targets: Targets,
) -> CompiledPart:
    contents = package.contents[part.name]
    location = Location(part.part, part.number)
    try:
        root = parse_xml(part.name, contents)
        expected = _ROOTS.get(part.part)
        if expected is not None and root.tag != expected:
            raise not_word(f"its part {part.name!r} holds something else")
    except UnusableFileError as problem:
        return CompiledPart(diagnostics=(replace(problem.finding, location=location),))
    if (compile_it := _COMPILERS.get(part.part)) is not None:
        return compile_it(part, root, contents)
    fields = field_names(root)
    return replace(compile_story(part, root, contents, numbering, notes, word_placeholders, targets), fields=fields)


def _assemble(
    package: Package, compiled: Sequence[CompiledPart], numbering: Numbering, *, update_fields: bool
) -> DocxProgram:
    lists = numbering.part()
    parts = [part.program for part in compiled if part.program is not None]
    made = {part.name for part in parts} | ({lists.name} if lists is not None else set())
    replaced = replaced_parts(package, update_fields=update_fields)
    archive = Archive.of([replaced.get(member.name, member) for member in package.members if member.name not in made])
    operations = {operation[0] for part in parts for operation in part.operations}
    unchanged = None if parts or replaced or package.is_changed else package.file
    taken = numbers_and_names(package, operations)
    sheet = style_sheet_of(package, numbering)
    return DocxProgram(archive, parts, unchanged, taken, lists, placing_in(package), sheet)
