"""Footnotes and endnotes: what stands in them belongs to the text that they are notes on.

Word does not open a document in which two references share one note; an author expects the note on an item to speak of
that item, and needs no data for a note on text that is left out. So a note that has tags, or whose reference stands in
a block, is moved, while the template is compiled, from its part to behind its reference. When a document is finished,
the notes are taken out of the text again and added to their part, where the others are (see finish.py).
"""

from typing import Final

from lxml import etree

from adapters.rendering.docx.fields import check_fields
from adapters.rendering.docx.findings import UnusableFileError
from adapters.rendering.docx.marks import MarkTable
from adapters.rendering.docx.normalise import normalise
from adapters.rendering.docx.package import Package, parse_xml, related_part
from adapters.rendering.docx.places import Places
from adapters.rendering.docx.tokens import TokenTable
from adapters.rendering.docx.tree import TBL, Node, R, is_token, put_after, take, w
from adapters.rendering.docx.word_placeholders import WordPlaceholders
from domain.diagnostics import Diagnostic, Part

_ID, _TYPE = w("id"), w("type")
_REFERENCES: Final = {w("footnoteReference"): "footnote", w("endnoteReference"): "endnote"}
_PARTS: Final = {"footnote": Part.FOOTNOTES, "endnote": Part.ENDNOTES}


class Notes:
    """The notes of a package, and which of them have moved into the document's text."""

    def __init__(self, package: Package, word_placeholders: WordPlaceholders) -> None:
        self._word_placeholders = word_placeholders
        self._package = package
        self._names = {kind: related_part(package, f"{kind}s") for kind in _PARTS}
        self._namespaces: dict[str | None, str] = {}
        # Notes by their kind and their number in the template.
        self._moved: dict[tuple[str, str], Node] = {}

    @property
    def contents(self) -> list[bytes]:
        """The parts as they stand in the file: what marks places in the text must be in none of them."""
        return [self._package.contents[name] for name in self._names.values() if name is not None]

    def move_tagged(self, root: Node, tokens: TokenTable) -> list[Diagnostic]:
        """Move the notes that tags are in or around behind their references; return what is wrong with their tags."""
        findings: list[Diagnostic] = []
        found = _references(root, tokens)
        for kind in _PARTS:
            references = {node: within for node, within in found.items() if _REFERENCES[node.tag] == kind}
            notes = self._notes(kind, root) if references else None
            if notes is None:
                continue
            places = Places(notes, _PARTS[kind], None)
            by_id = {note.get(_ID, ""): note for note in notes.iter(w(kind)) if note.get(_TYPE) is None}
            for reference, within in references.items():
                number = reference.get(_ID, "")
                note = by_id.pop(number, None)
                if note is not None and (within or _has_tags(note)):
                    findings += [*check_fields(note, places), *self._word_placeholders.fill(note, tokens, places)]
                    findings += normalise(note, tokens, places)
                    put_after(reference, note)
                    self._moved[kind, number] = note
                elif (kind, number) in self._moved:
                    take(reference)
        if self._moved:
            tokens.is_changed = True
            self._namespaces = dict(root.nsmap)
        return findings

    def mark(self, marks: MarkTable) -> None:
        """Mark the moved notes: each gets the number that its reference got, and is taken out of the text."""
        for (kind, number), note in self._moved.items():
            reference, key = note.getprevious(), f"{kind} {number}"
            reference.set(_ID, marks.in_attribute("start", key))
            note.set(_ID, marks.in_attribute("end", key))
            marks.before(note, "open")
            marks.after(note, "note", kind)

    def owner_of(self, node: Node, part: str) -> str:
        """Return the name of the part whose relationships a node of `part` refers to: its old one, in a moved note."""
        for note in node.iterancestors(*map(w, _PARTS)):
            if note.getparent().tag == R:
                return self._names[etree.QName(note).localname] or part
        return part

    def left_in(self, part: Part, root: Node) -> tuple[Node, str]:
        """Return a part of notes without those that moved, and the kind of those that are added to it ('' for none)."""
        kind = next((kind for kind, own in _PARTS.items() if own is part), "")
        moved = {number for own, number in self._moved if own == kind}
        if not moved:
            return root, ""
        # The notes come back with the names that the document's text has for their namespaces.
        left = etree.Element(root.tag, dict(root.attrib), nsmap={**self._namespaces, **root.nsmap})
        left.extend(note for note in list(root) if note.get(_ID) not in moved or note.get(_TYPE) is not None)
        return left, kind

    def _notes(self, kind: str, root: Node) -> Node | None:
        """Parse a part of notes; None where there is none, or its names mean something else than those of the text."""
        name = self._names[kind]
        if name is None:
            return None
        try:
            notes = parse_xml(name, self._package.contents[name])
        except UnusableFileError:
            return None
        same = all(notes.nsmap.get(prefix, uri) == uri for prefix, uri in root.nsmap.items())
        return notes if same and _word_prefixes(notes) <= _word_prefixes(root) else None


def is_moved_note(node: Node) -> bool:
    """Tell whether a node stands in a note that has moved into a run: its relationships are those of its old part."""
    return any(note.getparent().tag == R for note in node.iterancestors(*map(w, _PARTS)))


def _word_prefixes(root: Node) -> set[str | None]:
    return {prefix for prefix, uri in root.nsmap.items() if f"{{{uri}}}" == w("")}


def _references(root: Node, tokens: TokenTable) -> dict[Node, bool]:
    """List the references, each with whether it stands in a block, or in a table that has one.

    The tags of a table's blocks have not found their rows yet.
    """
    found: dict[Node, bool] = {}
    depth = 0
    with_blocks: set[Node] = set()
    for node in root.iter(etree.PI, *_REFERENCES):
        if not is_token(node):
            found[node] = depth > 0
            continue
        token = tokens.of(node)
        if token.opens:
            depth += 1
            with_blocks.update(node.iterancestors(TBL))
        elif token.closes:
            depth -= 1
    return {node: within or not with_blocks.isdisjoint(node.iterancestors(TBL)) for node, within in found.items()}


def _has_tags(note: Node) -> bool:
    return "{" in "".join(note.itertext())
