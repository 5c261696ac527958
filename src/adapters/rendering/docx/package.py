"""A Word file as a package of parts (ECMA-376 part 2): what its parts are, and how they hang together."""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

from lxml import etree

from adapters.rendering.codec import crc32
from adapters.rendering.docx.deflate import deflate
from adapters.rendering.docx.findings import UnusableFileError, unusable
from adapters.rendering.docx.markup import check_entries, check_markup, check_markup_of_all
from adapters.rendering.docx.tree import Node
from adapters.rendering.docx.zip_reader import read_members
from adapters.rendering.docx.zip_records import DEFLATED, Member
from adapters.rendering.language.budget import Budget
from domain.diagnostics import Part

DECLARATION: Final = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
CONTENT_TYPES: Final = "[Content_Types].xml"
ROOT_RELATIONSHIPS: Final = "_rels/.rels"
_CT: Final = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_REL: Final = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_OFFICE_DOCUMENT: Final = "/officeDocument"
_STRICT: Final = "http://purl.oclc.org/ooxml/"
WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml."
DRAWING: Final = "application/vnd.openxmlformats-officedocument.drawingml."
MAIN_TYPE: Final = WORD + "document.main+xml"
GLOSSARY_TYPE: Final = WORD + "document.glossary+xml"
# Parts that tags are looked for in, by content type.
_TEXT_PARTS: Final = {
    MAIN_TYPE: Part.BODY,
    WORD + "header+xml": Part.HEADER,
    WORD + "footer+xml": Part.FOOTER,
    WORD + "footnotes+xml": Part.FOOTNOTES,
    WORD + "endnotes+xml": Part.ENDNOTES,
    WORD + "comments+xml": Part.COMMENTS,
    DRAWING + "chart+xml": Part.CHART,
    DRAWING + "chartshapes+xml": Part.CHART,
    "application/vnd.ms-office.chartex+xml": Part.CHART,
    DRAWING + "diagramData+xml": Part.DIAGRAM,
    "application/vnd.ms-office.drawingml.diagramDrawing+xml": Part.DIAGRAM,
    "application/vnd.openxmlformats-package.core-properties+xml": Part.PROPERTIES,
    "application/vnd.openxmlformats-officedocument.extended-properties+xml": Part.PROPERTIES,
    "application/vnd.openxmlformats-officedocument.custom-properties+xml": Part.PROPERTIES,
}
_NUMBERED: Final = frozenset({Part.HEADER, Part.FOOTER, Part.CHART, Part.DIAGRAM})


@dataclass(frozen=True, slots=True)
class TextPart:
    """A part that may hold tags; `number` tells headers and footers apart, `budget` is that of the whole template."""

    name: str
    part: Part
    number: int | None
    budget: Budget = field(default_factory=Budget)


@dataclass(frozen=True, slots=True)
class Relationship:
    """One entry of a .rels part; `source` is the folder that relative targets start from."""

    part: str
    id: str
    type: str
    target: str
    external: bool


class Package:
    """The parts of a Word file with their contents, after the checks that make it one."""

    def __init__(self, file: bytes, max_bytes: int) -> None:
        """Read a file of at most `max_bytes`.

        Raises:
            UnusableFileError: it is no zip that can be read, or no Word document.
        """
        self.file = file
        read = read_members(file, max_bytes)
        self.members: list[Member] = [member for member, _ in read]
        self.contents: dict[str, bytes] = {member.name: contents for member, contents in read}
        self.types, self._defaults = self._read_content_types()
        self.main = self._find_main()
        self.relationships = self._read_relationships()
        # Whether documents differ from the file although no tag changes anything.
        self.is_changed = False
        check_markup_of_all(self.contents[part.name] for part in self.text_parts())

    def replace(self, roots: Mapping[str, Node]) -> None:
        """Put other XML into some parts; documents get it too."""
        new = {name: DECLARATION + etree.tostring(root) for name, root in roots.items()}
        self.contents |= new
        self.members = [packed(each.name, new[each.name]) if each.name in new else each for each in self.members]
        self.relationships = self._read_relationships()
        self.is_changed = True

    def type_of(self, name: str) -> str:
        """Return the content type of a part, '' where none is declared."""
        return self.types.get(name.lower()) or self._defaults.get(name.rpartition(".")[2].lower(), "")

    def text_parts(self, budget: Budget | None = None) -> list[TextPart]:
        """List the parts that tags are looked for in: the body first, then in the order of their names."""
        found = sorted(
            (kind is not Part.BODY, kind, _natural(name), name)
            for name in self.contents
            if (kind := self._kind(name)) is not None
        )
        counts: dict[Part, int] = {}
        parts = []
        for _, kind, _, name in found:
            counts[kind] = counts.get(kind, 0) + 1
            parts.append(TextPart(name, kind, counts[kind] if kind in _NUMBERED else None, budget or Budget()))
        return parts

    def _read_relationships(self) -> list[Relationship]:
        names = [name for name in self.contents if name.lower().endswith(".rels")]
        check_entries(self.contents[name] for name in names)
        return [
            Relationship(
                name,
                node.get("Id", ""),
                node.get("Type", ""),
                node.get("Target", ""),
                node.get("TargetMode", "Internal").lower() == "external",
            )
            for name in names
            for node in parse_xml(name, self.contents[name]).iter(_REL + "Relationship")
        ]

    def _kind(self, name: str) -> Part | None:
        if name == self.main:
            return Part.BODY
        kind = _TEXT_PARTS.get(self.type_of(name))
        return None if kind is Part.BODY else kind

    def _read_content_types(self) -> tuple[dict[str, str], dict[str, str]]:
        if CONTENT_TYPES not in self.contents:
            raise not_word("it has no list of its contents")
        check_entries([self.contents[CONTENT_TYPES]])
        root = parse_xml(CONTENT_TYPES, self.contents[CONTENT_TYPES])
        types = {
            unquote(node.get("PartName", "")).lstrip("/").lower(): node.get("ContentType", "")
            for node in root.iter(_CT + "Override")
        }
        defaults = {
            node.get("Extension", "").lower(): node.get("ContentType", "") for node in root.iter(_CT + "Default")
        }
        return types, defaults

    def _find_main(self) -> str:
        if ROOT_RELATIONSHIPS not in self.contents:
            raise not_word("it does not say which of its parts is the text")
        root = parse_xml(ROOT_RELATIONSHIPS, self.contents[ROOT_RELATIONSHIPS])
        for node in root.iter(_REL + "Relationship"):
            if not node.get("Type", "").endswith(_OFFICE_DOCUMENT):
                continue
            if node.get("Type", "").startswith(_STRICT):
                raise unusable(
                    "strict-format",
                    "This document is saved in the format 'Strict Open XML'.",
                    "Save it as 'Word Document (.docx)' instead.",
                )
            name = unquote(node.get("Target", "")).lstrip("/")
            if name in self.contents:
                return name
        raise not_word("it has no word/document.xml")


