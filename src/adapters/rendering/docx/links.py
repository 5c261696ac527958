"""Compiling hyperlink targets: they stand in the relationships of a part, and Word writes their braces as %7B."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from adapters.rendering.docx.attributes import tokenize
from adapters.rendering.docx.findings import error
from adapters.rendering.docx.link_writers import PIECE, WHOLE
from adapters.rendering.docx.marks import MarkTable
from adapters.rendering.docx.notes import is_moved_note
from adapters.rendering.docx.package import Relationship, TextPart
from adapters.rendering.docx.places import Places
from adapters.rendering.docx.program import CompiledPart, TaggedPart, Writing
from adapters.rendering.docx.scopes import Scope, scopes_of
from adapters.rendering.docx.serialise import free_mark, to_segments
from adapters.rendering.docx.tokens import TokenTable
from adapters.rendering.docx.tree import R_ID, Node, P, ancestor, w
from adapters.rendering.docx.writers import ADDRESS, ADDRESS_PIECE
from adapters.rendering.language.source import compile_source
from adapters.rendering.markup.addresses import SCHEMES as LINK_SCHEMES
from domain.diagnostics import Diagnostic, Location, has_errors

_HYPERLINK: Final = "/hyperlink"
_ENCODED_TAG: Final = re.compile(r"(?:%7B|\{)(?:%7B|\{|%25|%).*?(?:%7D|\}|%25|%)(?:%7D|\})", re.IGNORECASE)
_TAG: Final = re.compile(r"\{[{%]")


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


@dataclass(frozen=True, slots=True)
class Targets:
    """The hyperlink targets with tags among the relationships of a part: `name` is theirs, `ids` are all of them."""

    name: str
    ids: frozenset[str]
    with_tags: Mapping[str, str]


def targets_of(relationships: Iterable[Relationship], name: str) -> Targets:
    """Return the hyperlink targets with tags, by their ids, of the relationships part with this name."""
    own = [found for found in relationships if found.part == name]
    with_tags = {
        found.id: readable(found.target) for found in own if found.type.endswith(_HYPERLINK) and has_tags(found.target)
    }
    return Targets(name, frozenset(found.id for found in own), with_tags)


_LINKS: Final = (
    w("hyperlink"),
    *(f"{{http://schemas.openxmlformats.org/drawingml/2006/main}}{name}" for name in ("hlinkClick", "hlinkHover")),
)
_ASSIGNED: Final = re.compile(r"\{%\s*(?:set|with|macro)\s+(.*?)%\}", re.DOTALL)
_WORD: Final = re.compile(r"\w+")


def mark_links(
    root: Node, tokens: TokenTable, marks: MarkTable, places: Places, targets: Targets
) -> tuple[frozenset[str], list[Diagnostic]]:
    """Fill in, where they are referred to, the targets that may differ there: in blocks, or with names set before.

    Returns the ids of these relationships; each target that comes out gets one of its own (see finish.py).
    """
    if not targets.with_tags:
        return frozenset(), []
    found = [
        (node, scope)
        for node, scope in scopes_of(root, tokens, _LINKS)
        if node.get(R_ID) in targets.with_tags and not is_moved_note(node)
    ]
    local = frozenset(_local(found, tokens, targets.with_tags))
    findings: list[Diagnostic] = []
    for node, _ in found:
        if (number := node.get(R_ID)) in local:
            anchor = ancestor(node, P)
            location = places.of(anchor if anchor is not None else node)
            text, problems = tokenize_address(targets.with_tags[number], tokens, location, ADDRESS, ADDRESS_PIECE)
            link = marks.in_attribute("link", targets.name, number, _prefix_of_new(number, targets.ids))
            node.set(R_ID, marks.in_attribute("open") + text + link)
            findings += problems
    return local, findings


def _prefix_of_new(number: str, taken: frozenset[str]) -> str:
    prefix = f"{number}-"
    while any(each.startswith(prefix) for each in taken):
        prefix += "-"
    return prefix


def _local(found: list[tuple[Node, Scope]], tokens: TokenTable, targets: Mapping[str, str]) -> Iterator[str]:
    assigned = {
        word
        for index in range(len(tokens))
        if (match := _ASSIGNED.match(tokens[index].text))
        for word in _WORD.findall(match.group(1))
    }
    for node, scope in found:
        if scope.blocks or assigned.intersection(_WORD.findall(targets[node.get(R_ID)])):
            yield node.get(R_ID)


def tokenize_address(
    target: str, tokens: TokenTable, location: Location, whole: int, piece: int
) -> tuple[str, list[Diagnostic]]:
    """Put marks of tokens in place of the tags of an address; the value it begins with is checked."""
    first = len(tokens)
    text, problems = tokenize(target, tokens, location, piece)
    if text.startswith(tokens.mark) and len(tokens) > first:
        tokens[first].writer = whole
    return text, problems


def compile_links(part: TextPart, root: Node, contents: bytes, local: frozenset[str]) -> CompiledPart:
    """Compile the tags in the hyperlink targets of a .rels part; nothing is raised for what it holds.

    The relationships in `local` are filled in elsewhere, and made when that is done.
    """
    tokens = TokenTable(free_mark(contents))
    marks = MarkTable(tokens)
    location = Location(part.part, part.number)
    findings: list[Diagnostic] = []
    for node in list(root):
        target = node.get("Target", "")
        if not has_tags(target):
            continue
        if not node.get("Type", "").endswith(_HYPERLINK):
            findings.append(_misplaced(target, location))
        elif node.get("Id") in local:
            root.remove(node)
        else:
            text, problems = tokenize_address(readable(target), tokens, location, WHOLE, PIECE)
            node.set("Target", text)
            findings += problems
    if local:
        marks.last_in(root, "links", part.name)
    elif not len(tokens):
        return CompiledPart(diagnostics=tuple(findings))
    compiled = compile_source(to_segments(root, tokens, marks), origin=part.name, budget=part.budget)
    diagnostics = (*findings, *compiled.diagnostics)
    if compiled.source is None or has_errors(diagnostics):
        return CompiledPart(None, diagnostics, compiled.needs)
    program = TaggedPart(part.name, compiled.source, Writing.LINKS, "", marks.operations)
    return CompiledPart(program, diagnostics, compiled.needs)


def _misplaced(target: str, location: Location) -> Diagnostic:
    return error(
        "tag-in-attribute",
        "There is a tag in a reference of the document that is no hyperlink.",
        "Write tags into texts and hyperlinks only.",
        location,
        target[:80],
    )
