"""Reading a Word document as a piece of another one (see piece.py)."""

from collections.abc import Iterable
from typing import Final

from lxml import etree

from adapters.rendering.docx.fields import are_outdated, check_fields, field_names
from adapters.rendering.docx.gate import check_content, check_package
from adapters.rendering.docx.markup import elements_in
from adapters.rendering.docx.numbering import Numbering
from adapters.rendering.docx.package import Package, parse_xml, related_part
from adapters.rendering.docx.piece import Piece, StyleDefinition
from adapters.rendering.docx.piece_lists import definitions
from adapters.rendering.docx.piece_marks import Marker
from adapters.rendering.docx.piece_parts import PiecePart, RelationReader
from adapters.rendering.docx.places import Places
from adapters.rendering.docx.restarts import write_number
from adapters.rendering.docx.sections import end_with_section, mark_sections
from adapters.rendering.docx.serialise import free_mark, tidy
from adapters.rendering.docx.style_sheet import style_name
from adapters.rendering.docx.tree import MC, PPR, SECTPR, Node, P, R, take, w
from domain.diagnostics import Diagnostic, Part

_DROPPED: Final = tuple(
    map(w, ("commentRangeStart", "commentRangeEnd", "lastRenderedPageBreak", "permStart", "permEnd", "altChunk"))
)
_NOTES: Final = ("footnote", "endnote")
_ID, _TYPE, _VALUE, _NAME = w("id"), w("type"), w("val"), w("name")
_HEADING: Final = ("heading ", "title")
_STYLE_REFERENCES: Final = ("basedOn", "next", "link")


def checked_package(file: bytes, max_bytes: int) -> tuple[Package, list[Diagnostic]]:
    """Hold a Word file that is no template to what is asked of one; return what is wrong with it.

    Raises:
        UnusableFileError: it cannot be read at all.
    """
    package = Package(file, max_bytes)
    found = check_package(package)
    for part in package.text_parts():
        root = parse_xml(part.name, package.contents[part.name])
        if part.part in _WITH_FIELDS:
            places = Places(root, part.part, part.number)
            found += check_content(root, places)
            # Nothing is filled in: braces are text.
            found += (each for each in check_fields(root, places) if each.code != "tag-in-field")
    return package, found


_WITH_FIELDS: Final = frozenset((Part.BODY, Part.HEADER, Part.FOOTER, Part.FOOTNOTES, Part.ENDNOTES, Part.COMMENTS))


Known = dict[tuple[bytes, bytes], Numbering]


def read_piece(package: Package, known: Known | None = None, *, sections: bool = False) -> Piece:
    """Make a piece of a document that has passed the gate.

    With `sections` its page settings come along. `known` keeps the styles and lists of documents by their contents:
    those of one template have the same ones.

    Raises:
        UnusableFileError: its text, its styles or its lists are no proper XML.
    """
    return _Reader(package, {} if known is None else known, sections=sections).read()