def relationships_of(name: str) -> str:
    """Return the name of the part that holds the relationships of a part."""
    folder, slash, file = name.rpartition("/")
    return f"{folder}{slash}_rels/{file}.rels"


def owner_of(relationships: str) -> str:
    """Return the name of the part that a part with relationships belongs to, '' for those of the whole file."""
    folder, _, file = relationships.rpartition("/")
    return posixpath.join(posixpath.dirname(folder), file.removesuffix(".rels"))


def packed(name: str, contents: bytes) -> Member:
    """Return a part as it is put into a file."""
    return Member(name, DEFLATED, crc32(contents), len(contents), deflate(contents))


def related_part(package: Package, kind: str) -> str | None:
    """Return the name of the part that the document's text has this kind of relationship to, None without one."""
    for found in package.relationships:
        if found.part == relationships_of(package.main) and found.type.rpartition("/")[2] == kind:
            target = unquote(found.target)
            folder = "" if target.startswith("/") else posixpath.dirname(package.main)
            name = posixpath.normpath(posixpath.join(folder, target.lstrip("/")))
            if name in package.contents:
                return name
    return None


def not_word(why: str) -> UnusableFileError:
    """Make the exception for a zip that is no Word document."""
    return unusable("not-a-word-document", f"This is not a Word document: {why}.", "Upload a file that Word opens.")


def parse_xml(name: str, contents: bytes) -> Node:
    """Parse a part and return its root element; nothing outside of it is ever read.

    Raises:
        UnusableFileError: it is not well-formed, has a document type, or is too deep or too large.
    """
    if has_document_type(contents):
        raise unusable("dtd", f"The part {name!r} declares a document type, which no Word file does.")
    check_markup(name, contents)
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, recover=False, remove_comments=True,
        remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(contents, parser)
    except etree.XMLSyntaxError as problem:
        if "depth" in str(problem).lower():
            raise unusable("too-deep", f"The part {name!r} nests its elements too deep.") from None
        if "limit" in str(problem).lower():
            raise unusable("too-large", f"The part {name!r} holds a text that is too large.") from None
        raise _not_xml(name, problem.lineno, problem.offset) from None
    # The parser forgets a wrong namespace when a warning follows it; no element could be made in it afterwards.
    wrong = next((entry for entry in parser.error_log if entry.level >= etree.ErrorLevels.ERROR), None)
    if wrong is not None:
        raise _not_xml(name, wrong.line, wrong.column)
    if root.getroottree().docinfo.doctype:
        raise unusable("dtd", f"The part {name!r} declares a document type, which no Word file does.")
    return root


def _not_xml(name: str, line: int | None, column: int | None) -> UnusableFileError:
    where = f"line {line}, column {column}"
    return unusable("bad-xml", f"The part {name!r} is no proper XML ({where}).", "Save it in Word again.")


def has_document_type(contents: bytes) -> bool:
    """Tell whether XML holds the words that declare a document type or an entity, in any encoding."""
    return any(word in contents for word in _DECLARATIONS)


_DECLARATIONS: Final = tuple(
    word.encode(encoding)
    for word in ("<!DOCTYPE", "<!ENTITY")
    for encoding in ("ascii", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "cp037")
)


def _natural(name: str) -> list[tuple[int, str]]:
    """Sort header2.xml before header10.xml."""
    return [(int(piece), "") if piece.isdigit() else (-1, piece) for piece in re.split(r"(\d+)", name)]
