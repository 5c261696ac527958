"""From the bytes of a .docx to a program, with everything that is to be said about the file."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from adapters.rendering.compiled import CompiledTemplate
from adapters.rendering.docx.archive import Archive
from adapters.rendering.docx.findings import UnusableFileError
from adapters.rendering.docx.gate import check_package
from adapters.rendering.docx.links import compile_links, has_tags
from adapters.rendering.docx.package import Package, TextPart, not_word, parse_xml, relationships_of
from adapters.rendering.docx.program import CompiledPart, DocxProgram
from adapters.rendering.docx.properties import compile_properties
from adapters.rendering.docx.settings import cut_off
from adapters.rendering.docx.story import compile_story
from adapters.rendering.docx.tree import w
from adapters.rendering.language.limits import Limits
from adapters.rendering.language.source import merge_placeholders
from domain.diagnostics import Location, Part, has_errors

_ROOTS: Final = {
    Part.BODY: w("document"),
    Part.HEADER: w("hdr"),
    Part.FOOTER: w("ftr"),
    Part.FOOTNOTES: w("footnotes"),
    Part.ENDNOTES: w("endnotes"),
    Part.COMMENTS: w("comments"),
}


def compile_docx(file: bytes, limits: Limits) -> CompiledTemplate:
    """Compile a Word template; nothing is raised for what the file holds, everything becomes a diagnostic."""
    try:
        package = Package(file, limits.template_bytes)
        found = check_package(package)
    except UnusableFileError as problem:
        return CompiledTemplate(None, (problem.finding,), ())
    if has_errors(found):
        return CompiledTemplate(None, tuple(found), ())
    compiled = [each for part in package.text_parts() for each in _compile_part(package, part)]
    diagnostics = (*found, *(finding for part in compiled for finding in part.diagnostics))
    placeholders = merge_placeholders([part.placeholders for part in compiled])
    if has_errors(diagnostics):
        return CompiledTemplate(None, diagnostics, placeholders)
    return CompiledTemplate(_assemble(package, compiled), diagnostics, placeholders)


def _compile_part(package: Package, part: TextPart) -> list[CompiledPart]:
    """Compile a part, and its relationships where they have tags."""
    compiled = [_compile_xml(package, part)]
    links = relationships_of(part.name)
    if any(found.part == links and has_tags(found.target) for found in package.relationships):
        contents = package.contents[links]
        compiled.append(compile_links(replace(part, name=links), parse_xml(links, contents), contents))
    return compiled


def _compile_xml(package: Package, part: TextPart) -> CompiledPart:
    contents = package.contents[part.name]
    location = Location(part.part, part.number)
    try:
        root = parse_xml(part.name, contents)
        expected = _ROOTS.get(part.part)
        if expected is not None and root.tag != expected:
            raise not_word(f"its part {part.name!r} holds something else")
    except UnusableFileError as problem:
        return CompiledPart(diagnostics=(replace(problem.finding, location=location),))
    compile_it = compile_properties if part.part is Part.PROPERTIES else compile_story
    return compile_it(part, root, contents)


def _assemble(package: Package, compiled: Sequence[CompiledPart]) -> DocxProgram:
    parts = [part.program for part in compiled if part.program is not None]
    tagged = {part.name for part in parts}
    replaced = cut_off(package)
    archive = Archive.of([replaced.get(member.name, member) for member in package.members if member.name not in tagged])
    return DocxProgram(archive, parts, None if parts or replaced else package.file)