class _Reader:
    """Takes one package apart."""

    def __init__(self, package: Package, known: Known, *, sections: bool) -> None:
        self._package = package
        styles, numbering = (related_part(package, kind) for kind in ("styles", "numbering"))
        contents = package.contents.get(styles or "", b""), package.contents.get(numbering or "", b"")
        self._numbering = known.setdefault(contents, Numbering(package))
        names = {kind: related_part(package, f"{kind}s") for kind in _NOTES}
        self._note_parts = {kind: name for kind, name in names.items() if name is not None}
        parts = [package.main, *self._note_parts.values()]
        parts += filter(None, (styles, numbering))
        parts += (part.name for part in package.text_parts() if sections and part.part in (Part.HEADER, Part.FOOTER))
        self._mark = free_mark(*(package.contents[name] for name in parts))
        self._sections = sections
        self._relations = RelationReader(package, with_headers=sections)
        self._marker = Marker(self._mark, self._relations)
        self._ignorable: set[str] = set()
        self._style_lists: dict[str, tuple[str, int]] = {}

    def read(self) -> Piece:
        """Read the text, its notes, and what they use."""
        contents = self._package.contents[self._package.main]
        root = parse_xml(self._package.main, contents)
        body = root.find(w("body"))
        if body is None:
            body = etree.Element(w("body"))
        self._note_ignorable(root)
        references = {(kind, node.get(_ID, "")) for kind in _NOTES for node in body.iter(w(f"{kind}Reference"))}
        outdated = are_outdated(field_names(body), {Part.BODY})
        if self._sections:
            end_with_section(body)
        self._prepare(body, self._package.main)
        notes = self._read_notes(references)
        self._read_headers()
        has_text_boxes = next(body.iter(w("txbxContent")), None) is not None
        if self._sections:
            mark_sections(body)
        blocks = _alone(body)
        text = etree.tostring(blocks, encoding="unicode") if len(blocks) else ""
        styles = self._used_styles()
        lists = definitions(self._numbering, self._used_lists(styles))
        elements = elements_in(contents) + sum(note.count("<") for note in notes.values()) // 2
        return Piece(
            text,
            self._mark,
            self._marker.keys,
            frozenset(self._ignorable),
            notes,
            styles,
            lists,
            self._style_lists,
            self._relations.relations,
            self._relations.parts,
            has_text_boxes,
            self._sections and bool(text),
            outdated,
            elements,
        )

    def _prepare(self, top: Node, part: str) -> None:
        """Leave out what stays behind, and put places for what has to be another one."""
        for section in list(top.iter(SECTPR)) if not self._sections else ():
            paragraph = section.getparent().getparent() if section.getparent().tag == PPR else None
            take(section)
            # A paragraph that holds the end of a section alone is nothing else.
            if paragraph is not None and len(paragraph) == 1 and paragraph.getnext() is not None:
                take(paragraph)
        for node in list(top.iter(*_DROPPED)):
            take(node)
        for reference in list(top.iter(w("commentReference"))):
            run = reference.getparent()
            take(reference)
            if run.tag == R and all(child.tag == w("rPr") for child in run):
                take(run)
        tidy(top, keep_paragraph_ids=False)
        for paragraph in top.iter(P):
            self._number(paragraph)
        self._marker.mark(top, part)

    def _number(self, paragraph: Node) -> None:
        """Let a paragraph that is numbered by its style say so itself: that style may be another one elsewhere.

        Headings go on with the numbers of the document around them.
        """
        properties = paragraph.find(PPR)
        if properties is None:
            return
        own = properties.find(w("numPr"))
        place = self._numbering.place_of(paragraph)
        if place is None:
            if own is not None and own.find(w("numId")) is not None and own.find(w("numId")).get(_VALUE) != "0":
                take(own)
            return
        style = properties.find(w("pStyle"))
        if place.by_style and style is not None:
            style_id = style.get(_VALUE, "")
            if self._is_heading(style_id):
                return
            self._style_lists.setdefault(style_id, (place.number, place.level))
            write_number(paragraph, place, self._marker.place("style list", style_id))

    def _is_heading(self, style_id: str) -> bool:
        style = self._numbering.styles().get(style_id)
        return style is not None and (
            style_name(style).startswith(_HEADING) or style.find(f"{PPR}/{w('outlineLvl')}") is not None
        )

    def _read_headers(self) -> None:
        """Read the headers and footers that the page settings refer to, as text with places like the rest."""
        for name in self._relations.headers:
            root = parse_xml(name, self._package.contents[name])
            self._prepare(root, name)
            self._relations.parts[name] = PiecePart(self._package.type_of(name), b"", (), _written(root))

    def _read_notes(self, references: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
        notes: dict[tuple[str, str], str] = {}
        for kind, name in self._note_parts.items():
            if not any(own == kind for own, _ in references):
                continue
            root = parse_xml(name, self._package.contents[name])
            self._note_ignorable(root)
            for note in list(root.iter(w(kind))):
                number = note.get(_ID, "")
                if not note.get(_TYPE) and (kind, number) in references:
                    self._prepare(note, name)
                    notes[kind, number] = _written(note)
        return notes

    def _note_ignorable(self, root: Node) -> None:
        names = root.get(f"{{{MC}}}Ignorable", "").split()
        self._ignorable.update(root.nsmap[name] for name in names if name in root.nsmap)

    def _used_styles(self) -> dict[str, StyleDefinition]:
        """Collect the styles that the text uses, and those that they are based on or lead to."""
        known = self._numbering.styles()
        waiting = [key[1] for key in self._marker.keys if key[0] == "style"]
        used: dict[str, StyleDefinition] = {}
        while waiting:
            style_id = waiting.pop()
            style = known.get(style_id)
            if style is None or style_id in used:
                continue
            used[style_id] = StyleDefinition(style.get(_TYPE, "paragraph"), style_name(style), _written(style))
            references = (style.find(w(name)) for name in _STYLE_REFERENCES)
            waiting += [reference.get(_VALUE, "") for reference in references if reference is not None]
        return used

    def _used_lists(self, styles: Iterable[str]) -> set[str]:
        used = {key[1] for key in self._marker.keys if key[0] == "list"}
        used |= {number for number, _ in self._style_lists.values()}
        for style in styles:
            place = self._numbering.place_of_style(style)
            if place is not None:
                used.add(place.number)
                self._style_lists.setdefault(style, (place.number, place.level))
        return used


def _alone(element: Node) -> Node:
    """Return an element without what stands around it, and with the namespaces that it uses."""
    shell = etree.Element(element.tag, nsmap=element.nsmap)
    shell.extend(list(element))
    _keep_required(shell)
    return shell


def _keep_required(shell: Node) -> None:
    """Drop declarations that nothing uses: a Word file declares some thirty namespaces."""
    required = {name for choice in shell.iter(f"{{{MC}}}Choice") for name in choice.get("Requires", "").split()}
    required.update(shell.get(f"{{{MC}}}Ignorable", "").split())
    etree.cleanup_namespaces(shell, keep_ns_prefixes=sorted(required))


def _written(element: Node) -> str:
    """Write one element with its own declarations."""
    parent = etree.Element("piece", nsmap=element.nsmap)
    copy = etree.fromstring(etree.tostring(element, with_tail=False))
    parent.append(copy)
    _keep_required(copy)
    return etree.tostring(copy, encoding="unicode")
